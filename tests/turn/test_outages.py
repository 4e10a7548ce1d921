"""What a patient is told, and what is remembered, when something behind the conversation is away."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import ormsgpack
import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.conversation import AnsweredInput, Conversation
from agent.graph import build
from agent.turn import Turns
from domain.errors import Unavailable
from domain.ports import HandoffDesk, Scheduling
from domain.scheduling import Hold, HospitalDepartment, SlotId
from domain.session import InputId, SessionId
from domain.turn import TurnFailed
from memory.codec import codec
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


class AwayDesk:
    """A desk that does not answer."""

    async def request(self, session_id: SessionId, **_asked: object) -> int:
        """Fail as a database does that is away."""
        raise Unavailable(f"desk of {session_id}")

    async def held(self, session_id: SessionId, **_asked: object) -> bool:
        """Fail as a database does that is away."""
        raise Unavailable(f"desk of {session_id}")

    async def open_for(self, session_id: SessionId) -> bool:
        """Fail as a database does that is away."""
        raise Unavailable(f"desk of {session_id}")


class AwayHospital:
    """A hospital system that does not answer."""

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Fail as a database does that is away."""
        raise Unavailable("hospital")

    async def hold(self, slot_id: SlotId, **_asked: object) -> Hold:
        """Fail as a database does that is away."""
        raise Unavailable(f"hospital, holding {slot_id}")


async def test_a_crisis_is_met_although_the_desk_is_away(patient: Bedside) -> None:
    """The hotline and the words for it are said; that nobody can be called is said too."""
    deps = replace(patient.deps, desk=cast("HandoffDesk", AwayDesk()))
    patient.turns = Turns(build(InMemorySaver(serde=codec)), deps)
    answer = await patient.say("我不想活了，药都准备好了")
    assert answer.escalated is not None
    assert "转人工暂时接不通" in answer.text


async def test_a_turn_that_failed_half_way_leaves_nothing_behind(patient: Bedside) -> None:
    """The same choice of a slot, sent again after the outage, is read against the slots that were shown."""
    graph = build(InMemorySaver(serde=codec))
    patient.turns = Turns(graph, patient.deps)
    asked = (await patient.say("我想挂消化科")).done.pending
    choice = patient.utterance(text="就第二个")
    patient.turns = Turns(graph, replace(patient.deps, scheduling=cast("Scheduling", AwayHospital())))
    failed = (await patient.put(choice)).events[-1]
    assert isinstance(failed, TurnFailed)
    assert failed.retryable
    assert await patient.turns.pending(patient.session_id) == asked
    patient.turns = Turns(graph, patient.deps)
    assert (await patient.put(choice)).kinds == ["identity_form"]


async def test_an_emergency_of_the_interview_needs_no_hospital_system(patient: Bedside) -> None:
    """A ticked danger sign raises although the hospital's system does not answer."""
    graph = build(InMemorySaver(serde=codec))
    patient.turns = Turns(graph, patient.deps)
    asked = await patient.say("头疼三天了")
    tick = next(a for a in asked.card("triage_question")["actions"] if "痛到顶" in a["label"])
    patient.turns = Turns(graph, replace(patient.deps, scheduling=cast("Scheduling", AwayHospital())))
    assert (await patient.tap(tick)).escalated is not None


async def test_an_input_the_journal_still_held_runs_no_second_time(patient: Bedside) -> None:
    """Answered several inputs ago, it is ended again without a word and changes nothing."""
    first = patient.utterance(text="我想挂消化科")
    await patient.put(first)
    await patient.say("停车场在哪")
    open_question = (await patient.say("我想挂眼科")).done.pending
    stale = await patient.put(first)
    assert (stale.text, stale.cards) == ("", [])
    assert await patient.turns.pending(patient.session_id) == open_question


def test_a_conversation_of_the_first_version_knows_its_last_input_as_ended() -> None:
    """What an older release stored is read, and its last answer is still a replay."""
    answered = AnsweredInput(input_id=InputId("i7"), events=())
    older = ormsgpack.packb(["conversation", 1, {"answered": ormsgpack.Ext(1, _fields_of(answered))}])
    read = codec.loads(ormsgpack.packb(ormsgpack.Ext(1, older)))
    assert read == Conversation(answered=answered, ended=(InputId("i7"),))


def _fields_of(answered: AnsweredInput) -> bytes:
    events = ormsgpack.Ext(2, ormsgpack.packb([]))
    return ormsgpack.packb(["answered_input", 1, {"input_id": answered.input_id, "events": events}])
