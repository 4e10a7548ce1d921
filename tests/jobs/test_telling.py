"""What patients are told of their bookings, when, and when not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.notices import NoticeKind
from domain.scheduling import AppointmentStatus, Period
from domain.waitlist import WaitlistStatus, WaitlistWish
from tests.hospital.stage import CHIEF, STOMACH
from tests.hospital.steps import NINE, SESSION, THREE, TOMORROW, book, cancel, move
from tests.jobs.ward import Ward
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.contract

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_visit_is_reminded_of_the_day_before_and_two_hours_before(ward: Ward) -> None:
    """At 18:00 and at 07:00 for a visit at nine; each once, with number and place and without a name."""
    await book(ward.stage, await ward.stage.open_slot(TOMORROW))
    assert await ward.after(10 * HOUR) == []
    (first,) = await ward.after(HOUR)
    assert first == (
        "提醒您：您约了3月3日 周二 上午 09:00，消化内科，王怀仁，第 1 号。"
        "请到门诊楼3层 消化内科 B区。来不了请提前退号。"
    )
    assert await ward.after(12 * HOUR) == []
    (second,) = await ward.after(HOUR)
    assert second.startswith("提醒您：快到时间了")
    assert await ward.after(DAY) == []
    assert {notice.kind for notice in ward.notifier.notices} == {NoticeKind.REMINDER}


async def test_a_visit_booked_late_is_reminded_of_what_is_still_to_come(ward: Ward) -> None:
    """On the day itself only the second reminder, and none when it is nearer than two hours."""
    await book(ward.stage, await ward.stage.open_slot(THREE), patient=1)
    await book(ward.stage, await ward.stage.open_slot(NINE - HOUR), patient=2)
    assert len(await ward.after(6 * HOUR)) == 1
    assert await ward.after(DAY) == []


async def test_nobody_is_reminded_of_a_visit_that_is_off(ward: Ward) -> None:
    """Cancelled, moved or checked in: only the visit that stands is reminded of."""
    await cancel(ward.stage, await book(ward.stage, await ward.stage.open_slot(TOMORROW), patient=1))
    moved = await book(ward.stage, await ward.stage.open_slot(TOMORROW), patient=2)
    await move(ward.stage, moved.id, await ward.stage.open_slot(TOMORROW + 6 * HOUR), patient=2)
    (said,) = await ward.after(11 * HOUR)
    assert "下午 15:00" in said


async def test_quiet_hours_let_patients_sleep_but_not_lose_an_offer(ward: Ward) -> None:
    """A stop at 23:00 is told at 07:00, an offer at 23:00 at 23:00."""
    slot_id = await ward.stage.open_slot(TOMORROW)
    booked = await book(ward.stage, slot_id)
    await book(ward.stage, await ward.stage.open_slot(TOMORROW + 7 * HOUR), patient=2)
    wish = WaitlistWish(department_id=STOMACH, first_date=booked.slot.date, last_date=booked.slot.date)
    await ward.stage.waitlist.join(await ward.stage.patient(3), wish, key="j", now=ward.clock.now())
    await ward.after(16 * HOUR)
    await cancel(ward.stage, booked)
    await ward.stage.front_desk.stop_clinic(
        CHIEF, day=booked.slot.date, period=Period.AFTERNOON, key="s", now=ward.clock.now()
    )
    (offer,) = await ward.after(timedelta(seconds=1))
    assert "候补的号到了" in offer
    assert await ward.after(7 * HOUR) == []
    (stopped,) = await ward.after(HOUR)
    assert "停诊" in stopped


async def test_a_stopped_clinic_is_told_once_with_what_is_free_instead(ward: Ward) -> None:
    """Everybody booked is told; who has moved meanwhile is not, and no reminder follows."""
    slot_id = await ward.stage.open_slot(TOMORROW, capacity=2)
    await book(ward.stage, slot_id, patient=1)
    await book(ward.stage, slot_id, patient=2)
    await ward.stage.open_slot(TOMORROW + DAY)
    await ward.stage.stop(slot_id)
    said = await ward.after(timedelta(seconds=1))
    assert len(said) == 2
    assert all("最近有号的是王怀仁，3月4日 周三 上午 09:00" in text for text in said)
    assert await ward.after(DAY + 10 * HOUR) == []


async def test_a_stopped_clinic_with_nothing_instead_is_told_all_the_same(ward: Ward) -> None:
    """No alternative is made up."""
    slot_id = await ward.stage.open_slot(TOMORROW)
    await book(ward.stage, slot_id)
    await ward.stage.stop(slot_id)
    (said,) = await ward.after(timedelta(seconds=1))
    assert "过一会儿再查" in said


async def test_an_offer_is_told_at_once_and_goes_on_when_nobody_answers(ward: Ward) -> None:
    """The first in line at once, the second when the first let half an hour pass."""
    booked = await book(ward.stage, await ward.stage.open_slot(TOMORROW), patient=9)
    wish = WaitlistWish(department_id=STOMACH, first_date=booked.slot.date, last_date=booked.slot.date)
    entries = []
    for number in (1, 2):
        ward.clock.advance(timedelta(seconds=1))
        patient_id = await ward.stage.patient(number)
        entries.append(await ward.stage.waitlist.join(patient_id, wish, key=f"j{number}", now=ward.clock.now()))
    await cancel(ward.stage, booked)
    (first,) = await ward.after(timedelta(seconds=1))
    assert "给您留到07:30" in first
    assert await ward.after(timedelta(minutes=29)) == []
    assert len(await ward.after(timedelta(minutes=1))) == 1
    assert [notice.patient_id for notice in ward.notifier.notices] == [entry.patient_id for entry in entries]
    accepted = await ward.stage.waitlist.accept(
        entries[1].id, patient_id=entries[1].patient_id, key="yes", now=ward.clock.now()
    )
    assert accepted.status is AppointmentStatus.BOOKED
    assert (await ward.stage.waitlist.entry(entries[0].id)).status is WaitlistStatus.EXPIRED


async def test_the_desks_answer_is_told(ward: Ward) -> None:
    """Granted with number and place, refused with the other ways."""
    slot_id = await ward.stage.open_slot(THREE, sold=1)
    for number, grant in ((1, slot_id), (2, None)):
        asked = await ward.stage.front_desk.request_extra(
            await ward.stage.patient(number),
            CHIEF,
            day=MONDAY_MORNING.date(),
            period=Period.AFTERNOON,
            urgent=False,
            key=f"ask{number}",
            now=ward.clock.now(),
        )
        await ward.stage.front_desk.answer_extra(asked.id, slot_id=grant, key=f"a{number}", now=ward.clock.now())
    granted, refused = sorted(await ward.after(timedelta(seconds=1)))
    assert "第 2 号" in granted
    assert "急诊" in refused


async def test_a_hold_that_runs_out_is_swept_without_anybody_asking(ward: Ward) -> None:
    """Its place goes to whoever waits."""
    slot_id = await ward.stage.open_slot(TOMORROW)
    await ward.stage.scheduling.hold(slot_id, session_id=SESSION, key="h", now=ward.clock.now())
    wish = WaitlistWish(department_id=STOMACH, first_date=TOMORROW.date(), last_date=TOMORROW.date())
    await ward.stage.waitlist.join(await ward.stage.patient(), wish, key="j", now=ward.clock.now())
    assert len(await ward.after(timedelta(minutes=10))) == 1


async def test_a_day_that_is_over_settles_its_visits(ward: Ward) -> None:
    """At midnight a visit nobody came to is missed."""
    visit = await book(ward.stage, await ward.stage.open_slot(THREE))
    await ward.after(17 * HOUR)
    assert (await ward.stage.front_desk.appointment(visit.id)).status is AppointmentStatus.NOSHOW
