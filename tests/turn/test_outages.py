"""What a patient is told, and what is remembered, when something behind the conversation is away."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.turn import Turns
from domain.errors import Unavailable
from domain.ports import HandoffDesk, Scheduling
from domain.scheduling import HospitalDepartment
from domain.session import SessionId
from domain.turn import TurnFailed
from memory.codec import codec
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


class AwayDesk:
    """A desk that does not answer."""

    async def request(self, session_id: SessionId, **_asked: object) -> int:
        """Fail as a database does that is away."""
        raise Unavailable(f"desk of {session_id}")


class AwayHospital:
    """A hospital system that does not answer."""

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Fail as a database does that is away."""
        raise Unavailable("hospital")


async def test_a_crisis_is_met_although_the_desk_is_away(patient: Bedside) -> None:
    """The hotline and the words for it are said; that nobody can be called is said too."""
    deps = replace(patient.deps, desk=cast("HandoffDesk", AwayDesk()))
    patient.turns = Turns(build(InMemorySaver(serde=codec)), deps)
    answer = await patient.say("我不想活了，药都准备好了")
    assert answer.escalated is not None
    assert "转人工暂时接不通" in answer.text


async def test_a_turn_that_failed_half_way_leaves_nothing_behind(patient: Bedside) -> None:
    """The same reply to a red flag's question, sent again after the outage, is read against that question."""
    graph = build(InMemorySaver(serde=codec))
    patient.turns = Turns(graph, patient.deps)
    asked = (await patient.say("胸口疼")).done.pending
    reply = patient.utterance(text="没有")
    away = replace(patient.deps, scheduling=cast("Scheduling", AwayHospital()))
    patient.turns = Turns(graph, away)
    failed = (await patient.put(reply)).events[-1]
    assert isinstance(failed, TurnFailed)
    assert failed.retryable
    assert await patient.turns.pending(patient.session_id) == asked
    patient.turns = Turns(graph, patient.deps)
    pending = (await patient.put(reply)).done.pending
    assert pending is not None
    assert pending.subject.startswith("chest_pain.")
