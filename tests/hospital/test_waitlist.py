"""Contract of `Waitlist`: a place that becomes free is offered in order, once, with a time to accept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.clinical import DepartmentId
from domain.errors import Conflict, Expired, NotFound
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentStatus, Period, PractitionerId, Refusal, SlotId, SlotQuery, Title
from domain.waitlist import WaitlistEntry, WaitlistId, WaitlistStatus, WaitlistWish
from tests.hospital.stage import ATTENDING, CHIEF, OTHER_CHIEF, STOMACH, Stage
from tests.hospital.steps import NINE, SESSION, THREE, TOMORROW, book, cancel, hold, miss
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.contract

TODAY = MONDAY_MORNING.date()
WISH = WaitlistWish(department_id=STOMACH, first_date=TODAY, last_date=TODAY + timedelta(days=3))
ACCEPT = timedelta(minutes=30)


async def _join(stage: Stage, patient: int, wish: WaitlistWish = WISH, *, key: str = "") -> WaitlistEntry:
    """A second after whoever joined before."""
    patient_id = await stage.patient(patient)
    stage.clock.advance(timedelta(seconds=1))
    return await stage.waitlist.join(patient_id, wish, key=key or f"join {patient}", now=stage.clock.now())


async def _accept(stage: Stage, entry: WaitlistEntry, *, key: str = "accept") -> Appointment:
    return await stage.waitlist.accept(entry.id, patient_id=entry.patient_id, key=key, now=stage.clock.now())


async def _statuses(stage: Stage, *entries: WaitlistEntry) -> list[WaitlistStatus]:
    return [(await stage.waitlist.entry(one.id)).status for one in entries]


async def _full(stage: Stage, **opened: Any) -> Appointment:
    """A slot whose only place patient 9 has booked, tomorrow unless said otherwise."""
    return await book(stage, await stage.open_slot(opened.pop("start", TOMORROW), **opened), patient=9)


async def test_a_freed_place_is_kept_for_the_first_in_line_and_nobody_else(stage: Stage) -> None:
    """It is offered in the moment it becomes free: no search shows it, no hold takes it."""
    booked = await _full(stage)
    first, second = await _join(stage, 1), await _join(stage, 2)
    assert (first.status, first.position, second.position) == (WaitlistStatus.REQUESTED, 1, 2)
    await cancel(stage, booked)
    offered = await stage.waitlist.entry(first.id)
    assert (offered.status, offered.position) == (WaitlistStatus.OFFERED, 0)
    assert offered.offer is not None
    assert offered.offer.id == booked.slot.id
    assert offered.until == stage.clock.now() + ACCEPT
    assert await stage.scheduling.search(SlotQuery()) == ()
    with pytest.raises(Conflict):
        await hold(stage, booked.slot.id)
    waiting = await stage.waitlist.entry(second.id)
    assert (waiting.status, waiting.position) == (WaitlistStatus.REQUESTED, 1)
    assert await stage.broken() == []


async def test_an_accepted_offer_is_an_appointment(stage: Stage) -> None:
    """Booked at once; the same answer again is the same appointment, another key finds it answered."""
    booked = await _full(stage)
    entry = await _join(stage, 1)
    await cancel(stage, booked)
    visit = await _accept(stage, entry)
    assert (visit.status, visit.slot.id) == (AppointmentStatus.BOOKED, booked.slot.id)
    assert await _accept(stage, entry) == visit
    assert await _statuses(stage, entry) == [WaitlistStatus.ACCEPTED]
    with pytest.raises(Conflict) as refused:
        await _accept(stage, entry, key="other")
    assert refused.value.reason == Refusal.STATUS
    assert await stage.broken() == []


async def test_a_declined_offer_goes_to_the_next(stage: Stage) -> None:
    """And a replayed no does not decline twice."""
    booked = await _full(stage)
    first, second = await _join(stage, 1), await _join(stage, 2)
    await cancel(stage, booked)
    for _ in range(2):
        declined = await stage.waitlist.decline(first.id, patient_id=first.patient_id, key="no", now=stage.clock.now())
        assert declined.status is WaitlistStatus.DECLINED
    assert await _statuses(stage, first, second) == [WaitlistStatus.DECLINED, WaitlistStatus.OFFERED]
    assert await stage.broken() == []


async def test_an_offer_nobody_answers_goes_to_the_next(stage: Stage) -> None:
    """After thirty minutes; looking earlier only says when to look again."""
    booked = await _full(stage)
    first, second = await _join(stage, 1), await _join(stage, 2)
    await cancel(stage, booked)
    until = stage.clock.now() + ACCEPT
    assert await stage.waitlist.expire(first.id, now=stage.clock.now()) == until
    stage.clock.advance(ACCEPT)
    with pytest.raises(Expired):
        await _accept(stage, first)
    for _ in range(2):
        assert await stage.waitlist.expire(first.id, now=stage.clock.now()) is None
    assert await _statuses(stage, first, second) == [WaitlistStatus.EXPIRED, WaitlistStatus.OFFERED]
    with pytest.raises(Expired):
        await _accept(stage, first, key="later")
    assert (await _accept(stage, second, key="second")).slot.id == booked.slot.id
    assert await stage.broken() == []


async def test_the_last_offer_that_runs_out_leaves_a_free_place(stage: Stage) -> None:
    """With nobody left in line everybody may have it."""
    booked = await _full(stage)
    entry = await _join(stage, 1)
    await cancel(stage, booked)
    stage.clock.advance(ACCEPT)
    await stage.waitlist.expire(entry.id, now=stage.clock.now())
    assert [slot.left for slot in await stage.scheduling.search(SlotQuery())] == [1]
    assert await stage.broken() == []


@pytest.mark.parametrize(
    ("wish", "matches"),
    [
        (WISH, True),
        (replace(WISH, practitioner_id=CHIEF), True),
        (replace(WISH, practitioner_id=ATTENDING), False),
        (replace(WISH, title=Title.CHIEF), True),
        (replace(WISH, title=Title.ATTENDING), False),
        (replace(WISH, period=Period.MORNING), True),
        (replace(WISH, period=Period.AFTERNOON), False),
        (replace(WISH, max_fee_cents=5000), True),
        (replace(WISH, max_fee_cents=4900), False),
        (replace(WISH, last_date=TODAY), False),
        (replace(WISH, first_date=TODAY + timedelta(days=2)), False),
        (replace(WISH, department_id=DepartmentId("D05")), False),
    ],
)
async def test_only_a_place_that_matches_the_wish_is_offered(stage: Stage, wish: WaitlistWish, matches: bool) -> None:  # noqa: FBT001 - a parametrised expectation
    """Doctor, title, half day, fee, days and department all count."""
    booked = await _full(stage)
    entry = await _join(stage, 1, wish)
    await cancel(stage, booked)
    assert await _statuses(stage, entry) == [WaitlistStatus.OFFERED if matches else WaitlistStatus.REQUESTED]


async def test_a_patient_who_has_that_half_day_already_is_passed_over(stage: Stage) -> None:
    """An offer they could not accept goes to whoever can."""
    booked = await _full(stage)
    first, second = await _join(stage, 1), await _join(stage, 2)
    await book(stage, await stage.open_slot(TOMORROW, doctor=ATTENDING), patient=1)
    await cancel(stage, booked)
    assert await _statuses(stage, first, second) == [WaitlistStatus.REQUESTED, WaitlistStatus.OFFERED]


async def test_a_hold_given_back_or_run_out_is_offered_too(stage: Stage) -> None:
    """However a place becomes free, those who wait come first."""
    slot_id = await stage.open_slot(TOMORROW)
    held = await hold(stage, slot_id, key="1")
    first, second = await _join(stage, 1), await _join(stage, 2)
    await stage.scheduling.release(held.id, session_id=SESSION)
    assert await _statuses(stage, first, second) == [WaitlistStatus.OFFERED, WaitlistStatus.REQUESTED]
    await stage.waitlist.decline(first.id, patient_id=first.patient_id, key="no", now=stage.clock.now())
    assert await _statuses(stage, second) == [WaitlistStatus.OFFERED]
    third = await _join(stage, 3)
    stage.clock.advance(ACCEPT)
    with pytest.raises(Conflict):
        await hold(stage, slot_id, key="2")
    await stage.waitlist.expire(second.id, now=stage.clock.now())
    assert await _statuses(stage, second, third) == [WaitlistStatus.EXPIRED, WaitlistStatus.OFFERED]
    assert await stage.broken() == []


async def test_joining_is_refused_with_its_reason(stage: Stage) -> None:
    """A free place, a wait that stands already, days past or not open, a doctor who is not there, a barred patient."""
    await stage.open_slot(TOMORROW, doctor=OTHER_CHIEF)
    nerves = replace(WISH, department_id=DepartmentId("D05"))
    await _join(stage, 1)
    yesterday = TODAY - timedelta(days=1)
    beyond = TODAY + timedelta(days=14)
    cases = [
        (nerves, Refusal.PLACES_FREE),
        (WISH, Refusal.WAITING),
        (replace(WISH, first_date=yesterday, last_date=yesterday), Refusal.PAST),
        (replace(WISH, last_date=beyond), Refusal.TOO_FAR),
    ]
    for number, (wish, reason) in enumerate(cases):
        with pytest.raises(Conflict) as refused:
            await _join(stage, 1, wish, key=f"refused {number}")
        assert refused.value.reason == reason
    with pytest.raises(NotFound):
        await _join(stage, 1, replace(WISH, practitioner_id=PractitionerId("P999")), key="nobody")
    with pytest.raises(NotFound):
        await stage.waitlist.join(PatientId("nobody"), WISH, key="who", now=stage.clock.now())
    for _ in range(3):
        slot_id = await stage.open_slot(stage.clock.now() + timedelta(hours=2))
        await miss(stage, await stage.patient(2), await book(stage, slot_id, patient=2))
    later = replace(WISH, first_date=stage.clock.now().date(), last_date=stage.clock.now().date())
    with pytest.raises(Conflict) as refused:
        await _join(stage, 2, later)
    assert refused.value.reason == Refusal.BANNED


async def test_waiting_ends_with_its_last_day_or_when_the_patient_says_so(stage: Stage) -> None:
    """Neither is offered anything afterwards."""
    booked = await _full(stage)
    gone, over = await _join(stage, 1), await _join(stage, 2, replace(WISH, last_date=TODAY))
    withdrawn = await stage.waitlist.withdraw(gone.id, patient_id=gone.patient_id, key="bye", now=stage.clock.now())
    assert withdrawn.status is WaitlistStatus.WITHDRAWN
    midnight = MONDAY_MORNING.replace(hour=0) + timedelta(days=1)
    assert await stage.waitlist.expire(over.id, now=stage.clock.now()) == midnight
    assert await stage.waitlist.expire(over.id, now=midnight) is None
    await cancel(stage, booked)
    assert await _statuses(stage, gone, over) == [WaitlistStatus.WITHDRAWN, WaitlistStatus.EXPIRED]
    assert await stage.waitlist.expire(WaitlistId("never"), now=midnight) is None


async def test_nobody_answers_for_another_patient(stage: Stage) -> None:
    """Somebody else's entry and one that never was are told apart by nobody."""
    booked = await _full(stage)
    entry = await _join(stage, 1)
    await cancel(stage, booked)
    stranger, now = await stage.patient(2), stage.clock.now()
    for entry_id in (entry.id, WaitlistId("never")):
        for answer in (stage.waitlist.accept, stage.waitlist.decline, stage.waitlist.withdraw):
            with pytest.raises(NotFound):
                await answer(entry_id, patient_id=stranger, key=f"{answer} {entry_id}", now=now)
    assert await stage.waitlist.entries(stranger) == ()
    assert [one.id for one in await stage.waitlist.entries(entry.patient_id)] == [entry.id]


async def test_an_offer_of_a_clinic_that_is_stopped_cannot_be_accepted(stage: Stage) -> None:
    """Nothing is booked; when its time is over nobody is offered the stopped place."""
    booked = await _full(stage)
    first, second = await _join(stage, 1), await _join(stage, 2)
    await cancel(stage, booked)
    await stage.stop(booked.slot.id)
    with pytest.raises(Conflict) as refused:
        await _accept(stage, first)
    assert refused.value.reason == Refusal.STOPPED
    stage.clock.advance(ACCEPT)
    await stage.waitlist.expire(first.id, now=stage.clock.now())
    assert await _statuses(stage, first, second) == [WaitlistStatus.EXPIRED, WaitlistStatus.REQUESTED]
    assert await stage.broken() == []


async def test_an_offer_shortly_before_the_time_ends_with_it(stage: Stage) -> None:
    """Ten minutes before its time a place is offered for ten minutes."""
    slot_id = await stage.open_slot(NINE)
    stage.clock.advance(timedelta(hours=1, minutes=40))
    held = await hold(stage, slot_id)
    entry = await _join(stage, 1)
    stage.clock.advance(timedelta(minutes=9))
    await stage.scheduling.release(held.id, session_id=SESSION)
    assert (await stage.waitlist.entry(entry.id)).until == NINE


async def test_many_places_freed_at_once_go_to_as_many_in_order(stage: Stage) -> None:
    """Ten cancel in the same moment, twelve wait: the first ten are offered one place each."""
    slot_id = await stage.open_slot(THREE, capacity=10)
    visits = [await book(stage, SlotId(slot_id), patient=20 + number) for number in range(10)]
    entries = [await _join(stage, number) for number in range(1, 13)]
    await asyncio.gather(*(cancel(stage, visit) for visit in visits))
    statuses = await _statuses(stage, *entries)
    assert statuses == [WaitlistStatus.OFFERED] * 10 + [WaitlistStatus.REQUESTED] * 2
    assert await stage.broken() == []
