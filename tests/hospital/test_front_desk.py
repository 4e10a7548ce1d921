"""Contract of `FrontDesk`: 加号, 报到, the queue, and stopped clinics."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.errors import Conflict, NotFound
from domain.front_desk import ExtraRequest, ExtraRequestId, ExtraRequestStatus, QueuePlace
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, AppointmentStatus, Period, PractitionerId, Refusal, SlotQuery
from tests.hospital.stage import ATTENDING, CHIEF, Stage
from tests.hospital.steps import NINE, THREE, TOMORROW, book, cancel, move
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.contract

TODAY = MONDAY_MORNING.date()


async def _ask(
    stage: Stage,
    patient: int = 1,
    *,
    period: Period = Period.MORNING,
    urgent: bool = False,
    doctor: PractitionerId = CHIEF,
    key: str = "",
) -> ExtraRequest:
    return await stage.front_desk.request_extra(
        await stage.patient(patient),
        doctor,
        day=TODAY,
        period=period,
        urgent=urgent,
        key=key or f"ask {patient}",
        now=stage.clock.now(),
    )


async def _check_in(stage: Stage, visit: Appointment, *, key: str = "") -> QueuePlace:
    return await stage.front_desk.check_in(
        visit.id, patient_id=visit.patient_id, key=key or f"in {visit.id}", now=stage.clock.now()
    )


async def test_a_granted_request_is_a_place_more_with_the_next_number(stage: Stage) -> None:
    """The half day had numbers 1 to 3; the desk adds 4 and 5, whichever time it gives, and each slot adds up."""
    first = await stage.open_slot(NINE, capacity=2, sold=2)
    second = await stage.open_slot(NINE + timedelta(minutes=30), capacity=1, sold=1, first_number=3)
    numbers = []
    for patient, slot_id in ((1, first), (2, second)):
        asked = await _ask(stage, patient)
        for _ in range(2):
            granted = await stage.front_desk.answer_extra(
                asked.id, slot_id=slot_id, key=f"yes {patient}", now=stage.clock.now()
            )
        assert granted.status is ExtraRequestStatus.GRANTED
        assert granted.appointment_id is not None
        visit = await stage.front_desk.appointment(granted.appointment_id)
        assert (visit.status, visit.slot.left) == (AppointmentStatus.BOOKED, 0)
        numbers.append(visit.number)
    assert numbers == [4, 5]
    assert await stage.broken() == []


async def test_a_cancelled_extra_place_is_gone(stage: Stage) -> None:
    """Nobody else gets it: the half day is as full as it was."""
    slot_id = await stage.open_slot(THREE, capacity=1, sold=1)
    asked = await _ask(stage, period=Period.AFTERNOON)
    granted = await stage.front_desk.answer_extra(asked.id, slot_id=slot_id, key="yes", now=stage.clock.now())
    assert granted.appointment_id is not None
    await cancel(stage, await stage.front_desk.appointment(granted.appointment_id))
    assert await stage.scheduling.search(SlotQuery()) == ()
    assert await stage.broken() == []


async def test_a_refused_or_withdrawn_request_stays_answered(stage: Stage) -> None:
    """The desk says no, or the patient asks no longer; neither is answered a second time."""
    slot_id = await stage.open_slot(NINE, sold=1)
    refused, withdrawn = await _ask(stage, 1), await _ask(stage, 2)
    answered = await stage.front_desk.answer_extra(refused.id, slot_id=None, key="no", now=stage.clock.now())
    assert (answered.status, answered.appointment_id) == (ExtraRequestStatus.REFUSED, None)
    gone = await stage.front_desk.withdraw_extra(
        withdrawn.id, patient_id=withdrawn.patient_id, key="bye", now=stage.clock.now()
    )
    assert gone.status is ExtraRequestStatus.WITHDRAWN
    for request in (refused, withdrawn):
        with pytest.raises(Conflict) as late:
            await stage.front_desk.answer_extra(
                request.id, slot_id=slot_id, key=f"late {request.id}", now=stage.clock.now()
            )
        assert late.value.reason == Refusal.STATUS
    assert await stage.front_desk.open_extra_requests() == ()
    assert await stage.broken() == []


async def test_the_desk_sees_the_urgent_ones_first(stage: Stage) -> None:
    """Then whoever asked first; a patient sees their own."""
    await stage.open_slot(NINE, sold=1)
    calm = await _ask(stage, 1)
    stage.clock.advance(timedelta(minutes=1))
    urgent = await _ask(stage, 2, urgent=True)
    assert [one.id for one in await stage.front_desk.open_extra_requests()] == [urgent.id, calm.id]
    assert await stage.front_desk.extra_requests(calm.patient_id) == (calm,)
    assert await stage.front_desk.extra_request(urgent.id) == urgent


async def test_asking_is_refused_with_its_reason(stage: Stage) -> None:
    """Asked already, booked already, stopped, over, or no clinic at all."""
    await stage.open_slot(NINE, sold=1)
    await _ask(stage, 1)
    assert await _ask(stage, 1) == (await stage.front_desk.extra_requests(await stage.patient(1)))[0]
    with pytest.raises(Conflict) as waiting:
        await _ask(stage, 1, key="again")
    assert waiting.value.reason == Refusal.WAITING
    await book(stage, await stage.open_slot(NINE, doctor=ATTENDING), patient=2)
    with pytest.raises(Conflict) as booked:
        await _ask(stage, 2)
    assert booked.value.reason == Refusal.SAME_SESSION
    await stage.open_slot(THREE, stopped=True)
    with pytest.raises(Conflict) as stopped:
        await _ask(stage, 3, period=Period.AFTERNOON)
    assert stopped.value.reason == Refusal.STOPPED
    with pytest.raises(NotFound):
        await _ask(stage, 3, period=Period.AFTERNOON, doctor=ATTENDING)
    stage.clock.advance(timedelta(hours=3))
    with pytest.raises(Conflict) as past:
        await _ask(stage, 3)
    assert past.value.reason == Refusal.PAST
    for unknown in (ExtraRequestId("never"),):
        with pytest.raises(NotFound):
            await stage.front_desk.extra_request(unknown)


async def test_nobody_withdraws_for_another_patient_nor_grants_another_clinic(stage: Stage) -> None:
    """Both are simply not found, and nothing has happened."""
    await stage.open_slot(NINE, sold=1)
    elsewhere = await stage.open_slot(THREE)
    asked = await _ask(stage)
    with pytest.raises(NotFound):
        await stage.front_desk.withdraw_extra(
            asked.id, patient_id=await stage.patient(2), key="k", now=stage.clock.now()
        )
    with pytest.raises(NotFound):
        await stage.front_desk.answer_extra(asked.id, slot_id=elsewhere, key="yes", now=stage.clock.now())
    assert await stage.front_desk.extra_request(asked.id) == asked
    assert await stage.broken() == []


async def test_check_in_opens_an_hour_before_and_closes_with_the_half_day(stage: Stage) -> None:
    """Before, it is too early; after the last time of the half day, too late; between, the patient is in the queue."""
    visit = await book(stage, await stage.open_slot(NINE + timedelta(hours=1)))
    late = await book(stage, await stage.open_slot(NINE + timedelta(hours=1)), patient=2)
    await stage.open_slot(NINE + timedelta(hours=2))
    stage.clock.advance(timedelta(hours=2) - timedelta(seconds=1))
    with pytest.raises(Conflict) as early:
        await _check_in(stage, visit)
    assert early.value.reason == Refusal.TOO_EARLY
    stage.clock.advance(timedelta(seconds=1))
    place = await _check_in(stage, visit)
    assert (place.position, place.waiting, place.arrived_at) == (1, 1, stage.clock.now())
    assert place.where == visit.where
    assert await _check_in(stage, visit) == place
    with pytest.raises(Conflict) as again:
        await _check_in(stage, visit, key="again")
    assert again.value.reason == Refusal.STATUS
    stage.clock.advance(timedelta(hours=2, minutes=30))
    with pytest.raises(Conflict) as closed:
        await _check_in(stage, late)
    assert closed.value.reason == Refusal.TOO_LATE


async def test_a_stopped_clinic_and_a_strangers_appointment_take_no_check_in(stage: Stage) -> None:
    """The first has nobody to see, the second is not found."""
    slot_id = await stage.open_slot(NINE)
    visit = await book(stage, slot_id)
    stage.clock.advance(timedelta(hours=1))
    with pytest.raises(NotFound):
        await stage.front_desk.check_in(visit.id, patient_id=await stage.patient(2), key="k", now=stage.clock.now())
    with pytest.raises(NotFound):
        await stage.front_desk.queue(visit.id, patient_id=await stage.patient(2))
    await stage.stop(slot_id)
    with pytest.raises(Conflict) as stopped:
        await _check_in(stage, visit)
    assert stopped.value.reason == Refusal.STOPPED


async def test_the_queue_goes_by_number_and_the_late_wait_behind(stage: Stage) -> None:
    """Those in time by their number, whoever came after their time behind them; the seen leave the queue."""
    early = await stage.open_slot(NINE, capacity=2)
    later = await stage.open_slot(NINE + timedelta(hours=1), capacity=2, first_number=3)
    missed = await book(stage, early, patient=1)
    one = await book(stage, early, patient=2)
    two = await book(stage, later, patient=3)
    three = await book(stage, later, patient=4)
    assert (await stage.front_desk.queue(one.id, patient_id=one.patient_id)).position == 0
    stage.clock.advance(timedelta(hours=2, minutes=10))
    for visit in (three, two, one):
        await _check_in(stage, visit)
    stage.clock.advance(timedelta(minutes=30))
    await _check_in(stage, missed)

    async def positions() -> list[int]:
        order = (one, two, three, missed)
        return [(await stage.front_desk.queue(visit.id, patient_id=visit.patient_id)).position for visit in order]

    assert await positions() == [1, 2, 3, 4]
    for _ in range(2):
        seen = await stage.front_desk.fulfil(one.id, key="seen", now=stage.clock.now())
        assert seen.status is AppointmentStatus.FULFILLED
    assert await positions() == [0, 1, 2, 3]
    with pytest.raises(NotFound):
        await stage.front_desk.fulfil(AppointmentId("never"), key="never", now=stage.clock.now())


async def test_a_day_that_is_over_settles_every_appointment(stage: Stage) -> None:
    """Whoever came was seen, whoever did not missed it, a stopped one is cancelled and counts against nobody."""
    stopped_slot = await stage.open_slot(THREE)
    came = await book(stage, await stage.open_slot(NINE), patient=1)
    missed = await book(stage, await stage.open_slot(NINE), patient=2)
    stopped = await book(stage, stopped_slot, patient=3)
    await stage.stop(stopped_slot)
    stage.clock.advance(timedelta(hours=2))
    await _check_in(stage, came)
    visits = (came, missed, stopped)
    for visit in visits:
        await stage.front_desk.close(visit.id, now=stage.clock.now())
    assert (await stage.front_desk.appointment(missed.id)).status is AppointmentStatus.BOOKED
    stage.clock.advance(timedelta(days=1))
    for visit in (*visits, *visits):
        await stage.front_desk.close(visit.id, now=stage.clock.now())
    statuses = [(await stage.front_desk.appointment(visit.id)).status for visit in visits]
    assert statuses == [AppointmentStatus.FULFILLED, AppointmentStatus.NOSHOW, AppointmentStatus.CANCELLED]
    counted = [(await stage.front_desk.standing(v.patient_id, now=stage.clock.now())).missed for v in visits]
    assert counted == [0, 1, 0]
    await stage.front_desk.close(AppointmentId("never"), now=stage.clock.now())
    assert await stage.broken() == []


async def test_a_stopped_half_day_names_whom_it_affects_and_lets_them_move(stage: Stage) -> None:
    """Booked patients are found, since when they asked; each may move or cancel past the deadline."""
    mine = await book(stage, await stage.open_slot(NINE), patient=1)
    other = await book(stage, await stage.open_slot(NINE + timedelta(minutes=30)), patient=2)
    gone = await book(stage, await stage.open_slot(NINE + timedelta(minutes=60)), patient=3)
    await cancel(stage, gone)
    elsewhere = await book(stage, await stage.open_slot(THREE), patient=4)
    began = stage.clock.advance(timedelta(hours=1))
    for _ in range(2):
        affected = await stage.front_desk.stop_clinic(
            CHIEF, day=TODAY, period=Period.MORNING, key="stop", now=stage.clock.now()
        )
        assert [visit.id for visit in affected] == [mine.id, other.id]
    assert all(visit.slot.stopped for visit in affected)
    assert await stage.front_desk.stopped_clinics(began) == affected
    assert await stage.front_desk.stopped_clinics(began + timedelta(seconds=1)) == ()
    moved = await move(stage, mine.id, await stage.open_slot(TOMORROW))
    assert moved.status is AppointmentStatus.BOOKED
    assert (await cancel(stage, other)).status is AppointmentStatus.CANCELLED
    assert await stage.front_desk.stopped_clinics(began) == ()
    assert (await stage.front_desk.appointment(elsewhere.id)).slot.stopped is False
    with pytest.raises(NotFound):
        await stage.front_desk.stop_clinic(
            ATTENDING, day=TODAY, period=Period.MORNING, key="none", now=stage.clock.now()
        )
    assert await stage.broken() == []


async def test_many_extra_places_granted_at_once_have_numbers_of_their_own(stage: Stage) -> None:
    """Two desks, two times of one half day, six patients: six different numbers."""
    slots = [
        await stage.open_slot(NINE, sold=1),
        await stage.open_slot(NINE + timedelta(minutes=30), sold=1, first_number=2),
    ]
    asked = [await _ask(stage, number) for number in range(1, 7)]
    answered = await asyncio.gather(
        *(
            stage.front_desk.answer_extra(one.id, slot_id=slots[place % 2], key=f"yes {one.id}", now=stage.clock.now())
            for place, one in enumerate(asked)
        )
    )
    visits = [await stage.front_desk.appointment(one.appointment_id) for one in answered if one.appointment_id]
    assert sorted(visit.number for visit in visits) == [3, 4, 5, 6, 7, 8]
    assert await stage.broken() == []


async def test_an_unknown_patient_has_a_clean_standing_and_no_requests(stage: Stage) -> None:
    """Nothing tells whether there is such a patient."""
    nobody = PatientId("nobody")
    assert (await stage.front_desk.standing(nobody, now=stage.clock.now())).missed == 0
    assert await stage.front_desk.extra_requests(nobody) == ()
