"""Asking for a person: what the desk is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.turn import Turns
from domain.ports import HandoffDesk
from domain.session import SessionId
from domain.turn import Choice
from memory.codec import codec
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


@dataclass(slots=True)
class NotingDesk:
    """A desk that notes what it was asked."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    async def open_for(self, _session_id: SessionId) -> bool:
        """Nobody waits."""
        return False

    async def held(self, _session_id: SessionId, *, now: datetime) -> bool:
        """No nurse answers."""
        del now
        return False

    async def request(self, session_id: SessionId, **asked: Any) -> int:
        """Queue everybody first."""
        self.asked.append({"session_id": session_id, **asked})
        return 1


def _at(patient: Bedside, desk: NotingDesk) -> None:
    deps = replace(patient.deps, desk=cast("HandoffDesk", desk))
    patient.turns = Turns(build(InMemorySaver(serde=codec)), deps)


async def test_the_reason_a_patient_gives_reaches_the_desk_with_numbers_masked(patient: Bedside) -> None:
    """As `handoff.request` brings it."""
    desk = NotingDesk()
    _at(patient, desk)
    said = "我的票开错了，电话13800138000"
    await patient.put(patient.utterance(choice=Choice(action="handoff", value=said)))
    reason = desk.asked[0]["reason"]
    assert reason.startswith("我的票开错了")
    assert "13800138000" not in reason


async def test_without_consent_no_words_are_passed_on(patient: Bedside) -> None:
    """The person is called all the same."""
    desk = NotingDesk()
    _at(patient, desk)
    choice = Choice(action="handoff", value="我头疼")
    await patient.put(replace(patient.utterance(choice=choice), consented=False))
    assert [asked["reason"] for asked in desk.asked] == ["patient"]
