"""Booking as the agent calls it, on the embedded hospital."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotFound
from domain.scheduling import AppointmentId, AppointmentStatus, Period, SlotQuery, Title
from domain.session import SessionId
from tests.hospital.stage import ATTENDING, OTHER_CHIEF, STOMACH, SqlStage
from tests.stores import MONDAY_MORNING
from tools.appointments import (
    Asked,
    SlotsFound,
    Wish,
    appointment,
    cancel,
    confirm,
    find_slots,
    hold,
    release,
    reschedule,
    upcoming,
)

pytestmark = pytest.mark.contract

NINE = MONDAY_MORNING + timedelta(hours=2)
THREE = MONDAY_MORNING + timedelta(hours=8)
TODAY = MONDAY_MORNING.date()
SESSION = SessionId("session-1")


def asked(pending_id: str = "p1") -> Asked:
    """A question of the example session."""
    return Asked(session_id=SESSION, pending_id=pending_id)


async def _found(stage: SqlStage, wish: SlotQuery) -> SlotsFound:
    return await find_slots(stage.scheduling, replace(wish, department_ids=(STOMACH,)))


async def test_what_matches_is_found_without_giving_anything_up(embedded: SqlStage) -> None:
    """A wish that can be met is met as said."""
    slot_id = await embedded.open_slot(THREE, doctor=ATTENDING)
    found = await _found(embedded, SlotQuery(expert=False, period=Period.AFTERNOON, last_date=TODAY))
    assert ([slot.id for slot in found.slots], found.given_up) == ([slot_id], ())


@pytest.mark.parametrize(
    ("wish", "given_up"),
    [
        (SlotQuery(period=Period.MORNING), (Wish.PERIOD,)),
        (SlotQuery(max_fee_cents=100), (Wish.FEE,)),
        (SlotQuery(expert=True), (Wish.TITLE,)),
        (SlotQuery(title=Title.CHIEF), (Wish.TITLE,)),
        (SlotQuery(last_date=TODAY), (Wish.DATES,)),
        (SlotQuery(doctor="没有这个人"), (Wish.DOCTOR,)),
        (
            SlotQuery(doctor="没有", last_date=TODAY, period=Period.MORNING, expert=True, max_fee_cents=1),
            (Wish.PERIOD, Wish.FEE, Wish.TITLE, Wish.DATES, Wish.DOCTOR),
        ),
        (SlotQuery(doctor="没有", period=Period.AFTERNOON, max_fee_cents=2_000, expert=False), (Wish.DOCTOR,)),
        (SlotQuery(expert=True, period=Period.AFTERNOON, max_fee_cents=1), (Wish.FEE, Wish.TITLE)),
    ],
)
async def test_a_wish_that_cannot_be_met_gives_up_its_least_part_first(
    embedded: SqlStage, wish: SlotQuery, given_up: tuple[Wish, ...]
) -> None:
    """The patient is shown the nearest there is and told what it is not; the doctor goes last."""
    slot_id = await embedded.open_slot(THREE + timedelta(days=1), doctor=ATTENDING)
    found = await _found(embedded, wish)
    assert ([slot.id for slot in found.slots], found.given_up) == ([slot_id], given_up)


async def test_the_department_is_never_given_up(embedded: SqlStage) -> None:
    """Who was sent to the stomach clinic is not offered a neurologist because it is sooner."""
    await embedded.open_slot(NINE, doctor=OTHER_CHIEF)
    found = await _found(embedded, SlotQuery(period=Period.MORNING, doctor="王"))
    assert found.slots == ()
    assert found.given_up == (Wish.PERIOD, Wish.DOCTOR)


async def test_a_doctor_alone_is_not_given_up(embedded: SqlStage) -> None:
    """With neither department nor triage there would be nothing left to go by."""
    await embedded.open_slot(NINE)
    query = SlotQuery(doctor="没有这个人")
    assert await find_slots(embedded.scheduling, query) == SlotsFound(query=query, slots=())


async def test_from_hold_to_appointment_to_cancellation_each_once(embedded: SqlStage) -> None:
    """A replayed turn repeats every call; the hospital does each thing once."""
    slot_id = await embedded.open_slot(THREE, capacity=3)
    patient_id, now = await embedded.patient(), embedded.clock.now()
    held = await hold(embedded.scheduling, slot_id, asked=asked("p1"), now=now)
    assert await hold(embedded.scheduling, slot_id, asked=asked("p1"), now=now) == held
    booked = await confirm(embedded.scheduling, held.id, patient_id, asked=asked("p2"), now=now)
    assert await confirm(embedded.scheduling, held.id, patient_id, asked=asked("p2"), now=now) == booked
    assert await upcoming(embedded.scheduling, patient_id, now=now) == (booked,)
    cancelled = await cancel(embedded.scheduling, booked.id, patient_id, asked=asked("p3"), now=now)
    assert await cancel(embedded.scheduling, booked.id, patient_id, asked=asked("p3"), now=now) == cancelled
    assert cancelled.status is AppointmentStatus.CANCELLED
    assert await upcoming(embedded.scheduling, patient_id, now=now) == ()
    assert await appointment(embedded.scheduling, booked.id, patient_id) == cancelled
    assert await embedded.broken() == []


async def test_another_choice_under_the_same_question_is_another_hold(embedded: SqlStage) -> None:
    """「第二个」 corrected to 「第三个」 holds the third."""
    one, other = await embedded.open_slot(NINE), await embedded.open_slot(THREE)
    first = await hold(embedded.scheduling, one, asked=asked(), now=embedded.clock.now())
    await release(embedded.scheduling, first.id, session_id=SESSION)
    second = await hold(embedded.scheduling, other, asked=asked(), now=embedded.clock.now())
    assert second.slot.id == other
    assert second.id != first.id


async def test_a_visit_that_is_over_is_no_longer_upcoming(embedded: SqlStage) -> None:
    """Until its half hour ends it is."""
    slot_id, patient_id, now = await embedded.open_slot(NINE), await embedded.patient(), embedded.clock.now()
    held = await hold(embedded.scheduling, slot_id, asked=asked("p1"), now=now)
    booked = await confirm(embedded.scheduling, held.id, patient_id, asked=asked("p2"), now=now)
    during, after = NINE + timedelta(minutes=29), NINE + timedelta(minutes=30)
    assert await upcoming(embedded.scheduling, patient_id, now=during) == (booked,)
    assert await upcoming(embedded.scheduling, patient_id, now=after) == ()


async def test_an_unknown_appointment_is_not_found(embedded: SqlStage) -> None:
    """Nor is somebody else's."""
    with pytest.raises(NotFound):
        await appointment(embedded.scheduling, AppointmentId("never"), await embedded.patient())


async def test_a_replayed_answer_moves_once(embedded: SqlStage) -> None:
    """The same yes to the same review is the same new appointment; the earlier one is cancelled."""
    now, patient_id = embedded.clock.now(), await embedded.patient()
    scheduling = embedded.scheduling
    first = await hold(scheduling, await embedded.open_slot(THREE), asked=asked("p1"), now=now)
    earlier = await confirm(scheduling, first.id, patient_id, asked=asked("p2"), now=now)
    other = await hold(scheduling, await embedded.open_slot(THREE + timedelta(days=1)), asked=asked("p3"), now=now)
    moved = [
        await reschedule(scheduling, earlier.id, other.id, patient_id, asked=asked("p4"), now=now) for _ in range(2)
    ]
    assert moved[0] == moved[1]
    assert await upcoming(scheduling, patient_id, now=now) == (moved[0],)
