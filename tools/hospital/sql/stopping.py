"""停诊: stop clinics, and have every patient they affect told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, false, select, update

from domain.notices import DueKind
from domain.scheduling import AppointmentStatus
from tools.hospital.sql.places import lock_slots
from tools.hospital.sql.schema import appointments, slots
from tools.hospital.sql.schema_life import due


def stop(connection: Connection, now: datetime, *where: ColumnElement[bool]) -> None:
    """Stop the slots that match and are not stopped yet; telling their booked patients is due at once.

    Their holds run out by themselves and cannot be confirmed any more.
    """
    found = select(slots.c.id).where(slots.c.stopped == false(), *where)
    stopped = list(connection.execute(found).scalars())
    if not stopped:
        return
    lock_slots(connection, stopped)
    connection.execute(update(slots).where(slots.c.id.in_(stopped)).values(stopped=True, stopped_at=now))
    affected = select(appointments.c.id).where(
        appointments.c.slot_id.in_(stopped), appointments.c.status == AppointmentStatus.BOOKED
    )
    due.plan(connection, [(DueKind.CLINIC_STOPPED, one, now) for one in connection.execute(affected).scalars()])
