"""Sentences come out whole, in order, and the same however the text arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.safety.sentences import SentenceStream, split

pytestmark = pytest.mark.unit

PIECES = [
    "您好",
    "。",
    "！",
    "？",
    "；",
    "\n",
    " ",
    "37.5",
    "8:30",
    ".",
    "!",
    "?",
    "Dr.",
    '"',
    "”",
    "）",
    "……",
    "，",
    "a",
    "3",
]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("先挂号。再就诊。", ("先挂号。", "再就诊。")),
        ("体温37.5度，早上8:30量的。好吗？", ("体温37.5度，早上8:30量的。", "好吗？")),
        ("他说：“没事。”我不信。", ("他说：“没事。”", "我不信。")),
        ('他说:"好。"我走了。', ('他说:"好。"', "我走了。")),
        ("真的吗？！……是的", ("真的吗？！……", "是的")),
        ("第一行\n第二行", ("第一行\n", "第二行")),
        ("1. 带身份证；2. 带医保卡；", ("1. 带身份证；", "2. 带医保卡；")),
        ("没有标点的尾巴", ("没有标点的尾巴",)),
        ("\n\n先空两行。", ("\n\n先空两行。",)),
        ("Dr. Li is here. Come in!", ("Dr. Li is here. ", "Come in!")),
        ("看 www.example.com/a?b=1;c=2 这一页。好", ("看 www.example.com/a?b=1;c=2 这一页。", "好")),
        ("吃饭.睡觉", ("吃饭.", "睡觉")),
        ("挂号费 15.5 元. 请带好证件", ("挂号费 15.5 元. ", "请带好证件")),
        ("", ()),
        (" \n\t", ()),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, sentences: tuple[str, ...]) -> None:
    """Marks end sentences; decimals, times, addresses, abbreviations and list numbers do not."""
    assert split(text) == sentences


def test_a_sentence_waits_for_the_character_after_it() -> None:
    """A closing quote that comes in the next chunk still belongs to the sentence."""
    stream = SentenceStream()
    assert stream.feed("他说：“走吧。") == ()
    assert stream.feed("”好") == ("他说：“走吧。”",)
    assert stream.flush() == ("好",)


def test_flushing_gives_the_tail_once() -> None:
    """What had no mark at its end comes out at the flush, and only then."""
    stream = SentenceStream()
    assert stream.feed("可以停") == ()
    assert stream.flush() == ("可以停",)
    assert stream.flush() == ()


@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join), data=st.data())
def test_any_chunking_gives_the_same_sentences(text: str, data: st.DataObject) -> None:
    """Where the stream happens to be cut never changes what is judged."""
    cuts = sorted(data.draw(st.sets(st.integers(min_value=0, max_value=len(text)), max_size=8)))
    stream = SentenceStream()
    heard: list[str] = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        heard += stream.feed(text[start:end])
    heard += stream.flush()
    assert tuple(heard) == split(text)


@given(text=st.text(alphabet=st.sampled_from('甲乙。！？；.!? \n"”）12ab…'), max_size=60))
def test_the_sentences_put_together_are_the_text(text: str) -> None:
    """Nothing is lost, doubled or moved, and no sentence is blank."""
    sentences = split(text)
    assert "".join(sentences) == (text if text.strip() else "")
    assert all(sentence.strip() for sentence in sentences)
