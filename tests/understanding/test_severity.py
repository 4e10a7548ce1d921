"""Severity from numbers and from words."""

from __future__ import annotations

import pytest

from understanding import severity

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("七八分", 7.5),
        ("大概7分吧", 7),
        ("7/10", 7),
        ("满分的疼", 10),
        ("疼得打滚", 10),
        ("疼死了", 9),
        ("受不了了", 9),
        ("疼得我嗷嗷叫", 9),
        ("剧痛", 9),
        ("痛得直不起腰", 8),
        ("疼得睡不着", 8),
        ("疼得啥也干不了", 8),
        ("疼得厉害", 7),
        ("挺疼的", 6),
        ("影响睡觉", 6),
        ("能忍", 4),
        ("还能坚持", 4),
        ("有点疼", 3),
        ("还能上班", 3),
        ("有一点点不舒服", 3),
        ("不太疼", 2),
        ("不怎么难受", 2),
        ("一点都不疼", 0),
    ],
)
def test_a_severity_is_read(text: str, score: float) -> None:
    """A number is taken as said, words as the scale of the pack counts them."""
    assert severity.read(text) == score


@pytest.mark.parametrize("text", ["38度5分", "疼了10分钟", "肚子疼不疼", "不是很疼", "头疼", ""])
def test_what_states_no_severity_is_left_open(text: str) -> None:
    """Minutes, degrees, questions and a bare symptom say nothing about how bad it is."""
    assert severity.read(text) is None


def test_the_worst_words_count() -> None:
    """A milder word beside a worse one does not lower it."""
    assert severity.read("平时有点疼，昨晚疼得打滚") == 10
