"""The embedded hospital's booking system behind the `Scheduling` port."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, bindparam, select, true

from archive.database import Database
from domain.clinical import DepartmentId
from domain.patient import PatientId
from domain.ports import Clock
from domain.scheduling import (
    Appointment,
    AppointmentId,
    Hold,
    HoldId,
    HoldStatus,
    HospitalDepartment,
    Practitioner,
    PractitionerId,
    Slot,
    SlotId,
    SlotQuery,
    Title,
)
from domain.session import SessionId
from domain.visit_reason import VisitReason
from tools.hospital.sql import booking, places, visits
from tools.hospital.sql.house import House
from tools.hospital.sql.notes import SqlVisitNotes
from tools.hospital.sql.offers import free_lapsed
from tools.hospital.sql.schema import departments, holds, practitioners, slots
from tools.hospital.sql.slots import SLOT_ROWS, matching, to_slot
from tools.hospital.sql.writes import result_of, write_of

DEPARTMENTS_KEPT_SECONDS = 60.0
"""How long a change of the departments made by another replica may go unseen here."""

_DEPARTMENTS = select(departments).order_by(departments.c.id)
_ONE_HOLD = select(holds).where(holds.c.id == bindparam("hold"))
_ONE_SLOT = SLOT_ROWS.where(slots.c.id == bindparam("slot"))


class SqlScheduling:
    """Implements `Scheduling` and `Holds`; `clock` decides what a search still shows and who is offered a place."""

    def __init__(self, database: Database, house: House, notes: SqlVisitNotes, clock: Clock) -> None:
        self._database = database
        self._notes = notes
        self._house = house
        self._zone = house.zone
        self._clock = clock
        self._departments: tuple[HospitalDepartment, ...] = ()
        self._departments_until = float("-inf")

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Every department this hospital runs; what was read is kept for `DEPARTMENTS_KEPT_SECONDS`."""
        now = self._clock.monotonic()
        if now >= self._departments_until:
            self._departments = await self._read_departments()
            self._departments_until = now + DEPARTMENTS_KEPT_SECONDS
        return self._departments

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
        statement, values = matching(query, self._house, now)
        rows = await self._database.read(lambda c: c.execute(statement, values).all())
        return tuple(to_slot(row, self._zone) for row in rows)

    async def hold(self, slot_id: SlotId, *, session_id: SessionId, key: str, now: datetime) -> Hold:
        """Keep one place of a slot for as long as the rules say; raises as the port says."""
        write = write_of("hold", slot_id, session_id, key=key, now=now)
        expires_at = now + self._house.rules.hold

        def work(connection: Connection) -> Hold:
            hold_id, first = result_of(connection, write)
            if first:
                row = {"id": hold_id, "slot_id": slot_id, "session_id": session_id, "expires_at": expires_at}
                booking.keep_place(connection, self._house, row | {"status": HoldStatus.HELD}, now)
            return self._hold(connection, hold_id, now)

        return await self._database.write(work)

    async def release(self, hold_id: HoldId, *, session_id: SessionId) -> None:
        """Give a held place back; a hold that is gone already is fine."""
        now = self._clock.now()
        await self._database.write(lambda c: booking.release_place(c, self._house, hold_id, session_id, now))

    async def confirm(
        self,
        hold_id: HoldId,
        patient_id: PatientId,
        *,
        session_id: SessionId,
        key: str,
        now: datetime,
        reason: VisitReason | None = None,
    ) -> Appointment:
        """Turn a hold into a booked appointment with its queue number; raises as the port says."""
        write = write_of("confirm", hold_id, patient_id, key=key, now=now)
        sealed = await self._notes.sealed(reason, patient_id)

        def work(connection: Connection) -> Appointment:
            appointment_id, first = result_of(connection, write)
            if first:
                slot_id = booking.use_hold(connection, hold_id, session_id, now)
                slot = booking.slot_of(connection, slot_id)
                booking.check_patient(connection, self._house, patient_id, slot, now)
                places.take(connection, slot_id)
                row = {"id": appointment_id, "patient_id": patient_id, "hold_id": hold_id, "booked_at": now}
                row |= {"sealed_reason": sealed}
                booking.book(connection, self._house, slot, row)
            return self._appointment(connection, appointment_id, patient_id, now)

        return await self._database.write(work)

    async def reschedule(
        self,
        appointment_id: AppointmentId,
        hold_id: HoldId,
        *,
        patient_id: PatientId,
        session_id: SessionId,
        key: str,
        now: datetime,
    ) -> Appointment:
        """Book the held place and cancel the earlier appointment in one transaction; raises as the port says."""
        write = write_of("reschedule", appointment_id, hold_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> Appointment:
            new_id, first = result_of(connection, write)
            if first:
                slot = booking.slot_of(connection, booking.use_hold(connection, hold_id, session_id, now))
                booking.check_patient(connection, self._house, patient_id, slot, now, replacing=appointment_id)
                earlier = visits.row_of(connection, appointment_id, patient_id, now)
                booking.check_cancellable(self._house, earlier, now)
                booking.end_booking(connection, appointment_id, now)
                places.lock_slots(connection, (slot.id, earlier.id))
                places.take(connection, slot.id)
                row = {"id": new_id, "patient_id": patient_id, "hold_id": hold_id, "booked_at": now}
                row |= {"sealed_reason": earlier.sealed_reason, "sealed_summary": earlier.sealed_summary}
                booking.book(connection, self._house, slot, row)
                booking.free_place(connection, self._house, earlier, now)
            return self._appointment(connection, new_id, patient_id, now)

        return await self._database.write(work)

    async def cancel(
        self, appointment_id: AppointmentId, *, patient_id: PatientId, key: str, now: datetime
    ) -> Appointment:
        """Cancel a booked appointment and free its place; raises as the port says."""
        write = write_of("cancel", appointment_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> Appointment:
            _, first = result_of(connection, write)
            if first:
                row = visits.row_of(connection, appointment_id, patient_id, now)
                booking.check_cancellable(self._house, row, now)
                booking.end_booking(connection, appointment_id, now)
                booking.free_place(connection, self._house, row, now)
            return self._appointment(connection, appointment_id, patient_id, now)

        return await self._database.write(work)

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All appointments of a patient, soonest first, cancelled ones last."""
        mine = {"patient": patient_id, "now": self._clock.now()}
        rows = await self._database.read(lambda c: c.execute(visits.ALL_OF_PATIENT, mine).all())
        return tuple(visits.to_appointment(row, self._zone) for row in rows)

    async def sweep(self, now: datetime) -> int:
        """Free, and offer, the places of every hold that has run out; how many. Correctness never waits for it."""
        freed = 0
        for slot_id in await self._database.read(lambda c: places.slots_with_lapsed(c, now)):
            freed += await self._database.write(partial(free_lapsed, house=self._house, slot_id=slot_id, now=now))
        return freed

    async def _read_departments(self) -> tuple[HospitalDepartment, ...]:
        rows = await self._database.read(lambda c: c.execute(_DEPARTMENTS).all())
        return tuple(
            HospitalDepartment(
                id=DepartmentId(row.id), name=row.name, building=row.building, floor=row.floor, bookable=row.bookable
            )
            for row in rows
        )

    def _hold(self, connection: Connection, hold_id: str, now: datetime) -> Hold:
        hold = connection.execute(_ONE_HOLD, {"hold": hold_id}).one()
        slot = connection.execute(_ONE_SLOT, {"slot": hold.slot_id, "now": now}).one()
        expires_at = hold.expires_at.astimezone(self._zone)
        return Hold(id=HoldId(hold_id), slot=to_slot(slot, self._zone), expires_at=expires_at)

    def _appointment(self, connection: Connection, appointment_id: str, patient_id: str, now: datetime) -> Appointment:
        return visits.to_appointment(visits.row_of(connection, appointment_id, patient_id, now), self._zone)
