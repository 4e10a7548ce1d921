"""Thinking never gets through, however the reply is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.thinking import ThinkFilter, without_thinking

pytestmark = pytest.mark.unit

REPLIES = [
    ("<think>病人可能是心梗</think>请马上打120。", "请马上打120。"),
    ("请<THINK>甲</Think>坐", "请坐"),
    ("< think >甲</ think\n>您好", "您好"),
    ("<think>甲<think>乙</think>丙</think>丁", "丁"),
    ("好的。<think>没有说完", "好的。"),
    ("<think>甲</thi", ""),
    ("<thinking>甲</thinking>乙<thought>丙</thought>丁", "乙丁"),
    ('<think type="x">甲</think>乙', "乙"),
    ("甲<think/>乙", "甲乙"),
    ("血压<140，体温>37", "血压<140，体温>37"),
    ("a<b <thin> <thinker>好</thinker>", "a<b <thin> <thinker>好</thinker>"),
    ("结尾<", "结尾<"),
    ("<<think>甲</think>乙", "<乙"),
    ("", ""),
]


@pytest.mark.parametrize(("reply", "shown"), REPLIES)
def test_thinking_is_taken_out_in_every_split_into_two_and_one_by_one(reply: str, shown: str) -> None:
    """Whole, in two pieces at every place, and character by character."""
    assert without_thinking(reply) == shown
    for place in range(len(reply) + 1):
        assert _fed(reply[:place], reply[place:]) == shown
    assert _fed(*reply) == shown


@given(
    st.lists(
        st.sampled_from(["<think>", "</think>", "<", ">", "/", " ", "think", "TH", "ink", "甲。", "</ thought>", "b"]),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_how_a_reply_is_cut_never_matters(parts: list[str], random: object) -> None:
    """Any text of tags and fragments, cut anywhere, shows the same as whole."""
    text = "".join(parts)
    cuts = sorted(random.sample(range(len(text) + 1), k=min(4, len(text) + 1)))  # type: ignore[attr-defined]  # hypothesis' own Random
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert _fed(*pieces) == without_thinking(text)


@given(st.text(alphabet="甲乙<>/ think", max_size=20), st.text(alphabet="丙丁。 <", max_size=20))
def test_what_stands_between_the_tags_is_never_shown(before: str, thought: str) -> None:
    """A marked thought stays inside, whatever surrounds it."""
    assert "机密" not in without_thinking(f"{before}。<think>{thought}机密{thought}</think>好")


def test_a_closing_tag_that_nothing_opened_is_noticed() -> None:
    """What came before it was thinking that has been shown: the reply cannot be trusted."""
    thoughts = ThinkFilter()
    assert thoughts.feed("先想一想。</think>您好") == "先想一想。您好"
    assert thoughts.unopened


def test_ordinary_text_is_given_out_at_once() -> None:
    """Nothing is held back that cannot become a tag."""
    thoughts = ThinkFilter()
    assert thoughts.feed("体温<38度") == "体温<38度"
    assert thoughts.feed("好<thi") == "好"
    assert not thoughts.thinking
    assert thoughts.feed("nk>") == ""
    assert thoughts.thinking


def _fed(*chunks: str) -> str:
    thoughts = ThinkFilter()
    return "".join(map(thoughts.feed, chunks)) + thoughts.flush()
