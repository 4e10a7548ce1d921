"""One form for many ways of writing, with the way back to the raw text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.normalise import normalise

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("胸口疼", "胸口疼"),
        ("胸口痛得厲害，喘不上氣！！！", "胸口痛得厉害，喘不上气"),
        ("ＢＰ　１８０", "bp180"),
        ("胸 口 疼", "胸口疼"),
        ("疼疼疼疼疼疼", "疼"),
        ("宝宝宝宝发烧", "宝宝发烧"),
        ("好疼好疼好疼", "好疼"),
        ("38.5度", "38.5度"),
        ("10000", "10000"),
        ("三十九度五", "三十九度五"),
        ("胸\u200b口\ufeff疼", "胸口疼"),
        ("嘴歪了\n\n\n\n没劲", "嘴歪了，没劲"),
        ("流血🩸了😀", "流血血了"),
        ("发烧、咳嗽/流涕", "发烧、咳嗽、流涕"),
        ("胸痛。。。。喘", "胸痛，喘"),
        ("衣服著火", "衣服着火"),
        ("chest pain", "chest，pain"),
    ],
)
def test_what_is_written_in_many_ways_reads_one_way(raw: str, text: str) -> None:
    """Width, script, spacing, repetition, invisible characters and pictures."""
    assert normalise(raw).text.strip("，") == text


def test_a_quote_is_the_patients_own_writing() -> None:
    """Offsets lead back to the raw text, whatever was dropped before and inside."""
    raw = "😭 我\u200b媽  胸\n口 疼疼疼"
    normal = normalise(raw)
    start = normal.text.index("胸")
    assert normal.quote(start, start + 1) == "胸"
    assert normal.quote(normal.text.index("妈"), normal.text.index("妈") + 1) == "媽"


@given(st.text(max_size=200))
def test_every_character_knows_where_it_came_from(raw: str) -> None:
    """For any text the origins rise, lie inside the raw text, and are as many as the characters."""
    normal = normalise(raw)
    origin = normal.origin if normal.origin is not None else tuple(range(len(raw)))
    assert len(origin) == len(normal.text)
    assert all(earlier < later for earlier, later in pairwise(origin))
    assert not origin or (origin[0] >= 0 and origin[-1] < len(raw))


@given(st.text(alphabet="胸口疼，。 \n1a宝", max_size=40))
def test_normal_text_stays_as_it_is(raw: str) -> None:
    """Twice is once, up to runs that only the first pass brought together."""
    once = normalise(raw).text
    twice = normalise(once).text
    assert normalise(twice).text in {twice, normalise(normalise(twice).text).text}
