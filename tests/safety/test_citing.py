"""A model's sentences, taken apart into what is said and what is cited."""

from __future__ import annotations

import pytest

from agent.answers.citing import Citations, Cited
from agent.safety.sentences import SentenceStream

pytestmark = pytest.mark.unit


def read(text: str, *, pieces: int = 3) -> list[Cited]:
    """A reply as it streams in."""
    stream, citations, found = SentenceStream(), Citations(), list[Cited]()
    for start in range(0, len(text), pieces):
        for sentence in stream.feed(text[start : start + pieces]):
            found += citations.feed(sentence)
    for sentence in stream.flush():
        found += citations.feed(sentence)
    return [*found, *citations.flush()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停车免费[1]。一天20元[2]。", [("停车免费。", (1,)), ("一天20元。", (2,))]),
        ("停车免费。[1]一天20元。[2]", [("停车免费。", (1,)), ("一天20元。", (2,))]),
        ("[1]停车免费。[2]一天20元。", [("停车免费。", (1,)), ("一天20元。", (2,))]),
        ("停车免费【1】。一天20元［2］。", [("停车免费。", (1,)), ("一天20元。", (2,))]),
        ("停车免费[1][3]。一天20元[资料2]。", [("停车免费。", (1, 3)), ("一天20元。", (2,))]),
        ("停车免费[1、2]。", [("停车免费。", (1, 2))]),
        ("停车免费。一天20元[2]。", [("停车免费。", ()), ("一天20元。", (2,))]),
        ("停车免费。", [("停车免费。", ())]),
        ("1. **停车**免费[1]\n2. 一天`20元`[2]\n", [("停车免费。", (1,)), ("一天20元。", (2,))]),
        ("- 周一到周五 8:30 开门[1]", [("周一到周五 8:30 开门。", (1,))]),
        ("", []),
        ("\n\n[1]\n", []),
        ("……", []),
    ],
)
@pytest.mark.parametrize("pieces", [1, 2, 5, 100])
def test_citations_stand_within_after_or_before_a_sentence(
    text: str, expected: list[tuple[str, tuple[int, ...]]], pieces: int
) -> None:
    """However the stream is cut; no mark of theirs, nor of markup, is said."""
    assert [(one.text, one.numbers) for one in read(text, pieces=pieces)] == expected
