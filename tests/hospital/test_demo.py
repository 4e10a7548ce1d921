"""The demo hospital: what the YAML must be, and how it rolls forward."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from domain.errors import KnowledgeError
from domain.scheduling import AppointmentStatus, Period, SlotQuery
from domain.session import SessionId
from tests.hospital.stage import an_identity
from tests.stores import DEMO_YAML, MONDAY_MORNING, SetClock, demo_hospital, sqlite_hospital
from tools.hospital.sql.demo import load_demo, planned_slots, roll
from tools.hospital.sql.places import broken_slots
from tools.hospital.sql.schema import slots

pytestmark = pytest.mark.contract

TODAY = MONDAY_MORNING.date()


def test_the_demo_hospital_is_large_enough_to_show_everything() -> None:
    """At least 25 departments and 80 doctors, with places on each floor and rules in words."""
    demo = demo_hospital()
    assert len(demo.departments) >= 25
    assert len(demo.doctors) >= 80
    assert len({(one.building, one.floor) for one in demo.departments}) >= 5
    assert len({one.name for one in demo.doctors}) == len(demo.doctors)


def test_every_bookable_department_has_places_in_the_next_two_weeks() -> None:
    """Some times are full, some clinics stopped, none of the departments is shut."""
    planned = list(planned_slots(demo_hospital(), TODAY, days=14))
    free = Counter(slot["department_id"] for slot in planned if not slot["stopped"] and slot["sold"] < slot["capacity"])
    assert {one.id for one in demo_hospital().departments if one.bookable} == set(free)
    full = sum(slot["sold"] == slot["capacity"] for slot in planned) / len(planned)
    stopped = sum(slot["stopped"] for slot in planned) / len(planned)
    assert 0.05 < full < 0.4
    assert 0.0 < stopped < 0.1


def test_a_day_is_the_same_from_wherever_it_is_planned() -> None:
    """What is open, full or stopped on a day depends on the day alone, not on when it was planned."""
    day = TODAY + timedelta(days=7)
    seen = [slot for slot in planned_slots(demo_hospital(), TODAY, days=14) if slot["day"] == day]
    assert seen == [slot for slot in planned_slots(demo_hospital(), day, days=14) if slot["day"] == day]
    assert seen


def test_times_do_not_overlap_and_numbers_run_through_a_session() -> None:
    """Each doctor's half day is cut into half hours whose queue numbers follow one another."""
    for doctor in demo_hospital().doctors[:10]:
        mine = [slot for slot in planned_slots(demo_hospital(), TODAY, days=14) if slot["practitioner_id"] == doctor.id]
        for one, following in itertools.pairwise(mine):
            assert one["ends_at"] <= following["starts_at"]
            if (one["day"], one["period"]) == (following["day"], following["period"]):
                assert following["first_number"] == one["first_number"] + one["capacity"]


async def test_rolling_again_disturbs_nothing(tmp_path: Path, clock: SetClock) -> None:
    """A restart on the same day adds nothing, a new day adds a day, and bookings stand through both."""
    async with sqlite_hospital(tmp_path, clock) as hospital:
        first = await hospital.scheduling.search(SlotQuery(first_date=TODAY + timedelta(days=2), limit=1))
        patient_id = await hospital.patients.register(an_identity())
        now, session_id = clock.now(), SessionId("s")
        held = await hospital.scheduling.hold(first[0].id, session_id=session_id, key="h", now=now)
        booked = await hospital.scheduling.confirm(held.id, patient_id, session_id=session_id, key="c", now=now)
        before = await hospital._database.read(_slot_ids)
    clock.advance(timedelta(hours=5))
    async with sqlite_hospital(tmp_path, clock) as hospital:
        assert await hospital._database.read(_slot_ids) == before
        clock.advance(timedelta(days=1))
        await hospital.keep_up()
        after = await hospital._database.read(_slot_ids)
        assert before < after
        last = max(slot_id.split("-")[1] for slot_id in after)
        assert last == f"{TODAY + timedelta(days=14):%Y%m%d}"
        assert (await hospital.scheduling.appointments(patient_id)) == (booked,)
        assert await hospital._database.read(lambda c: _counter(c, booked.slot.id)) == 1


async def test_a_doctor_who_left_takes_no_new_bookings(tmp_path: Path, clock: SetClock) -> None:
    """Their clinics are stopped and they are no longer named; what was booked is still there to be seen."""
    demo = demo_hospital()
    async with sqlite_hospital(tmp_path, clock) as hospital:
        slot = (await hospital.scheduling.search(SlotQuery(first_date=TODAY + timedelta(days=1), limit=1)))[0]
        patient_id = await hospital.patients.register(an_identity())
        now, session_id = clock.now(), SessionId("s")
        held = await hospital.scheduling.hold(slot.id, session_id=session_id, key="h", now=now)
        await hospital.scheduling.confirm(held.id, patient_id, session_id=session_id, key="c", now=now)
        text = DEMO_YAML.read_text(encoding="utf-8")
        shrunk = tmp_path / "demo.yaml"
        shrunk.write_text(_without_doctor(text, slot.practitioner_id), encoding="utf-8")
        await hospital._database.write(lambda c: roll(c, load_demo(shrunk), hospital.house, now))
        assert await hospital.scheduling.search(SlotQuery(practitioner_id=slot.practitioner_id)) == ()
        assert slot.practitioner_id not in {one.id for one in await hospital.scheduling.practitioners()}
        (kept,) = await hospital.scheduling.appointments(patient_id)
        assert (kept.status, kept.slot.stopped) == (AppointmentStatus.BOOKED, True)
        assert len(await hospital.scheduling.practitioners()) == len(demo.doctors) - 1


async def test_many_who_book_at_once_leave_the_demo_hospital_consistent(tmp_path: Path, clock: SetClock) -> None:
    """Departments and doctors are those of the YAML; many book at once and every place adds up."""
    async with sqlite_hospital(tmp_path, clock) as hospital:
        names = {one.name for one in await hospital.scheduling.departments()}
        assert names == {one.name for one in demo_hospital().departments}
        offered = await hospital.scheduling.search(SlotQuery(period=Period.AFTERNOON, limit=20))
        holds = (
            hospital.scheduling.hold(slot.id, session_id=SessionId(f"s{who}"), key=f"{who}:{slot.id}", now=clock.now())
            for slot in offered
            for who in range(5)
        )
        await asyncio.gather(*holds, return_exceptions=True)
        assert await hospital._database.read(broken_slots) == []


_GOOD = """
hospital: {name: 医院, address: 路1号, phone: "5550120", timezone: Asia/Shanghai}
bring: [身份证]
departments:
  - {id: D04, name: 消化内科, building: 门诊楼, floor: 3层, area: B区, bookable: true}
  - {id: D01, name: 急诊科, building: 急诊楼, floor: 1层, area: 大厅, bookable: false}
doctors:
  - {id: P001, name: 王怀仁, department: D04, title: 主任医师, speciality: 胃, fee_yuan: 50, sessions: {周一: 上午}, places: 4}
"""  # noqa: E501 one doctor is one line


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("Asia/Shanghai", "Asia/Nowhere", 2, "时区"),
        ("周一: 上午", "星期一: 上午", 8, "星期"),
        ("周一: 上午", "周一: 夜里", 8, "上午"),
        ("places: 4", "places: 0", 8, "places"),
        ("fee_yuan: 50", "fee_yuan: -1", 8, "fee_yuan"),
        ("主任医师", "院长", 8, "主任医师"),
        ("department: D04", "department: D01", 8, "可以预约"),
        ("department: D04", "department: D99", 8, "可以预约"),
        ("id: D01", "id: D04", 6, "两次"),
        ("bookable: false", "bookable: true", 6, "没有医生"),
        ("places: 4", "places: 4, phone: 1", 8, "phone"),
        ("bring: [身份证]", "", 2, "bring"),
    ],
)
def test_a_slip_in_the_yaml_names_its_line(tmp_path: Path, was: str, becomes: str, line: int, says: str) -> None:
    """Whoever edits the hospital learns where and what, before any patient sees it."""
    path = tmp_path / "demo.yaml"
    path.write_text(_GOOD, encoding="utf-8")
    assert load_demo(path).hospital.name == "医院"
    path.write_text(_GOOD.replace(was, becomes), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=says) as wrong:
        load_demo(path)
    assert wrong.value.line == line


def test_every_day_of_the_week_has_its_name() -> None:
    """A clinic on Monday is on Mondays."""
    mondays = {
        slot["day"]
        for slot in planned_slots(demo_hospital(), TODAY, days=14)
        if slot["practitioner_id"] == _monday_doctor()
    }
    assert mondays
    assert all(day.weekday() == date(2026, 3, 2).weekday() for day in mondays)


def _monday_doctor() -> str:
    return next(one.id for one in demo_hospital().doctors if list(one.sessions) == ["周一"])


def _without_doctor(text: str, doctor: str) -> str:
    """The YAML text with one doctor's entry taken out."""
    head, entry = text.split(f"  - id: {doctor}\n")
    rest = entry.split("  - id: ", maxsplit=1)
    return head + (f"  - id: {rest[1]}" if len(rest) > 1 else "")


def _slot_ids(connection: Connection) -> set[str]:
    return set(connection.execute(select(slots.c.id)).scalars())


def _counter(connection: Connection, slot_id: str) -> int:
    return int(connection.execute(select(slots.c.taken).where(slots.c.id == slot_id)).scalar_one())
