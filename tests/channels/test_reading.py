"""What is read aloud of what a socket is sent: nothing private in the hall or to the cloud, 120 always."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from channels import events as wire
from channels.discretion import Discretion
from channels.reading import Reading
from domain.clinical import Disposition, RuleId
from domain.turn import Escalated, Json, Origin, TurnDone

pytestmark = pytest.mark.unit

SCREEN = "请看屏幕。"
APPOINTMENT: dict[str, Json] = {"type": "appointment"}
FORM: dict[str, Json] = {"type": "identity_form"}
AT: dict[str, Json] = {"at": "2026-03-02T07:00:00.000+08:00"}


@dataclass
class Mouth:
    """Keeps what it is told to say, and whether it was private."""

    said: list[tuple[str, bool]] = field(default_factory=list)
    urgent: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def say(
        self,
        speech_id: str,
        text: str,
        *,
        private: bool,
        urgent: bool = False,
        caption: str | None = None,
        whole: bool = False,
    ) -> None:
        """Keep it."""
        assert caption is None
        self.said.append((text, private))
        if urgent:
            self.urgent.append(text)
        if whole:
            self.ended.append(speech_id)

    def end(self, speech_id: str) -> None:
        """Keep it."""
        self.ended.append(speech_id)

    def drop(self, reason: str, speech_id: str | None = None) -> bool:
        """Keep it."""
        self.dropped.append(f"{reason} {speech_id}")
        return True

    @property
    def texts(self) -> list[str]:
        """The sentences."""
        return [text for text, _ in self.said]


def _answer(reading: Reading, *sentences: str, card: dict[str, Json] | None = None, response_id: str = "r_1") -> None:
    """An answer as the socket is sent it."""
    reading.note(wire.created(response_id, 1, "m1"))
    for sentence in sentences:
        reading.note(wire.delta(response_id, sentence))
    if card is not None:
        reading.note(wire.card(response_id, card))
    reading.note(wire.done(response_id, "m1", _done("".join(sentences))))


def _done(text: str, origin: Origin = Origin.KNOWLEDGE) -> TurnDone:
    return TurnDone(text=text, origin=origin, label="", sources=(), timing_ms={}, trace_id="t", pending=None)


def _reading(*, aside: bool) -> tuple[Reading, Mouth]:
    mouth, discretion = Mouth(), Discretion()
    discretion.aside = aside
    return Reading(mouth, discretion, held=False, see_screen=SCREEN), mouth


def test_until_somebody_is_known_by_name_a_cloud_voice_may_speak() -> None:
    """From the identity form on nothing leaves the house."""
    reading, mouth = _reading(aside=False)
    _answer(reading, "头疼多久了？", card=FORM)
    _answer(reading, "请核对。", response_id="r_2")
    assert mouth.said == [("头疼多久了？", False), ("请核对。", True)]


def test_a_number_of_identity_never_leaves_the_house() -> None:
    """Also when nobody gave it in a form."""
    reading, mouth = _reading(aside=False)
    _answer(reading, "您的手机号是13812345678。")
    assert mouth.said == [("您的手机号是13812345678。", True)]


def test_in_privacy_mode_names_and_results_are_left_to_the_screen() -> None:
    """The answer with the appointment is replaced; the one without a private card is said."""
    reading, mouth = _reading(aside=True)
    _answer(reading, "请填写就诊人。", card=FORM)
    _answer(reading, "欧*约好了。", "第4号。", card=APPOINTMENT, response_id="r_2")
    _answer(reading, "停车场在地下。", response_id="r_3")
    _answer(reading, "手机号13812345678。", response_id="r_4")
    assert mouth.texts == ["请填写就诊人。", SCREEN, "停车场在地下。"]
    assert mouth.ended == ["r_1", "r_2", "r_3", "r_4"]


def test_privacy_never_silences_an_emergency() -> None:
    """The escalation, and every sentence with 120 in it."""
    reading, mouth = _reading(aside=True)
    _answer(reading, "请填写。", card=FORM)
    raised = Escalated(
        disposition=Disposition.CALL_120,
        rule_ids=(RuleId("RF-001"),),
        text="请马上拨打120。不要自己开车。",
        phone="120",
        crisis=False,
    )
    reading.note({**wire.escalation("m2", raised), **AT})
    reading.note({**wire.escalation("m2", raised), **AT})
    _answer(reading, "请马上拨打120。", "加重就打120。", "欧*的结果。", card=APPOINTMENT, response_id="r_2")
    assert mouth.urgent == ["请马上拨打120。", "不要自己开车。"]
    assert mouth.texts == ["请填写。", "请马上拨打120。", "不要自己开车。", "加重就打120。", SCREEN]


def test_what_arrives_whole_is_read_whole_and_an_error_ends_its_answer() -> None:
    """A notice has no deltas; an answer that failed waits for nothing more."""
    reading, mouth = _reading(aside=False)
    reading.note(wire.done("n_1", None, _done("提醒您复查。明天来。", Origin.FIXED)))
    reading.note(wire.created("r_1", 1, "m1"))
    reading.note(wire.error("internal", "出错了。", retryable=False, in_reply_to="m1"))
    assert mouth.texts == ["提醒您复查。", "明天来。", "出错了。"]
    assert mouth.ended == ["n_1", "r_1", "x_1"]


def test_a_new_answer_takes_the_place_of_the_old_and_a_cancelled_one_ends() -> None:
    """Superseded by the answer to an input; cut with its reason; after a barge-in only ended, for it may go on."""
    reading, mouth = _reading(aside=False)
    reading.note(wire.created("r_1", 1, "m1"))
    reading.note(wire.cancelled("r_1", "m1", "client"))
    reading.note(wire.cancelled("r_2", "m1", "barge_in"))
    reading.note({"type": "handoff.started", "queue_position": None, "by": "nurse"})
    assert mouth.dropped == ["superseded None", "client r_1", "handoff None"]
    assert mouth.ended == ["r_2"]
