"""The embedded hospital's booking system behind the `Scheduling` port."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, Select, bindparam, select, true

from archive.database import Database
from domain.clinical import DepartmentId
from domain.errors import Conflict, NotFound
from domain.patient import PatientId
from domain.ports import Clock
from domain.scheduling import (
    HOLD_MINUTES,
    Appointment,
    AppointmentId,
    AppointmentStatus,
    Hold,
    HoldId,
    HospitalDepartment,
    Practitioner,
    PractitionerId,
    Refusal,
    Slot,
    SlotId,
    SlotQuery,
    Title,
)
from domain.session import SessionId
from tools.hospital.sql import booking
from tools.hospital.sql.booking import Write
from tools.hospital.sql.schema import appointments, departments, holds, practitioners, slots
from tools.hospital.sql.slots import HELD, SLOT_ROWS, matching, to_slot

_ONE_HOLD = select(holds).where(holds.c.id == bindparam("hold"))
_ONE_SLOT = SLOT_ROWS.where(slots.c.id == bindparam("slot"))
_ALL_APPOINTMENTS: Select[Any] = (
    SLOT_ROWS.join(appointments, appointments.c.slot_id == slots.c.id)
    .add_columns(
        appointments.c.id.label("appointment_id"),
        appointments.c.patient_id,
        appointments.c.status,
        appointments.c.number,
        departments.c.building,
        departments.c.floor,
        departments.c.area,
        departments.c.bring,
    )
    .where(appointments.c.patient_id == bindparam("patient"))
    .order_by(appointments.c.status == AppointmentStatus.CANCELLED, slots.c.starts_at)
)
_ONE_APPOINTMENT = _ALL_APPOINTMENTS.where(appointments.c.id == bindparam("appointment"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRules:
    """The hospital's zone, and how long before its time a booking can still be cancelled."""

    zone: ZoneInfo
    cancel_before: timedelta


class SqlScheduling:
    """Implements `Scheduling`; `clock` only decides what a search still shows."""

    def __init__(self, database: Database, rules: BookingRules, clock: Clock) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Every department this hospital runs."""
        rows = await self._database.read(lambda c: c.execute(select(departments).order_by(departments.c.id)).all())
        return tuple(
            HospitalDepartment(
                id=DepartmentId(row.id), name=row.name, building=row.building, floor=row.floor, bookable=row.bookable
            )
            for row in rows
        )

    async def practitioners(self) -> tuple[Practitioner, ...]:
        """Every doctor who has clinics."""
        active = select(practitioners).where(practitioners.c.active == true()).order_by(practitioners.c.id)
        rows = await self._database.read(lambda c: c.execute(active).all())
        return tuple(
            Practitioner(
                id=PractitionerId(row.id),
                name=row.name,
                title=Title(row.title),
                department_id=DepartmentId(row.department_id),
                speciality=row.speciality,
            )
            for row in rows
        )

    async def search(self, query: SlotQuery) -> tuple[Slot, ...]:
        """Slots with places left that match, earliest first, at most `query.limit`."""
        now = self._clock.now()
        statement = matching(query, now, self._rules.zone)
        rows = await self._database.read(lambda c: c.execute(statement, {"now": now}).all())
        return tuple(to_slot(row, self._rules.zone) for row in rows)

    async def hold(self, slot_id: SlotId, *, session_id: SessionId, key: str, now: datetime) -> Hold:
        """Keep one place of a slot for `HOLD_MINUTES`; raises as the port says."""
        write = _write("hold", slot_id, session_id, key=key, now=now)
        expires_at = now + timedelta(minutes=HOLD_MINUTES)

        def work(connection: Connection) -> Hold:
            hold_id, first = booking.result_of(connection, write)
            if first:
                row = {"id": hold_id, "slot_id": slot_id, "session_id": session_id}
                booking.keep_place(connection, row | {"status": HELD, "expires_at": expires_at}, now)
            return self._hold(connection, hold_id, now)

        return await self._database.write(work)

    async def release(self, hold_id: HoldId, *, session_id: SessionId) -> None:
        """Give a held place back; a hold that is gone already is fine."""
        await self._database.write(lambda c: booking.release_place(c, hold_id, session_id))

    async def confirm(
        self, hold_id: HoldId, patient_id: PatientId, *, session_id: SessionId, key: str, now: datetime
    ) -> Appointment:
        """Turn a hold into a booked appointment with its queue number; raises as the port says."""
        write = _write("confirm", hold_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> Appointment:
            appointment_id, first = booking.result_of(connection, write)
            if first:
                slot_id = booking.use_hold(connection, hold_id, session_id, now)
                slot = connection.execute(_ONE_SLOT, {"slot": slot_id, "now": now}).one()
                row = {"id": appointment_id, "patient_id": patient_id, "hold_id": hold_id, "booked_at": now}
                booking.book(connection, slot, row)
            return self._appointment(connection, appointment_id, patient_id, now)

        return await self._database.write(work)

    async def cancel(
        self, appointment_id: AppointmentId, *, patient_id: PatientId, key: str, now: datetime
    ) -> Appointment:
        """Cancel a booked appointment and free its place; raises as the port says."""
        write = _write("cancel", appointment_id, patient_id, key=key, now=now)
        earliest_start = now + self._rules.cancel_before

        def work(connection: Connection) -> Appointment:
            _, first = booking.result_of(connection, write)
            if first:
                row = _row_of(connection, appointment_id, patient_id, now)
                AppointmentStatus(row.status).to(AppointmentStatus.CANCELLED)
                if row.starts_at < earliest_start:
                    raise Conflict(Refusal.DEADLINE)
                booking.cancel_place(connection, appointment_id, row.id, now)
            return self._appointment(connection, appointment_id, patient_id, now)

        return await self._database.write(work)

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All appointments of a patient, soonest first, cancelled ones last."""
        mine = {"patient": patient_id, "now": self._clock.now()}
        rows = await self._database.read(lambda c: c.execute(_ALL_APPOINTMENTS, mine).all())
        return tuple(self._to_appointment(row) for row in rows)

    async def sweep(self, now: datetime) -> int:
        """Free the places of every hold that has run out; how many. Correctness never waits for it."""
        freed = 0
        for slot_id in await self._database.read(lambda c: booking.slots_with_lapsed(c, now)):
            freed += await self._database.write(partial(booking.free_lapsed, slot_id=slot_id, now=now))
        return freed

    def _hold(self, connection: Connection, hold_id: str, now: datetime) -> Hold:
        hold = connection.execute(_ONE_HOLD, {"hold": hold_id}).one()
        slot = connection.execute(_ONE_SLOT, {"slot": hold.slot_id, "now": now}).one()
        expires_at = hold.expires_at.astimezone(self._rules.zone)
        return Hold(id=HoldId(hold_id), slot=to_slot(slot, self._rules.zone), expires_at=expires_at)

    def _appointment(self, connection: Connection, appointment_id: str, patient_id: str, now: datetime) -> Appointment:
        return self._to_appointment(_row_of(connection, appointment_id, patient_id, now))

    def _to_appointment(self, row: Row[Any]) -> Appointment:
        return Appointment(
            id=AppointmentId(row.appointment_id),
            patient_id=PatientId(row.patient_id),
            slot=to_slot(row, self._rules.zone),
            status=AppointmentStatus(row.status),
            number=row.number,
            where=f"{row.building}{row.floor} {row.department} {row.area}",
            bring=tuple(orjson.loads(row.bring)),
        )


def _write(operation: str, *subject: str, key: str, now: datetime) -> Write:
    return Write(key=key, subject=" ".join((operation, *subject)), result_id=secrets.token_hex(12), at=now)


def _row_of(connection: Connection, appointment_id: str, patient_id: str, now: datetime) -> Row[Any]:
    wanted = {"appointment": appointment_id, "patient": patient_id, "now": now}
    row = connection.execute(_ONE_APPOINTMENT, wanted).first()
    if row is None:
        raise NotFound("appointment")
    return row
