"""报到 and the queue before the doctor's door, and what becomes of an appointment when its day is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from domain.errors import Conflict, NotFound
from domain.front_desk import QueuePlace
from domain.notices import DueKind
from domain.scheduling import AppointmentId, AppointmentStatus, Refusal
from tools.hospital.sql import places, visits
from tools.hospital.sql.house import House
from tools.hospital.sql.schema import appointments, slots
from tools.hospital.sql.schema_life import due

_HALF_DAY = (
    slots.c.practitioner_id == bindparam("practitioner"),
    slots.c.day == bindparam("on_day"),
    slots.c.period == bindparam("half"),
)
_CLOSES = select(func.max(slots.c.ends_at)).where(*_HALF_DAY)
_WAITING: Select[Any] = (
    select(appointments.c.id, appointments.c.number, appointments.c.arrived_at, slots.c.ends_at)
    .join(slots, slots.c.id == appointments.c.slot_id)
    .where(appointments.c.status == AppointmentStatus.ARRIVED, *_HALF_DAY)
)


def check_in(connection: Connection, house: House, row: Row[Any], now: datetime) -> None:
    """Booked to arrived, within the hours of check-in.

    Raises:
        Conflict: `STATUS`, `STOPPED`, `TOO_EARLY` or `TOO_LATE`.
    """
    status = AppointmentStatus(row.status).to(AppointmentStatus.ARRIVED)
    if row.stopped:
        raise Conflict(Refusal.STOPPED)
    if now < row.starts_at - house.rules.check_in_before:
        raise Conflict(Refusal.TOO_EARLY)
    if now >= connection.execute(_CLOSES, _half_day(row)).scalar_one():
        raise Conflict(Refusal.TOO_LATE)
    _set(connection, row, {"status": status, "arrived_at": now})
    due.drop(connection, (DueKind.REMIND_DAY_BEFORE, DueKind.REMIND_HOURS_BEFORE), row.appointment_id)


def place(connection: Connection, row: Row[Any], house: House) -> QueuePlace:
    """Where an appointment stands among those who have arrived: in time by number, then the late by arrival."""
    waiting = sorted(connection.execute(_WAITING, _half_day(row)), key=_turn)
    ids = [one.id for one in waiting]
    return QueuePlace(
        appointment_id=AppointmentId(row.appointment_id),
        number=row.number,
        where=visits.where_to_go(row),
        position=ids.index(row.appointment_id) + 1 if row.appointment_id in ids else 0,
        waiting=len(ids),
        arrived_at=row.arrived_at.astimezone(house.zone) if row.arrived_at else None,
    )


def move(connection: Connection, row: Row[Any], target: AppointmentStatus) -> None:
    """One step of an appointment's life.

    Raises:
        Conflict: the step is not allowed, or somebody else was faster.
    """
    _set(connection, row, {"status": AppointmentStatus(row.status).to(target)})


def close(connection: Connection, house: House, appointment_id: str, now: datetime) -> None:
    """Missed, seen, or never held: what an appointment is once its day is over."""
    try:
        row = visits.row_of(connection, appointment_id, None, now)
    except NotFound:
        return
    if now < house.end_of(row.day):
        return
    if row.status == AppointmentStatus.ARRIVED:
        move(connection, row, AppointmentStatus.FULFILLED)
    elif row.status == AppointmentStatus.BOOKED and row.stopped:
        _set(connection, row, {"status": AppointmentStatus.BOOKED.to(AppointmentStatus.CANCELLED), "cancelled_at": now})
        places.free_taken(connection, row.id, extra=row.extra_place)
    elif row.status == AppointmentStatus.BOOKED:
        move(connection, row, AppointmentStatus.NOSHOW)


def _set(connection: Connection, row: Row[Any], values: dict[str, Any]) -> None:
    here = update(appointments).where(appointments.c.id == row.appointment_id, appointments.c.status == row.status)
    if not connection.execute(here.values(**values)).rowcount:
        raise Conflict(Refusal.STATUS)


def _half_day(row: Row[Any]) -> dict[str, Any]:
    return {"practitioner": row.practitioner_id, "on_day": row.day, "half": row.period}


def _turn(row: Row[Any]) -> tuple[bool, float, int]:
    late = row.arrived_at > row.ends_at
    return late, row.arrived_at.timestamp() if late else 0.0, row.number
