"""Who has the floor when both speak."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from domain.voice import CHUNK_SECONDS, Interrupting
from voice.barge_in import Action, BargeIn
from voice.wording import back_channel, open_ended

pytestmark = pytest.mark.unit


class Floor:
    """The agent speaks from the start; every action is kept."""

    def __init__(self, *, interruptible: bool = True) -> None:
        self.rule = BargeIn(Interrupting())
        self.rule.begin(interruptible=interruptible)
        self.actions: list[Action] = []

    def speech(self, seconds: float) -> Floor:
        """The patient speaks."""
        return self._all(self.rule.speech(CHUNK_SECONDS) for _ in range(round(seconds / CHUNK_SECONDS)))

    def quiet(self, seconds: float, *, recognising: bool = False) -> Floor:
        """The patient does not."""
        chunks = range(round(seconds / CHUNK_SECONDS))
        return self._all(self.rule.quiet(CHUNK_SECONDS, recognising=recognising) for _ in chunks)

    def words(self, text: str, *, yes_no: bool = False) -> Floor:
        """The recogniser's newest hypothesis."""
        return self._all([self.rule.words(text, yes_no=yes_no)])

    def _all(self, actions: Iterable[Action | None]) -> Floor:
        self.actions.extend(action for action in actions if action is not None)
        return self


def test_speech_first_makes_the_agent_soft_and_then_silent() -> None:
    """At 200 ms and at 500 ms, each once."""
    assert Floor().speech(0.16).actions == []
    assert Floor().speech(0.25).actions == [Action.DUCK]
    assert Floor().speech(3).actions == [Action.DUCK, Action.FLUSH]


def test_two_characters_are_enough() -> None:
    """Words are quicker than half a second of voice."""
    assert Floor().speech(0.25).words("等").words("等等").actions == [Action.DUCK, Action.FLUSH]


def test_a_nod_does_not_interrupt() -> None:
    """「嗯」 and 「好的」 mean: go on."""
    floor = Floor().speech(0.25).words("嗯，好的。").speech(0.3).quiet(0.6)
    assert floor.actions == [Action.DUCK, Action.RESTORE]


def test_nodding_without_end_interrupts() -> None:
    """A recogniser that lags behind cannot keep the floor for the agent for more than a second."""
    assert Action.FLUSH in Floor().speech(0.25).words("嗯").speech(1).actions


def test_a_nod_is_the_answer_to_a_yes_no_question() -> None:
    """One character is enough then."""
    assert Floor().words("嗯", yes_no=True).actions == [Action.FLUSH]
    assert Floor().words("嗯", yes_no=False).actions == []


def test_an_interruption_for_nothing_is_taken_back_after_two_seconds() -> None:
    """The agent goes on where it was stopped; while somebody still recognises, the time does not count."""
    floor = Floor().speech(0.6).quiet(5, recognising=True)
    assert floor.actions == [Action.DUCK, Action.FLUSH]
    assert floor.quiet(1.9).actions == [Action.DUCK, Action.FLUSH]
    assert floor.quiet(0.2).actions == [Action.DUCK, Action.FLUSH, Action.RESUME]


def test_an_interruption_with_words_is_none_for_nothing() -> None:
    """The patient has the floor until the agent speaks again."""
    assert Floor().speech(0.6).words("我想换一天").quiet(10).actions == [Action.DUCK, Action.FLUSH]


def test_a_first_emergency_sentence_is_said_to_its_end() -> None:
    """Neither voice nor words touch it; the next sentence may be interrupted at once."""
    floor = Floor(interruptible=False).speech(2).words("你说什么呀")
    assert floor.actions == []
    floor.rule.begin(interruptible=True)
    assert floor.speech(0.04).actions == [Action.FLUSH]


def test_who_speaks_while_the_agent_is_silent_interrupts_nothing() -> None:
    """And what was said then does not count later."""
    floor = Floor()
    floor.rule.end()
    assert floor.speech(2).words("你好你好").actions == []
    floor.rule.begin(interruptible=True)
    assert floor.speech(0.1).actions == []


def test_coughs_do_not_add_up() -> None:
    """Half a second of quiet forgets what came before."""
    floor = Floor()
    for _ in range(10):
        floor.speech(0.13).quiet(0.6)
    assert floor.actions == []


@pytest.mark.parametrize("text", ["嗯", "嗯嗯", "好的", "好的好的。", "哦，知道了", "行吧", "OK", "对对对", "是的。"])
def test_what_says_go_on(text: str) -> None:
    """Words of a listener."""
    assert back_channel(text)


@pytest.mark.parametrize("text", ["", "不好", "好疼", "不对", "救命", "是的我胸口疼", "行不行"])
def test_what_says_more(text: str) -> None:
    """Words of somebody who wants something."""
    assert not back_channel(text)


@pytest.mark.parametrize(
    ("text", "is_open"), [("我想挂", True), ("还有……", True), ("呃", True), ("肚子疼。", False), ("", False)]
)
def test_what_leaves_a_sentence_open(text: str, *, is_open: bool) -> None:
    """Fillers, conjunctions and verbs without their object."""
    assert open_ended(text) is is_open
