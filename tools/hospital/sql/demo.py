"""The demo hospital: read from YAML, rolled forward day by day.

Everything follows from the YAML and the date alone (hashes, no random numbers), so two machines show the same
hospital and a restart changes nothing. Rolling only adds slots; a slot that is there already is never touched, nor
is anything booked on it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from sqlalchemy import Connection, Table, bindparam, false, insert, select, update

from archive.migrate import take_turns
from domain.clinical import DepartmentId
from domain.notices import DueKind
from domain.scheduling import Period, PractitionerId, Title
from domain.waitlist import WaitlistStatus
from knowledge.strict import Mark, load
from tools.hospital.sql.house import House
from tools.hospital.sql.offers import offer_next
from tools.hospital.sql.schema import departments, practitioners, slots
from tools.hospital.sql.schema_life import due, waitlist
from tools.hospital.sql.stopping import stop

SLOT_MINUTES = 30
_SLOT = timedelta(minutes=SLOT_MINUTES)
STOPPED_PERCENT = 3
EXPERT_FULL_PERCENT = 35
OTHER_FULL_PERCENT = 8

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_HOURS = {Period.MORNING: (time(8), time(11, 30)), Period.AFTERNOON: (time(13, 30), time(17))}
_FEWEST_PLACES, _MOST_PLACES = 1, 20


class Session(StrEnum):
    """When a doctor sees patients on a weekday."""

    MORNING = "上午"
    AFTERNOON = "下午"
    WHOLE_DAY = "全天"

    @property
    def periods(self) -> tuple[Period, ...]:
        """The halves of the day it covers."""
        return {
            Session.MORNING: (Period.MORNING,),
            Session.AFTERNOON: (Period.AFTERNOON,),
            Session.WHOLE_DAY: (Period.MORNING, Period.AFTERNOON),
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalFacts:
    """What the hospital is called and where it is; `phone` is the switchboard."""

    name: str
    address: str
    phone: str
    timezone: str

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"没有这个时区：{self.timezone}") from error

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDepartment:
    """A department as patients find it; `bring` is what it asks for besides the hospital's own list."""

    mark: Mark
    id: DepartmentId
    name: str
    building: str
    floor: str
    area: str
    bookable: bool
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDoctor:
    """A doctor and their week; `places` is the capacity of each 30-minute time."""

    mark: Mark
    id: PractitionerId
    name: str
    department: DepartmentId
    title: Title
    speciality: str
    fee_yuan: int
    sessions: dict[str, Session]
    places: int

    def __post_init__(self) -> None:
        if unknown := [day for day in self.sessions if day not in _WEEKDAYS]:
            raise ValueError(f"不是星期几：{'、'.join(unknown)}")
        if not _FEWEST_PLACES <= self.places <= _MOST_PLACES:
            raise ValueError(f"places 要在 {_FEWEST_PLACES} 到 {_MOST_PLACES} 之间")
        if self.fee_yuan < 0:
            raise ValueError("fee_yuan 不能是负数")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHospital:
    """The whole YAML file."""

    hospital: HospitalFacts
    bring: tuple[str, ...]
    departments: tuple[DemoDepartment, ...] = field(repr=False)
    doctors: tuple[DemoDoctor, ...] = field(repr=False)


def load_demo(path: Path) -> DemoHospital:
    """Read the demo hospital.

    Raises:
        KnowledgeError: the file is not what its head describes; names the line.
    """
    demo = load(path, DemoHospital)
    _check_unique(demo.departments)
    _check_unique(demo.doctors)
    bookable = {department.id for department in demo.departments if department.bookable}
    for doctor in demo.doctors:
        if doctor.department not in bookable:
            raise doctor.mark.error(f"{doctor.id}：{doctor.department} 不是这里可以预约的科室")
    for department in demo.departments:
        if department.bookable and all(doctor.department != department.id for doctor in demo.doctors):
            raise department.mark.error(f"{department.id} 可以预约，却没有医生")
    return demo


def roll(connection: Connection, demo: DemoHospital, house: House, now: datetime) -> int:
    """Bring names and places up to date and open the slots of today and the days ahead; how many were new.

    The clinics of a doctor who is no longer in the YAML are stopped. New places go to those who wait for them first.
    """
    take_turns(connection)
    today = house.day(now)
    _store(connection, departments, [_department_row(one, demo.bring) for one in demo.departments])
    connection.execute(update(practitioners).values(active=False))
    _store(connection, practitioners, [_doctor_row(one) for one in demo.doctors])
    gone = select(practitioners.c.id).where(practitioners.c.active == false())
    stop(connection, now, slots.c.practitioner_id.in_(gone), slots.c.starts_at > now)
    due.plan_once(connection, DueKind.RETENTION, today.isoformat(), now)
    known = set(connection.execute(select(slots.c.id).where(slots.c.day >= today)).scalars())
    new = [slot for slot in planned_slots(demo, today, days=house.rules.days_ahead) if slot["id"] not in known]
    if new:
        connection.execute(insert(slots), new)
    waiting = select(waitlist.c.department_id).where(waitlist.c.status == WaitlistStatus.REQUESTED).distinct()
    wanted = set(connection.execute(waiting).scalars())
    for slot in new:
        if slot["department_id"] in wanted and slot["starts_at"] > now:
            offer_next(connection, house, slot["id"], now, freed=slot["capacity"] - slot["sold"])
    return len(new)


def planned_slots(demo: DemoHospital, today: date, *, days: int) -> Iterator[dict[str, Any]]:
    """Rows of `slots` for `days` days, today included."""
    for offset in range(days):
        day = today + timedelta(days=offset)
        for doctor in demo.doctors:
            session = doctor.sessions.get(_WEEKDAYS[day.weekday()])
            for period in session.periods if session else ():
                yield from _session_slots(doctor, day, period, demo.hospital.zone)


def _session_slots(doctor: DemoDoctor, day: date, period: Period, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    luck = hashlib.sha256(f"{doctor.id}|{day}|{period}".encode()).digest()  # byte 0: the clinic, then one a time
    first, last = (datetime.combine(day, at, tzinfo=zone) for at in _HOURS[period])
    session = {
        "practitioner_id": doctor.id,
        "department_id": doctor.department,
        "day": day,
        "period": period,
        "expert": doctor.title.expert,
        "fee_cents": doctor.fee_yuan * 100,
        "capacity": doctor.places,
        "stopped": luck[0] * 100 < STOPPED_PERCENT * 256,
    }
    for place in range((last - first) // _SLOT):
        start = first + _SLOT * place
        yield session | {
            "id": f"{doctor.id}-{start:%Y%m%d-%H%M}",
            "starts_at": start,
            "ends_at": start + _SLOT,
            "first_number": 1 + place * doctor.places,
            "sold": _sold(doctor, luck[1 + place] * 100 // 256),
        }


def _sold(doctor: DemoDoctor, percent: int) -> int:
    """Places that went over the windows: all of some times, up to half of the others."""
    full = EXPERT_FULL_PERCENT if doctor.title.expert else OTHER_FULL_PERCENT
    return doctor.places if percent < full else doctor.places * percent // 200


def _department_row(department: DemoDepartment, bring: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": department.id,
        "name": department.name,
        "building": department.building,
        "floor": department.floor,
        "area": department.area,
        "bookable": department.bookable,
        "bring": orjson.dumps([*bring, *department.bring]).decode(),
    }


def _doctor_row(doctor: DemoDoctor) -> dict[str, Any]:
    return {
        "id": doctor.id,
        "name": doctor.name,
        "title": doctor.title,
        "department_id": doctor.department,
        "speciality": doctor.speciality,
        "active": True,
    }


def _store(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Update the rows that are there, insert the others."""
    known = set(connection.execute(select(table.c.id)).scalars())
    if changed := [row | {"row_id": row["id"]} for row in rows if row["id"] in known]:
        connection.execute(update(table).where(table.c.id == bindparam("row_id")), changed)
    if new := [row for row in rows if row["id"] not in known]:
        connection.execute(insert(table), new)


def _check_unique(entries: Iterable[DemoDepartment | DemoDoctor]) -> None:
    seen: Counter[str] = Counter()
    for entry in entries:
        seen[entry.id] += 1
        if seen[entry.id] > 1:
            raise entry.mark.error(f"{entry.id} 写了两次")
