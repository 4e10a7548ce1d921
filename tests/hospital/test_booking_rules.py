"""The booking rules: read strictly, said in words, and held to by the booking system."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from domain.errors import Conflict, KnowledgeError, NotFound
from domain.patient import PatientId
from domain.scheduling import AppointmentStatus, Refusal, SlotQuery, Title
from knowledge.booking_rules import load_booking_rules
from tests.hospital.stage import ATTENDING, OTHER_CHIEF, BookingStage, Stage
from tests.hospital.steps import NINE, SESSION, THREE, TOMORROW, book, hold, miss, move
from tests.stores import DEMO_YAML, booking_rules

pytestmark = pytest.mark.contract

RULES_YAML = DEMO_YAML.with_name("booking.yaml")


def test_every_rule_says_its_value() -> None:
    """One sentence a rule, with its own number in it, so that words and checks cannot disagree."""
    rules = booking_rules()
    assert "14天" in rules.words["days_ahead"]
    assert "2小时" in rules.words["cancel_hours"]
    assert "18:00" in rules.words["remind_at"]
    assert all("{" not in sentence for sentence in rules.in_words)
    assert len(rules.before_yes) == 3


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("value: 14\n  says: 从", "value: 0\n  says: 从"),
        ("预约{value}天内", "预约十四天内"),
        ("预约{value}天内", "预约{value}天内{extra}"),
        ('"18:00"', '"6 pm"'),
        ('"18:00"', '"23:00"'),
        ('"22:00"', '"06:00"'),
        ("daily_limit:", "limit_daily:"),
        ("只能预约一个号", "只能预约{value}个号"),
    ],
)
def test_a_slip_in_the_rules_stops_the_start_and_names_the_line(tmp_path: Path, was: str, becomes: str) -> None:
    """A rule with no value, a sentence without it, or a time nobody can keep."""
    text = RULES_YAML.read_text(encoding="utf-8")
    assert was in text
    path = tmp_path / "booking.yaml"
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(KnowledgeError) as wrong:
        load_booking_rules(path)
    assert wrong.value.line > 0


def test_reminders_are_planned_for_waking_hours() -> None:
    """The time of the day-before reminder lies outside the quiet hours."""
    rules = booking_rules()
    assert rules.quiet_until <= rules.remind_at < rules.quiet_from
    assert rules.remind_at == time(18)


async def test_days_that_are_not_open_yet_are_neither_shown_nor_held(stage: BookingStage) -> None:
    """The fourteenth day is open, the fifteenth is not."""
    last = await stage.open_slot(NINE + timedelta(days=13))
    beyond = await stage.open_slot(NINE + timedelta(days=14))
    assert [slot.id for slot in await stage.scheduling.search(SlotQuery())] == [last]
    with pytest.raises(Conflict) as refused:
        await hold(stage, beyond)
    assert refused.value.reason == Refusal.TOO_FAR


async def test_a_title_can_be_asked_for(stage: BookingStage) -> None:
    """副主任医师 is not 主任医师."""
    await stage.open_slot(NINE)
    associate = await stage.open_slot(NINE, doctor=OTHER_CHIEF)
    found = await stage.scheduling.search(SlotQuery(title=Title.ASSOCIATE_CHIEF))
    assert [slot.id for slot in found] == [associate]


async def test_a_patient_books_no_more_a_day_than_the_rules_allow(stage: BookingStage) -> None:
    """Three on one day, in different half days and departments; the next day counts for itself."""
    await book(stage, await stage.open_slot(TOMORROW))
    await book(stage, await stage.open_slot(TOMORROW + timedelta(hours=6)))
    third = await book(stage, await stage.open_slot(TOMORROW, doctor=OTHER_CHIEF))
    fourth = await stage.open_slot(TOMORROW + timedelta(hours=6), doctor=OTHER_CHIEF, capacity=3)
    with pytest.raises(Conflict) as refused:
        await book(stage, fourth)
    assert refused.value.reason == Refusal.DAILY_LIMIT
    assert (await book(stage, fourth, patient=2)).status is AppointmentStatus.BOOKED
    await book(stage, await stage.open_slot(TOMORROW + timedelta(days=1)))
    assert (await move(stage, third.id, fourth)).slot.id == fourth
    assert await stage.broken() == []


async def _missed(stage: Stage, times: int) -> PatientId:
    patient_id = await stage.patient()
    for _ in range(times):
        slot_id = await stage.open_slot(stage.clock.now() + timedelta(hours=2))
        await miss(stage, patient_id, await book(stage, slot_id))
    return patient_id


async def test_who_misses_too_many_may_not_book_for_a_while(stage: Stage) -> None:
    """Two missed are counted, the third bars booking for ninety days from its day."""
    patient_id = await _missed(stage, 2)
    standing = await stage.front_desk.standing(patient_id, now=stage.clock.now())
    assert (standing.missed, standing.banned_days_left) == (2, 0)
    await _missed(stage, 1)
    standing = await stage.front_desk.standing(patient_id, now=stage.clock.now())
    assert (standing.missed, standing.banned_days_left) == (3, 89)
    with pytest.raises(Conflict) as refused:
        await book(stage, await stage.open_slot(stage.clock.now() + timedelta(days=1)))
    assert refused.value.reason == Refusal.BANNED
    await book(stage, await stage.open_slot(stage.clock.now() + timedelta(days=1)), patient=2)
    stage.clock.advance(timedelta(days=89))
    again = await book(stage, await stage.open_slot(stage.clock.now() + timedelta(days=1)))
    assert again.status is AppointmentStatus.BOOKED


async def test_an_unknown_patient_is_booked_for_by_nobody(stage: BookingStage) -> None:
    """A made-up id is not found, and nothing is taken."""
    held = await hold(stage, await stage.open_slot(NINE + timedelta(hours=1)))
    now = stage.clock.now()
    with pytest.raises(NotFound):
        await stage.scheduling.confirm(held.id, PatientId("nobody"), session_id=SESSION, key="c", now=now)
    assert await stage.broken() == []


async def test_a_clinic_stopped_after_the_hold_is_not_booked(stage: BookingStage) -> None:
    """The hold was good, the clinic is not there any more."""
    slot_id = await stage.open_slot(THREE, doctor=ATTENDING)
    held = await hold(stage, slot_id)
    await stage.stop(slot_id)
    with pytest.raises(Conflict) as refused:
        await stage.scheduling.confirm(
            held.id, await stage.patient(), session_id=SESSION, key="c", now=stage.clock.now()
        )
    assert refused.value.reason == Refusal.STOPPED
    assert await stage.broken() == []
