"""The screen's cost: fast on what people write, bounded on what attackers send."""

from __future__ import annotations

import time

import pytest

from agent.screen import MOST_CHARACTERS
from tests.red_flags.compiled import lexicon, raised, screen

pytestmark = pytest.mark.unit

MESSAGE = (
    "医生您好，我妈今年68岁，有高血压和糖尿病十几年了，一直吃着药，昨天晚上开始说肚子不舒服，吐了两次，没有发烧，"
    "也没有拉肚子，今天早上起来说头晕，走路有点不稳，量了血压160/95，血糖11.2，我想问一下这种情况应该挂什么科，"
    "需要马上去医院吗，还是可以在家观察一下再说，另外她平时睡眠不好，腿也老抽筋，膝盖疼了好几年，麻烦帮我看看谢谢"
)
GENEROUS_SECONDS = 0.02
"""Twenty times the budget: a test machine is shared, the figure is measured by the benchmark."""
LONGEST_SECONDS = 2.0


def _seconds(text: str) -> float:
    started = time.process_time()
    screen()(text)
    return time.process_time() - started


def test_an_ordinary_message_is_screened_at_once() -> None:
    """A message of 160 characters, all of them dense with findings, stays far below a blink."""
    screen()(MESSAGE)
    assert sorted(_seconds(MESSAGE) for _ in range(20))[10] < GENEROUS_SECONDS


def test_the_lexicon_is_as_large_as_it_was_measured_with() -> None:
    """The measured figure is worth nothing on a toy lexicon."""
    assert len(lexicon()) > 15_000


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 1_000_000,
        "疼" * 350_000,
        "胸口疼" * 120_000,
        "没有" * 170_000,
        "胸口，" * 120_000,
        "a " * 500_000,
        "１" * 300_000,
        "\u200b" * 300_000,
        "如果没有怕" * 70_000,
        "𠮷😀" * 150_000,
    ],
    ids=["lines", "one word", "a phrase", "cues", "clauses", "words", "digits", "nothing", "nested cues", "pairs"],
)
def test_a_megabyte_does_not_stall(text: str) -> None:
    """Work is capped, whatever is repeated."""
    screen()(MESSAGE)
    assert _seconds(text) < LONGEST_SECONDS


def test_the_emergency_at_either_end_of_a_flood_is_found() -> None:
    """What is pasted before or after does not hide it."""
    flood = "今天天气不错，我们去公园走走。" * 5_000
    assert len(flood) > MOST_CHARACTERS
    assert raised("嘴歪了，左手没劲" + flood)["RF-017"].certain
    assert raised(flood + "嘴歪了，左手没劲")["RF-017"].certain


def test_a_long_true_story_is_read_whole() -> None:
    """Up to the cap nothing is skipped, also across two windows."""
    filler = "今天天气不错，我们去公园走走。" * 70
    assert raised(filler + "胸口疼。" + filler + "一直冒冷汗。" + filler)["RF-002"].certain


@pytest.mark.parametrize("text", ["", " ", "\n", "。", "？", "😀", "\ud800", "\x00", "a", "1"])
def test_nothing_said_raises_nothing(text: str) -> None:
    """Empty, blank and broken texts are screened like any other."""
    assert raised(text) == {}
