"""What is written is read aloud as people say it, and cut where a voice may pause."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.chunks import LONGEST, SHORTEST, pieces
from voice.normalise import normalise
from voice.numerals import counted, spelt

pytestmark = pytest.mark.unit

TABLE = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "read_aloud.tsv").read_text(encoding="utf-8").splitlines()
]
ALPHABET = "0123456789./-:%￥年月日号楼点度次个天血压 ，。（）ABCmgLkh*~～元打"


@pytest.mark.parametrize(("written", "said"), TABLE, ids=[line[0] for line in TABLE])
def test_what_is_written_is_said_so(written: str, said: str) -> None:
    """Every row of the table, to the character."""
    assert normalise(written) == said


def test_the_table_is_wide_enough() -> None:
    """At least 150 different cases."""
    assert len({written for written, _ in TABLE}) == len(TABLE) >= 150


@given(st.text(ALPHABET, max_size=60))
def test_no_digit_is_left_to_the_voice(text: str) -> None:
    """Whatever stands there, in whatever order: a voice would read a digit as it likes."""
    assert not re.search(r"[0-9%￥*]", normalise(text))


@given(st.integers(0, 10**12 - 1))
def test_numbers_come_back(number: int) -> None:
    """A number said is the same number, by an independent reading of the words."""
    assert _read(counted(str(number))) == number


def test_digits_go_one_by_one_and_one_has_its_telephone_name() -> None:
    """幺 on the telephone, 一 elsewhere."""
    assert (spelt("120", one="幺"), spelt("2011")) == ("幺二零", "二零一一")


def test_the_first_piece_ends_at_the_first_comma() -> None:
    """So that something is heard soon; later pieces are whole sentences or as long as they may be."""
    said = list(pieces("您这种情况，建议今天就去急诊。路上请家人陪着，不要自己开车，也先不要吃东西。"))
    assert said == ["您这种情况，", "建议今天就去急诊。", "路上请家人陪着，不要自己开车，也先不要吃东西。"]


def test_a_word_too_short_is_no_piece_of_its_own() -> None:
    """「好的，」 is said together with what follows."""
    assert list(pieces("好的，我帮您看。")) == ["好的，我帮您看。"]


def test_numbers_are_never_cut() -> None:
    """Neither a time nor a price is torn apart, however long the words round it."""
    text = "您这次一共需要支付的挂号费和检查费用加在一起是一千二百三十四元五角六分钱请到一楼收费处"
    said = list(pieces(text))
    assert any("一千二百三十四元五角六分" in piece for piece in said)
    assert all(len(piece) <= LONGEST for piece in said)


@given(st.text("我您去看在三点八分，。！急诊楼A", max_size=120))
def test_the_pieces_are_the_whole(text: str) -> None:
    """Nothing is lost and nothing is said twice."""
    said = list(pieces(text))
    spoken = "".join(said)
    assert spoken == "".join(re.findall(r"[^，。！]+[，。！]*", normalise(text)))
    assert all(len(piece) <= LONGEST + SHORTEST + 10 for piece in said)


def _read(words: str) -> int:
    """Mandarin numerals by their groups: before 亿, before 万, and the rest."""
    above, _, below = words.rpartition("亿")
    return _value(above) * 10**8 + _value(below)


def _value(words: str) -> int:
    thousands, _, rest = words.rpartition("万")
    return _group(thousands) * 10**4 + _group(rest)


def _group(words: str) -> int:
    """Up to 9999."""
    total = digit = 0
    for word in words:
        if word in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[word]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(word)
    return total + digit
