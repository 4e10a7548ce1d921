"""A booking step that is interrupted anywhere and replayed is done once: no place lost, none taken twice.

Interrupted means: its task cancelled at any await, its answer lost there, or its process killed before any of its
SQL statements or right after the commit. Replayed means: the same step with the same key, as the turn does that
is run again after a crash.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from archive.database import Database
from domain.scheduling import Appointment, AppointmentStatus, Hold, SlotQuery
from memory import crypto
from tests.hospital.faults import FaultInjectingScheduling, When
from tests.hospital.stage import SMALL_HOSPITAL, SqlStage
from tests.hospital.steps import SESSION, TOMORROW, book, hold
from tests.hospital.victim import COMMITTED, SURVIVED, Step, database, run
from tests.postgres import new_database
from tests.stores import MASTER, SetClock, booking_rules
from tools.hospital.sql.opening import open_hospital

pytestmark = pytest.mark.contract

STEPS = ("hold", "confirm", "reschedule", "cancel")
MOST_POINTS = 60
"""Far more awaits or statements than a step has; reaching it is a defect of the test."""

FEWEST_STATEMENTS = 4
"""No step does with less: its key, the place, its own row, and what it answers."""

_numbers = count(1)
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.hospital.victim"])


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the hospital's database is, for this process and those that are killed."""
    if request.param == "sqlite":
        return str(tmp_path / "hospital.db")
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
async def stage(address: str, clock: SetClock) -> AsyncIterator[SqlStage]:
    """A small hospital at the address."""
    opened: Database = database(address)
    try:
        hospital = await open_hospital(
            opened, SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=clock
        )
        yield SqlStage(hospital, opened, clock)
    finally:
        await opened.close()


class _Scene:
    """What a step needs before it, and what must be true after it was done, however often."""

    def __init__(self, stage: SqlStage, name: str) -> None:
        self.stage = stage
        self.name = name
        self.key = f"{name} {next(_numbers)}"
        self.free_before = 0

    async def prepared(self) -> Step:
        """Set the scene: two slots of two places, far enough ahead to be cancelled."""
        stage, now = self.stage, self.stage.clock.now()
        offset = timedelta(minutes=next(_numbers) % 200)
        slot_id = await stage.open_slot(TOMORROW + offset, capacity=2)
        other = await stage.open_slot(TOMORROW + timedelta(days=1) + offset, capacity=2)
        self.patient_id = await stage.patient(next(_numbers) % 900)
        mine = (("session_id", SESSION), ("key", self.key), ("now", now))
        theirs = (("patient_id", self.patient_id), ("key", self.key), ("now", now))
        if self.name == "hold":
            step = Step(name="hold", subject=(slot_id,), given=mine)
        elif self.name == "confirm":
            held = await hold(stage, slot_id, key=self.key)
            step = Step(name="confirm", subject=(held.id, self.patient_id), given=mine)
        else:
            booked = await self._book(slot_id)
            if self.name == "cancel":
                step = Step(name="cancel", subject=(booked.id,), given=theirs)
            else:
                held = await hold(stage, other, key=f"{self.key} other")
                moving = (*theirs, ("session_id", SESSION))
                step = Step(name="reschedule", subject=(booked.id, held.id), given=moving)
        self.free_before = await self._free()
        return step

    async def _book(self, slot_id: str) -> Appointment:
        now = self.stage.clock.now()
        held = await self.stage.scheduling.hold(slot_id, session_id=SESSION, key=f"{self.key} h", now=now)  # type: ignore[arg-type]
        return await self.stage.scheduling.confirm(
            held.id, self.patient_id, session_id=SESSION, key=f"{self.key} c", now=now
        )

    async def _free(self) -> int:
        return sum(slot.left for slot in await self.stage.scheduling.search(SlotQuery(limit=1000)))

    async def check(self, outcome: Hold | Appointment) -> None:
        """One outcome, the places add up, and as many are free as one such step leaves."""
        assert await self.stage.broken() == []
        freed = {"hold": -1, "confirm": 0, "reschedule": 1, "cancel": 1}[self.name]
        assert await self._free() == self.free_before + freed
        mine = [one.status for one in await self.stage.scheduling.appointments(self.patient_id)]
        assert (
            mine
            == {
                "hold": [],
                "confirm": [AppointmentStatus.BOOKED],
                "reschedule": [AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED],
                "cancel": [AppointmentStatus.CANCELLED],
            }[self.name]
        )
        if isinstance(outcome, Appointment):
            ids = {one.id for one in await self.stage.scheduling.appointments(self.patient_id)}
            assert outcome.id in ids


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("name", STEPS)
async def test_a_step_cancelled_at_any_await_and_replayed_is_done_once(stage: SqlStage, name: str, when: When) -> None:
    """Every await the step makes, one after the other, until one lies beyond its end."""
    for at in range(1, MOST_POINTS):
        scene = _Scene(stage, name)
        step = await scene.prepared()
        faulty = FaultInjectingScheduling(stage.scheduling, at=at, when=when)
        try:
            await step.on(faulty)
        except asyncio.CancelledError:
            assert faulty.reached
        outcome = await step.on(stage.scheduling)
        await scene.check(outcome)
        assert await step.on(stage.scheduling) == outcome
        if not faulty.reached:
            break
    assert 1 < at < MOST_POINTS - 1


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", STEPS)
async def test_a_step_whose_process_is_killed_at_any_statement_and_replayed_is_done_once(
    stage: SqlStage, address: str, name: str, stride: int
) -> None:
    """SIGKILL before SQL statements all through the step, and after its commit; who is killed frees what was locked."""
    points = 0
    for point in range(COMMITTED, MOST_POINTS, stride):
        scene = _Scene(stage, name)
        step = await scene.prepared()
        victim = _processes.Process(target=run, args=(address, step, point, stage.clock.now()), daemon=True)
        victim.start()
        await asyncio.to_thread(victim.join)
        outcome = await step.on(stage.scheduling)
        await scene.check(outcome)
        if victim.exitcode == SURVIVED:
            break
        assert victim.exitcode == -signal.SIGKILL
        points += 1
    assert points > FEWEST_STATEMENTS // stride


async def test_two_hundred_who_book_one_place_give_one_appointment(stage: SqlStage) -> None:
    """Each holds and, if it got the hold, confirms; all at once."""
    slot_id = await stage.open_slot(TOMORROW)
    patients = [await stage.patient(number) for number in range(3)]

    async def booker(number: int) -> Appointment:
        now, patient_id = stage.clock.now(), patients[number % 3]
        held = await stage.scheduling.hold(slot_id, session_id=SESSION, key=f"h{number}", now=now)
        return await stage.scheduling.confirm(held.id, patient_id, session_id=SESSION, key=f"c{number}", now=now)

    outcomes = await asyncio.gather(*(booker(number) for number in range(200)), return_exceptions=True)
    assert sum(isinstance(one, Appointment) for one in outcomes) == 1
    assert await stage.scheduling.search(SlotQuery()) == ()
    assert await stage.broken() == []


async def test_a_booking_after_a_kill_is_found_by_whoever_asks(stage: SqlStage, address: str) -> None:
    """The answer was lost with the process; the appointment is in the patient's list all the same."""
    scene = _Scene(stage, "confirm")
    step = await scene.prepared()
    victim = _processes.Process(target=run, args=(address, step, COMMITTED, stage.clock.now()), daemon=True)
    victim.start()
    await asyncio.to_thread(victim.join)
    assert victim.exitcode == -signal.SIGKILL
    (kept,) = await stage.scheduling.appointments(scene.patient_id)
    assert kept.status is AppointmentStatus.BOOKED
    assert await step.on(stage.scheduling) == kept


async def test_a_booked_visit_stays_as_it_was_when_its_move_dies(stage: SqlStage, address: str) -> None:
    """Killed half way and never replayed: the earlier appointment stands, the new place is held and runs out."""
    visit = await book(stage, await stage.open_slot(TOMORROW))
    target = await stage.open_slot(TOMORROW + timedelta(days=1))
    held = await hold(stage, target)
    moving = (("patient_id", visit.patient_id), ("session_id", SESSION), ("key", "m"), ("now", stage.clock.now()))
    step = Step(name="reschedule", subject=(visit.id, held.id), given=moving)
    victim = _processes.Process(target=run, args=(address, step, 8, stage.clock.now()), daemon=True)
    victim.start()
    await asyncio.to_thread(victim.join)
    assert victim.exitcode == -signal.SIGKILL
    assert await stage.scheduling.appointments(visit.patient_id) == (visit,)
    stage.clock.advance(timedelta(minutes=10))
    assert [slot.id for slot in await stage.scheduling.search(SlotQuery())] == [target]
    assert await stage.broken() == []
