"""Contract of `Scheduling.reschedule`: the new place and the old one change hands together or not at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.errors import Conflict, Expired, NotFound
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentStatus, HoldId, Refusal, SlotQuery
from domain.session import SessionId
from tests.hospital.stage import ATTENDING, OTHER_CHIEF, BookingStage
from tests.hospital.steps import SESSION, THREE, TOMORROW, book, hold, move

pytestmark = pytest.mark.contract


async def _left(stage: BookingStage) -> list[int]:
    return [slot.left for slot in await stage.scheduling.search(SlotQuery(limit=100))]


async def test_the_new_place_is_taken_and_the_old_one_freed_together(stage: BookingStage) -> None:
    """One booked appointment, the earlier one cancelled, and its place free for others."""
    earlier = await book(stage, await stage.open_slot(TOMORROW))
    new_slot = await stage.open_slot(TOMORROW + timedelta(days=1))
    assert await _left(stage) == [1]
    moved = await move(stage, earlier.id, new_slot)
    assert (moved.slot.id, moved.status, moved.number) == (new_slot, AppointmentStatus.BOOKED, 1)
    assert await _left(stage) == [1]
    mine = await stage.scheduling.appointments(await stage.patient())
    assert [(one.id, one.status) for one in mine] == [
        (moved.id, AppointmentStatus.BOOKED),
        (earlier.id, AppointmentStatus.CANCELLED),
    ]
    assert await stage.broken() == []


async def test_moving_within_the_same_half_day_is_no_second_appointment(stage: BookingStage) -> None:
    """The rule of one appointment a half day counts what is there afterwards."""
    earlier = await book(stage, await stage.open_slot(TOMORROW))
    moved = await move(stage, earlier.id, await stage.open_slot(TOMORROW + timedelta(hours=1), doctor=ATTENDING))
    assert moved.slot.doctor == "林雨桐"
    assert await stage.broken() == []


async def test_a_refused_move_changes_nothing(stage: BookingStage) -> None:
    """Another appointment stands in the new half day: the old one stays booked and the new place stays held."""
    earlier = await book(stage, await stage.open_slot(TOMORROW))
    await book(stage, await stage.open_slot(THREE))
    with pytest.raises(Conflict) as refused:
        await move(stage, earlier.id, await stage.open_slot(THREE + timedelta(minutes=30), doctor=ATTENDING))
    assert refused.value.reason == Refusal.SAME_SESSION
    mine = await stage.scheduling.appointments(await stage.patient())
    assert [one.status for one in mine] == [AppointmentStatus.BOOKED] * 2
    assert await _left(stage) == []
    assert await stage.broken() == []


async def test_the_same_key_never_moves_twice(stage: BookingStage) -> None:
    """A replayed move is the earlier one; under another key the cancelled appointment cannot be moved again."""
    earlier = await book(stage, await stage.open_slot(TOMORROW))
    target = await stage.open_slot(TOMORROW + timedelta(days=1), capacity=3)
    moved = await move(stage, earlier.id, target)
    assert await move(stage, earlier.id, target) == moved
    with pytest.raises(Conflict) as refused:
        await move(stage, earlier.id, target, key="again")
    assert refused.value.reason == Refusal.STATUS
    assert len(await stage.scheduling.appointments(await stage.patient())) == 2
    assert await stage.broken() == []


async def test_the_deadline_holds_for_the_old_place_unless_its_clinic_is_stopped(stage: BookingStage) -> None:
    """An hour before its time a visit cannot be moved; a stopped one can."""
    slot_id = await stage.open_slot(THREE)
    earlier = await book(stage, slot_id)
    target = await stage.open_slot(TOMORROW, capacity=3)
    stage.clock.advance(timedelta(hours=7))
    with pytest.raises(Conflict) as refused:
        await move(stage, earlier.id, target)
    assert refused.value.reason == Refusal.DEADLINE
    await stage.stop(slot_id)
    assert (await move(stage, earlier.id, target, key="stopped")).slot.id == target
    assert await stage.broken() == []


async def test_only_the_patients_own_appointment_and_the_sessions_own_hold_count(stage: BookingStage) -> None:
    """Somebody else's appointment, another session's hold and one that ran out change nothing."""
    earlier = await book(stage, await stage.open_slot(TOMORROW))
    target = await stage.open_slot(TOMORROW + timedelta(days=1), capacity=5)
    with pytest.raises(NotFound):
        await move(stage, earlier.id, target, patient=2, key="stranger")
    held, patient_id = await hold(stage, target, key="own"), await stage.patient()

    async def attempt(hold_id: HoldId, session_id: SessionId, patient: PatientId, key: str) -> Appointment:
        return await stage.scheduling.reschedule(
            earlier.id, hold_id, patient_id=patient, session_id=session_id, key=key, now=stage.clock.now()
        )

    with pytest.raises(NotFound):
        await attempt(held.id, SessionId("session-2"), patient_id, "k1")
    stage.clock.advance(timedelta(minutes=10))
    with pytest.raises(Expired):
        await attempt(held.id, SESSION, patient_id, "k2")
    assert [one.status for one in await stage.scheduling.appointments(patient_id)] == [AppointmentStatus.BOOKED]
    assert await stage.broken() == []


async def test_two_patients_who_swap_places_at_once_both_arrive(stage: BookingStage) -> None:
    """Each holds a place of the other's slot and moves there in the same moment."""
    one_slot = await stage.open_slot(TOMORROW, capacity=2)
    other_slot = await stage.open_slot(TOMORROW + timedelta(days=1), doctor=OTHER_CHIEF, capacity=2)
    for round_ in range(5):
        one = await book(stage, one_slot, patient=1, key=f"one {round_}")
        other = await book(stage, other_slot, patient=2, key=f"other {round_}")
        moved = await asyncio.gather(
            move(stage, one.id, other_slot, patient=1, key=f"a{round_}"),
            move(stage, other.id, one_slot, patient=2, key=f"b{round_}"),
        )
        assert [visit.slot.id for visit in moved] == [other_slot, one_slot]
        for visit in moved:
            await stage.scheduling.cancel(
                visit.id, patient_id=visit.patient_id, key=f"x{visit.id}", now=stage.clock.now()
            )
    assert await stage.broken() == []
