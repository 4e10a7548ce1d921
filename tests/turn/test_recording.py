"""A turn the archive could not take is not lost: not by a restart, and not by its place in the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.turn import Turns
from domain.clinical import DecisionRecord
from domain.errors import Unavailable
from domain.ports import Archive
from domain.session import Message
from memory.codec import codec
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


@dataclass(slots=True)
class FlakyArchive:
    """The real archive's records, while it is not away."""

    real: Archive
    away: bool = True

    async def record_turn(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Store a turn, or fail as a database does that is away."""
        if self.away:
            raise Unavailable("archive")
        await self.real.record_turn(messages, decision)


def _again(patient: Bedside, archive: FlakyArchive) -> None:
    """The service started anew over the same stores."""
    deps = replace(patient.deps, archive=cast("Archive", archive))
    patient.turns = Turns(build(InMemorySaver(serde=codec)), deps)


async def test_turns_the_archive_could_not_take_outlive_the_process(patient: Bedside) -> None:
    """Answered all the same, stored by the next process, in the order they were said."""
    archive = FlakyArchive(patient.deps.archive)
    _again(patient, archive)
    await patient.say("你好")
    await patient.say("停车场在哪")
    await patient.turns.drain()
    assert await patient.deps.archive.transcript(patient.session_id) == ()
    archive.away = False
    _again(patient, archive)
    await patient.turns.catch_up()
    lines = await patient.deps.archive.transcript(patient.session_id)
    assert [line.text for line in lines][::2] == ["你好", "停车场在哪"]


async def test_draining_stores_what_waits(patient: Bedside) -> None:
    """The archive came back before the process ends."""
    archive = FlakyArchive(patient.deps.archive)
    _again(patient, archive)
    await patient.say("你好")
    archive.away = False
    await patient.turns.drain()
    assert len(await patient.deps.archive.transcript(patient.session_id)) == 2


async def test_a_later_turn_does_not_overtake_one_that_waits(patient: Bedside) -> None:
    """The archive is back, but what was said first is stored first."""
    archive = FlakyArchive(patient.deps.archive)
    _again(patient, archive)
    await patient.say("你好")
    archive.away = False
    await patient.say("停车场在哪")
    assert await patient.deps.archive.transcript(patient.session_id) == ()
    await patient.turns.catch_up()
    await patient.say("谢谢")
    lines = await patient.deps.archive.transcript(patient.session_id)
    assert [line.text for line in lines][::2] == ["你好", "停车场在哪", "谢谢"]
