"""Contract of `Scheduling`: searching, holding, booking, cancelling."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from domain.errors import Conflict, Expired, NotFound
from domain.patient import PatientId
from domain.scheduling import (
    Appointment,
    AppointmentId,
    AppointmentStatus,
    HoldId,
    Period,
    Refusal,
    SlotId,
    SlotQuery,
)
from domain.session import SessionId
from tests.hospital.stage import ATTENDING, CHIEF, NERVES, OTHER_CHIEF, STOMACH, BookingStage, SqlStage
from tests.stores import MONDAY_MORNING, booking_rules
from tools.hospital.sql.schema import departments

pytestmark = pytest.mark.contract

NINE = MONDAY_MORNING + timedelta(hours=2)
THREE = MONDAY_MORNING + timedelta(hours=8)
TOMORROW = NINE + timedelta(days=1)
SESSION = SessionId("session-1")
HOLD = booking_rules().hold


async def _left(stage: BookingStage) -> list[int]:
    return [slot.left for slot in await stage.scheduling.search(SlotQuery(limit=100))]


async def _hold(stage: BookingStage, slot_id: SlotId, *, key: str = "h1", session_id: SessionId = SESSION) -> HoldId:
    held = await stage.scheduling.hold(slot_id, session_id=session_id, key=key, now=stage.clock.now())
    return held.id


async def _confirm(stage: BookingStage, hold_id: HoldId, patient_id: PatientId, *, key: str = "c1") -> Appointment:
    now = stage.clock.now()
    return await stage.scheduling.confirm(hold_id, patient_id, session_id=SESSION, key=key, now=now)


async def _book(stage: BookingStage, slot_id: SlotId, *, patient: int = 1, key: str = "b") -> Appointment:
    hold_id = await _hold(stage, slot_id, key=f"h-{key}")
    return await _confirm(stage, hold_id, await stage.patient(patient), key=f"c-{key}")


async def _cancel(
    stage: BookingStage, appointment_id: AppointmentId, *, patient_id: PatientId | None = None, key: str = "x1"
) -> Appointment:
    who = patient_id or await stage.patient()
    return await stage.scheduling.cancel(appointment_id, patient_id=who, key=key, now=stage.clock.now())


async def test_the_hospital_names_its_departments_and_doctors(stage: BookingStage) -> None:
    """Places and titles are the hospital's own; a department that takes no bookings says so."""
    found = {one.id: one for one in await stage.scheduling.departments()}
    assert (found[STOMACH].building, found[STOMACH].floor) == ("门诊楼", "3层")
    assert [one.name for one in found.values() if not one.bookable] == ["急诊科"]
    assert {one.name: one.title.expert for one in await stage.scheduling.practitioners()} == {
        "王怀仁": True,
        "林雨桐": False,
        "王一": True,
    }


async def test_the_departments_are_known_for_a_minute_without_asking_the_database(embedded: SqlStage) -> None:
    """Every turn of an interview asks for them; a change made by another replica is seen within the minute."""
    before = await embedded.scheduling.departments()
    await embedded.database.write(lambda c: c.execute(update(departments).values(floor="9层")))
    embedded.clock.advance(timedelta(seconds=59))
    assert await embedded.scheduling.departments() == before
    embedded.clock.advance(timedelta(seconds=1))
    assert {one.floor for one in await embedded.scheduling.departments()} == {"9层"}


async def test_a_slot_is_shown_in_the_hospitals_own_time(stage: BookingStage) -> None:
    """Date, times, fee and places left are what the patient reads."""
    slot_id = await stage.open_slot(THREE, doctor=ATTENDING, capacity=4, sold=1)
    (slot,) = await stage.scheduling.search(SlotQuery(department_ids=(STOMACH,)))
    assert (slot.id, slot.department, slot.doctor) == (slot_id, "消化内科", "林雨桐")
    assert (slot.date, slot.period) == (date(2026, 3, 2), Period.AFTERNOON)
    assert (slot.start, slot.end) == (time(15), time(15, 30))
    assert (slot.fee_cents, slot.left, slot.stopped) == (1500, 3, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (SlotQuery(), [0, 1, 2, 3]),
        (SlotQuery(limit=2), [0, 1]),
        (SlotQuery(department_ids=(NERVES,)), [2]),
        (SlotQuery(department_ids=(NERVES, STOMACH)), [0, 1, 2, 3]),
        (SlotQuery(practitioner_id=CHIEF), [0, 3]),
        (SlotQuery(doctor="林雨桐"), [1]),
        (SlotQuery(doctor="王"), [0, 2, 3]),
        (SlotQuery(doctor="%"), []),
        (SlotQuery(expert=True), [0, 2, 3]),
        (SlotQuery(expert=False), [1]),
        (SlotQuery(first_date=date(2026, 3, 3)), [2, 3]),
        (SlotQuery(last_date=date(2026, 3, 2)), [0, 1]),
        (SlotQuery(first_date=date(2026, 3, 4), last_date=date(2026, 3, 4)), []),
        (SlotQuery(period=Period.AFTERNOON), [1]),
        (SlotQuery(max_fee_cents=3000), [1, 2]),
        (SlotQuery(not_before=THREE), [2, 3]),
        (SlotQuery(doctor="王", department_ids=(STOMACH,), period=Period.MORNING, max_fee_cents=5000), [0, 3]),
    ],
)
async def test_a_search_finds_what_matches_earliest_first(
    stage: BookingStage, query: SlotQuery, found: list[int]
) -> None:
    """Every wish narrows the search; none is ignored."""
    opened = [
        await stage.open_slot(NINE),
        await stage.open_slot(THREE, doctor=ATTENDING),
        await stage.open_slot(TOMORROW, doctor=OTHER_CHIEF),
        await stage.open_slot(TOMORROW + timedelta(minutes=30)),
    ]
    assert [slot.id for slot in await stage.scheduling.search(query)] == [opened[place] for place in found]


async def test_full_stopped_and_past_slots_are_not_offered(stage: BookingStage) -> None:
    """What cannot be booked is not shown."""
    await stage.open_slot(NINE, capacity=2, sold=2)
    await stage.open_slot(NINE, stopped=True)
    await stage.open_slot(MONDAY_MORNING)
    free = await stage.open_slot(THREE)
    assert [slot.id for slot in await stage.scheduling.search(SlotQuery())] == [free]


async def test_a_hold_keeps_a_place_for_ten_minutes(stage: BookingStage) -> None:
    """Nobody else gets the place meanwhile; then it is free again, swept or not."""
    slot_id = await stage.open_slot(NINE)
    held = await stage.scheduling.hold(slot_id, session_id=SESSION, key="k", now=stage.clock.now())
    assert held.expires_at == stage.clock.now() + HOLD
    assert held.slot.left == 0
    assert await _left(stage) == []
    with pytest.raises(Conflict) as refused:
        await _hold(stage, slot_id, key="other", session_id=SessionId("session-2"))
    assert refused.value.reason == Refusal.FULL
    stage.clock.advance(HOLD)
    assert await _left(stage) == [1]
    await _hold(stage, slot_id, key="other", session_id=SessionId("session-2"))
    assert await stage.broken() == []


@pytest.mark.parametrize("reason", [Refusal.STOPPED, Refusal.PAST])
async def test_a_hold_is_refused_with_its_reason(stage: BookingStage, reason: Refusal) -> None:
    """A stopped clinic and a time that has begun cannot be held, however many places are left."""
    slot_id = await stage.open_slot(NINE, capacity=5)
    if reason is Refusal.STOPPED:
        await stage.stop(slot_id)
    else:
        stage.clock.advance(timedelta(hours=2))
    with pytest.raises(Conflict) as refused:
        await _hold(stage, slot_id)
    assert refused.value.reason == reason


async def test_holding_an_unknown_slot_is_refused(stage: BookingStage) -> None:
    """There is nothing to hold, however long the name a client made up."""
    for name in ("never", "n" * 2_000):
        with pytest.raises(NotFound):
            await _hold(stage, SlotId(name))


async def test_the_same_key_never_holds_twice(stage: BookingStage) -> None:
    """A replayed hold is the same hold; the key for another slot is refused."""
    slot_id = await stage.open_slot(NINE, capacity=5)
    other = await stage.open_slot(THREE)
    assert await _hold(stage, slot_id) == await _hold(stage, slot_id)
    assert await _left(stage) == [4, 1]
    with pytest.raises(Conflict) as refused:
        await _hold(stage, other)
    assert refused.value.reason == Refusal.KEY_REUSED


async def test_a_refused_hold_may_be_tried_again_under_its_key(stage: BookingStage) -> None:
    """A write that failed left nothing behind, its key included."""
    slot_id = await stage.open_slot(NINE)
    first = await _hold(stage, slot_id, key="a")
    with pytest.raises(Conflict):
        await _hold(stage, slot_id, key="b")
    await stage.scheduling.release(first, session_id=SESSION)
    await _hold(stage, slot_id, key="b")
    assert await stage.broken() == []


async def test_a_released_place_is_free_at_once(stage: BookingStage) -> None:
    """Releasing again, releasing an unknown hold and releasing somebody else's do nothing."""
    slot_id = await stage.open_slot(NINE, capacity=2)
    hold_id = await _hold(stage, slot_id)
    await stage.scheduling.release(hold_id, session_id=SessionId("session-2"))
    assert await _left(stage) == [1]
    await stage.scheduling.release(hold_id, session_id=SESSION)
    await stage.scheduling.release(hold_id, session_id=SESSION)
    await stage.scheduling.release(HoldId("never"), session_id=SESSION)
    assert await _left(stage) == [2]


async def test_a_confirmed_hold_is_an_appointment_with_number_place_and_what_to_bring(stage: BookingStage) -> None:
    """The patient reads where to go; the place counts as taken."""
    slot_id = await stage.open_slot(NINE, capacity=4, sold=2)
    booked = await _book(stage, slot_id)
    assert booked.status is AppointmentStatus.BOOKED
    assert (booked.number, booked.where) == (3, "门诊楼3层 消化内科 B区")
    assert booked.bring == ("身份证", "医保卡", "胃镜报告")
    assert booked.slot.id == slot_id
    assert await _left(stage) == [1]
    assert await stage.scheduling.appointments(await stage.patient()) == (booked,)


async def test_the_same_key_never_books_twice(stage: BookingStage) -> None:
    """A replayed confirmation returns the earlier appointment, also after its hold would have run out."""
    hold_id = await _hold(stage, await stage.open_slot(NINE, capacity=2))
    patient_id = await stage.patient()
    booked = await _confirm(stage, hold_id, patient_id)
    stage.clock.advance(timedelta(minutes=30))
    assert await _confirm(stage, hold_id, patient_id) == booked
    assert len(await stage.scheduling.appointments(patient_id)) == 1


async def test_a_hold_books_once_whatever_the_key(stage: BookingStage) -> None:
    """Confirming a used hold under another key is refused."""
    hold_id = await _hold(stage, await stage.open_slot(NINE, capacity=2))
    await _confirm(stage, hold_id, await stage.patient())
    with pytest.raises(Conflict):
        await _confirm(stage, hold_id, await stage.patient(), key="c2")


async def test_a_hold_that_ran_out_cannot_be_confirmed(stage: BookingStage) -> None:
    """It is told apart from a hold that never was, before and after its place went to somebody else."""
    slot_id = await stage.open_slot(NINE)
    hold_id = await _hold(stage, slot_id)
    stage.clock.advance(HOLD)
    with pytest.raises(Expired):
        await _confirm(stage, hold_id, await stage.patient())
    await _hold(stage, slot_id, key="next")
    with pytest.raises(Expired):
        await _confirm(stage, hold_id, await stage.patient())


async def test_only_the_session_that_holds_can_confirm(stage: BookingStage) -> None:
    """An unknown hold, a released one and another session's are all simply not found."""
    theirs = await _hold(stage, await stage.open_slot(NINE), session_id=SessionId("session-2"))
    released = await _hold(stage, await stage.open_slot(THREE), key="h2")
    await stage.scheduling.release(released, session_id=SESSION)
    for hold_id in (theirs, released, HoldId("never")):
        with pytest.raises(NotFound):
            await _confirm(stage, hold_id, await stage.patient(), key=f"c-{hold_id}")


async def test_one_patient_has_one_appointment_in_a_department_and_session(stage: BookingStage) -> None:
    """Another doctor of the same morning is refused and its place stays held; afternoon and other patients are fine."""
    await _book(stage, await stage.open_slot(NINE), key="1")
    same_morning = await stage.open_slot(NINE + timedelta(hours=1), doctor=ATTENDING)
    with pytest.raises(Conflict) as refused:
        await _book(stage, same_morning, key="2")
    assert refused.value.reason == Refusal.SAME_SESSION
    await _book(stage, await stage.open_slot(THREE), key="3")
    await _book(stage, await stage.open_slot(NINE, doctor=OTHER_CHIEF), key="4")
    await _book(stage, await stage.open_slot(NINE), patient=2, key="5")
    assert await stage.broken() == []


async def test_a_cancelled_place_and_its_number_are_free_again(stage: BookingStage) -> None:
    """The next patient gets the place; the one who cancelled may book the session anew."""
    slot_id = await stage.open_slot(NINE + timedelta(hours=2), capacity=2)
    first = await _book(stage, slot_id, key="1")
    second = await _book(stage, slot_id, patient=2, key="2")
    assert (first.number, second.number) == (1, 2)
    cancelled = await _cancel(stage, first.id)
    assert cancelled.status is AppointmentStatus.CANCELLED
    assert await _left(stage) == [1]
    assert (await _book(stage, slot_id, key="3")).number == 1
    assert await stage.broken() == []


async def test_the_same_key_never_cancels_twice(stage: BookingStage) -> None:
    """A replayed cancellation is the earlier one; a new one of a cancelled appointment is refused."""
    slot_id = await stage.open_slot(TOMORROW, capacity=2)
    booked = await _book(stage, slot_id)
    assert await _cancel(stage, booked.id) == await _cancel(stage, booked.id)
    assert await _left(stage) == [2]
    with pytest.raises(Conflict) as refused:
        await _cancel(stage, booked.id, key="x2")
    assert refused.value.reason == Refusal.STATUS
    assert await _left(stage) == [2]


async def test_cancelling_ends_two_hours_before_the_time(stage: BookingStage) -> None:
    """At the deadline it is still possible, a second later it is not."""
    slot_id = await stage.open_slot(THREE, capacity=2)
    one = await _book(stage, slot_id, key="1")
    other = await _book(stage, slot_id, patient=2, key="2")
    stage.clock.advance(timedelta(hours=6))
    assert (await _cancel(stage, one.id)).status is AppointmentStatus.CANCELLED
    stage.clock.advance(timedelta(seconds=1))
    with pytest.raises(Conflict) as refused:
        await _cancel(stage, other.id, patient_id=await stage.patient(2), key="x2")
    assert refused.value.reason == Refusal.DEADLINE
    assert [one.status for one in await stage.scheduling.appointments(await stage.patient(2))] == [
        AppointmentStatus.BOOKED
    ]


async def test_nobody_cancels_another_patients_appointment(stage: BookingStage) -> None:
    """Somebody else's appointment and one that never was are told apart by nobody."""
    booked = await _book(stage, await stage.open_slot(TOMORROW))
    for appointment_id in (booked.id, AppointmentId("never")):
        with pytest.raises(NotFound):
            await _cancel(stage, appointment_id, patient_id=await stage.patient(2), key=f"x-{appointment_id}")
    assert await stage.scheduling.appointments(await stage.patient(2)) == ()


async def test_appointments_come_soonest_first_and_cancelled_last(stage: BookingStage) -> None:
    """What the patient has to go to stands on top."""
    later = await _book(stage, await stage.open_slot(TOMORROW), key="1")
    dropped = await _book(stage, await stage.open_slot(THREE, doctor=OTHER_CHIEF), key="2")
    sooner = await _book(stage, await stage.open_slot(THREE), key="3")
    await _cancel(stage, dropped.id)
    found = await stage.scheduling.appointments(await stage.patient())
    assert [one.id for one in found] == [sooner.id, later.id, dropped.id]


async def test_two_hundred_bookers_of_one_place_give_one_winner(stage: BookingStage) -> None:
    """All at once, each with its own session: one holds, the others are told it is full."""
    slot_id = await stage.open_slot(NINE)
    attempts = (
        _hold(stage, slot_id, key=f"h{number}", session_id=SessionId(f"session-{number}")) for number in range(200)
    )
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [one.reason for one in outcomes if isinstance(one, Conflict)]
    assert len(outcomes) - len(refused) == 1
    assert set(refused) == {Refusal.FULL}
    assert await stage.broken() == []


async def test_the_same_write_sent_many_times_at_once_is_done_once(stage: BookingStage) -> None:
    """Twenty copies of one confirmation give one appointment, and everyone learns of it."""
    hold_id = await _hold(stage, await stage.open_slot(NINE, capacity=30))
    patient_id = await stage.patient()
    booked = await asyncio.gather(*(_confirm(stage, hold_id, patient_id) for _ in range(20)))
    assert len({one.id for one in booked}) == 1
    assert await _left(stage) == [29]


async def test_a_patient_who_books_a_session_twice_at_once_gets_it_once(stage: BookingStage) -> None:
    """Two holds of the same morning, confirmed in the same moment: one appointment."""
    holds = [await _hold(stage, await stage.open_slot(NINE), key=f"h{number}") for number in range(5)]
    patient_id = await stage.patient()
    outcomes = await asyncio.gather(
        *(_confirm(stage, hold_id, patient_id, key=f"c{hold_id}") for hold_id in holds), return_exceptions=True
    )
    assert sum(isinstance(one, Appointment) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) and one.reason == Refusal.SAME_SESSION for one in outcomes) == 4
    assert await stage.broken() == []
