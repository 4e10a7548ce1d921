"""Appointments as rows with everything the patient reads, and as domain values."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam

from domain.errors import NotFound
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, AppointmentStatus
from tools.hospital.sql.schema import appointments, departments, slots
from tools.hospital.sql.slots import SLOT_ROWS, to_slot

APPOINTMENT_ROWS: Select[Any] = SLOT_ROWS.join(appointments, appointments.c.slot_id == slots.c.id).add_columns(
    appointments.c.id.label("appointment_id"),
    appointments.c.patient_id,
    appointments.c.status,
    appointments.c.number,
    appointments.c.arrived_at,
    appointments.c.extra.label("extra_place"),
    appointments.c.sealed_reason,
    appointments.c.sealed_summary,
    departments.c.building,
    departments.c.floor,
    departments.c.area,
    departments.c.bring,
)
"""Appointments with their slots; runs with `now`, as `SLOT_ROWS` does."""

ALL_OF_PATIENT = APPOINTMENT_ROWS.where(appointments.c.patient_id == bindparam("patient")).order_by(
    appointments.c.status == AppointmentStatus.CANCELLED, slots.c.starts_at
)
_ONE = APPOINTMENT_ROWS.where(appointments.c.id == bindparam("appointment"))
_ONE_OF_PATIENT = _ONE.where(appointments.c.patient_id == bindparam("patient"))


def row_of(connection: Connection, appointment_id: str, patient_id: str | None, now: datetime) -> Row[Any]:
    """One appointment, of this patient if one is named.

    Raises:
        NotFound: there is none.
    """
    wanted = {"appointment": appointment_id, "now": now}
    if patient_id is None:
        row = connection.execute(_ONE, wanted).first()
    else:
        row = connection.execute(_ONE_OF_PATIENT, wanted | {"patient": patient_id}).first()
    if row is None:
        raise NotFound("appointment")
    return row


def read(
    connection: Connection, zone: ZoneInfo, now: datetime, *where: ColumnElement[bool], limit: int = 1000
) -> tuple[Appointment, ...]:
    """Appointments that match, soonest first."""
    wanted = APPOINTMENT_ROWS.where(*where).order_by(slots.c.starts_at, appointments.c.id).limit(limit)
    return tuple(to_appointment(row, zone) for row in connection.execute(wanted, {"now": now}))


def to_appointment(row: Row[Any], zone: ZoneInfo) -> Appointment:
    """A row of `APPOINTMENT_ROWS` as the patient sees it."""
    return Appointment(
        id=AppointmentId(row.appointment_id),
        patient_id=PatientId(row.patient_id),
        slot=to_slot(row, zone),
        status=AppointmentStatus(row.status),
        number=row.number,
        where=where_to_go(row),
        bring=tuple(orjson.loads(row.bring)),
    )


def where_to_go(row: Row[Any]) -> str:
    """Building, floor, department and waiting area, as the signs say."""
    return f"{row.building}{row.floor} {row.department} {row.area}"
