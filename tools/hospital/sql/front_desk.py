"""The embedded hospital's desk behind the `FrontDesk` port: 加号, 报到, the queue, missed and stopped clinics."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, true, update

from archive.columns import insert_new
from archive.database import Database
from domain.booking_rules import Standing
from domain.errors import Conflict, NotFound
from domain.front_desk import ExtraRequest, ExtraRequestId, ExtraRequestStatus, QueuePlace
from domain.notices import DueKind
from domain.patient import PatientId
from domain.ports import Clock
from domain.scheduling import (
    Appointment,
    AppointmentId,
    AppointmentStatus,
    HoldStatus,
    Period,
    PractitionerId,
    Refusal,
    SlotId,
)
from tools.hospital.sql import booking, places, queueing, visits
from tools.hospital.sql.house import House
from tools.hospital.sql.schema import appointments, holds, slots
from tools.hospital.sql.schema_life import due, extra_requests
from tools.hospital.sql.stopping import stop
from tools.hospital.sql.writes import new_id, result_of, write_of

DESK_SESSION = "desk"
"""Who holds the place of a granted 加号 for the moment between granting and booking."""

_CLINIC: Select[Any] = select(slots).where(
    slots.c.practitioner_id == bindparam("practitioner"),
    slots.c.day == bindparam("on_day"),
    slots.c.period == bindparam("half"),
)
_LAST_EXTRA = (
    select(func.max(appointments.c.number))
    .join(slots, slots.c.id == appointments.c.slot_id)
    .where(
        appointments.c.extra == true(),
        slots.c.practitioner_id == bindparam("practitioner"),
        slots.c.day == bindparam("on_day"),
        slots.c.period == bindparam("half"),
    )
)
_STANDS = select(appointments.c.id).where(
    appointments.c.patient_id == bindparam("patient"),
    appointments.c.department_id == bindparam("department"),
    appointments.c.day == bindparam("on_day"),
    appointments.c.period == bindparam("half"),
    appointments.c.status != AppointmentStatus.CANCELLED,
)


class SqlFrontDesk:
    """Implements `FrontDesk`; `clock` only decides when a standing queue is looked at."""

    def __init__(self, database: Database, house: House, clock: Clock) -> None:
        self._database = database
        self._house = house
        self._clock = clock

    async def request_extra(
        self,
        patient_id: PatientId,
        practitioner_id: PractitionerId,
        *,
        day: date,
        period: Period,
        urgent: bool,
        key: str,
        now: datetime,
    ) -> ExtraRequest:
        """Ask for a place beyond a doctor's half day; raises as the port says."""
        write = write_of("extra", patient_id, practitioner_id, day.isoformat(), period, key=key, now=now)
        asked = {"practitioner_id": practitioner_id, "day": day, "period": period, "patient_id": patient_id}
        row = asked | {"urgent": urgent, "status": ExtraRequestStatus.REQUESTED, "asked_at": now}

        def work(connection: Connection) -> ExtraRequest:
            request_id, first = result_of(connection, write)
            if first:
                clinic = _clinic(connection, practitioner_id, day, period)
                if all(slot.stopped for slot in clinic):
                    raise Conflict(Refusal.STOPPED)
                if max(slot.ends_at for slot in clinic) <= now:
                    raise Conflict(Refusal.PAST)
                booking.check_not_banned(connection, self._house, patient_id, now)
                stands = {"patient": patient_id, "department": clinic[0].department_id, "on_day": day, "half": period}
                if connection.execute(_STANDS, stands).first():
                    raise Conflict(Refusal.SAME_SESSION)
                if not insert_new(connection, extra_requests, row | {"id": request_id}):
                    raise Conflict(Refusal.WAITING)
            return self._request(_request_row(connection, request_id))

        return await self._database.write(work)

    async def extra_requests(self, patient_id: PatientId) -> tuple[ExtraRequest, ...]:
        """All 加号 requests of a patient, newest first."""
        mine = select(extra_requests).where(extra_requests.c.patient_id == patient_id)
        rows = await self._database.read(
            lambda c: c.execute(mine.order_by(extra_requests.c.asked_at.desc(), extra_requests.c.id)).all()
        )
        return tuple(self._request(row) for row in rows)

    async def open_extra_requests(self) -> tuple[ExtraRequest, ...]:
        """What waits for the desk, urgent ones first, then oldest first."""
        waiting = select(extra_requests).where(extra_requests.c.status == ExtraRequestStatus.REQUESTED)
        ordered = waiting.order_by(extra_requests.c.urgent.desc(), extra_requests.c.asked_at, extra_requests.c.id)
        rows = await self._database.read(lambda c: c.execute(ordered).all())
        return tuple(self._request(row) for row in rows)

    async def extra_request(self, request_id: ExtraRequestId) -> ExtraRequest:
        """One request, for whoever tells the patient; raises as the port says."""
        return await self._database.read(lambda c: self._request(_request_row(c, request_id)))

    async def withdraw_extra(
        self, request_id: ExtraRequestId, *, patient_id: PatientId, key: str, now: datetime
    ) -> ExtraRequest:
        """The patient asks no longer; raises as the port says."""
        write = write_of("withdraw extra", request_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> ExtraRequest:
            if result_of(connection, write)[1]:
                row = _request_row(connection, request_id, patient_id)
                _answer(connection, row, ExtraRequestStatus.WITHDRAWN)
            return self._request(_request_row(connection, request_id, patient_id))

        return await self._database.write(work)

    async def answer_extra(
        self, request_id: ExtraRequestId, *, slot_id: SlotId | None, key: str, now: datetime
    ) -> ExtraRequest:
        """Staff: grant the request with a place more in `slot_id`, or refuse it; raises as the port says."""
        write = write_of("answer extra", request_id, slot_id or "", key=key, now=now)

        def work(connection: Connection) -> ExtraRequest:
            appointment_id, first = result_of(connection, write)
            if first:
                row = _request_row(connection, request_id)
                if slot_id is None:
                    _answer(connection, row, ExtraRequestStatus.REFUSED)
                else:
                    _answer(connection, row, ExtraRequestStatus.GRANTED)
                    self._grant(connection, row, slot_id, appointment_id, now)
                due.plan(connection, ((DueKind.EXTRA_ANSWERED, request_id, now),))
            return self._request(_request_row(connection, request_id))

        return await self._database.write(work)

    async def check_in(
        self, appointment_id: AppointmentId, *, patient_id: PatientId, key: str, now: datetime
    ) -> QueuePlace:
        """The patient has arrived; raises as the port says."""
        write = write_of("check in", appointment_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> QueuePlace:
            if result_of(connection, write)[1]:
                row = visits.row_of(connection, appointment_id, patient_id, now)
                queueing.check_in(connection, self._house, row, now)
            return queueing.place(connection, visits.row_of(connection, appointment_id, patient_id, now), self._house)

        return await self._database.write(work)

    async def queue(self, appointment_id: AppointmentId, *, patient_id: PatientId) -> QueuePlace:
        """Where the patient stands now; raises as the port says."""
        now = self._clock.now()

        def work(connection: Connection) -> QueuePlace:
            return queueing.place(connection, visits.row_of(connection, appointment_id, patient_id, now), self._house)

        return await self._database.read(work)

    async def fulfil(self, appointment_id: AppointmentId, *, key: str, now: datetime) -> Appointment:
        """Staff: the doctor has seen the patient; raises as the port says."""
        write = write_of("fulfil", appointment_id, key=key, now=now)

        def work(connection: Connection) -> Appointment:
            if result_of(connection, write)[1]:
                row = visits.row_of(connection, appointment_id, None, now)
                queueing.move(connection, row, AppointmentStatus.FULFILLED)
            return visits.to_appointment(visits.row_of(connection, appointment_id, None, now), self._house.zone)

        return await self._database.write(work)

    async def close(self, appointment_id: AppointmentId, *, now: datetime) -> None:
        """After its day: booked becomes a no-show (cancelled if stopped), arrived fulfilled; safe to repeat."""
        await self._database.write(lambda c: queueing.close(c, self._house, appointment_id, now))

    async def standing(self, patient_id: PatientId, *, now: datetime) -> Standing:
        """Missed appointments, and whether the patient may book."""
        missed = select(appointments.c.day).where(
            appointments.c.patient_id == patient_id, appointments.c.status == AppointmentStatus.NOSHOW
        )
        days = await self._database.read(lambda c: list(c.execute(missed).scalars()))
        counting, barred = booking.standing_of(self._house, days, now)
        return Standing(patient_id=patient_id, missed=counting, banned_days_left=barred)

    async def stop_clinic(
        self, practitioner_id: PractitionerId, *, day: date, period: Period, key: str, now: datetime
    ) -> tuple[Appointment, ...]:
        """Staff: stop a doctor's half day; raises as the port says."""
        write = write_of("stop", practitioner_id, day.isoformat(), period, key=key, now=now)
        half = (slots.c.practitioner_id == practitioner_id, slots.c.day == day, slots.c.period == period)

        def work(connection: Connection) -> tuple[Appointment, ...]:
            if result_of(connection, write)[1]:
                _clinic(connection, practitioner_id, day, period)
                stop(connection, now, *half)
            booked = appointments.c.status == AppointmentStatus.BOOKED
            return visits.read(connection, self._house.zone, now, booked, *half)

        return await self._database.write(work)

    async def stopped_clinics(self, since: datetime) -> tuple[Appointment, ...]:
        """Booked appointments whose clinic was stopped at `since` or later, soonest first."""
        now = self._clock.now()
        stopped = (appointments.c.status == AppointmentStatus.BOOKED, slots.c.stopped_at >= since)
        return await self._database.read(lambda c: visits.read(c, self._house.zone, now, *stopped))

    async def appointment(self, appointment_id: AppointmentId) -> Appointment:
        """One appointment, for whoever tells the patient; raises as the port says."""
        now = self._clock.now()
        return await self._database.read(
            lambda c: visits.to_appointment(visits.row_of(c, appointment_id, None, now), self._house.zone)
        )

    def _grant(
        self, connection: Connection, request: Row[Any], slot_id: str, appointment_id: str, now: datetime
    ) -> None:
        """Book a place that is added for it, with the next number after the half day's own."""
        clinic = _clinic(connection, request.practitioner_id, request.day, request.period)
        if slot_id not in {slot.id for slot in clinic}:
            raise NotFound("slot")
        booking.check_not_banned(connection, self._house, request.patient_id, now)
        places.lock_slots(connection, [slot.id for slot in clinic])
        places.add(connection, slot_id)
        half = {"practitioner": request.practitioner_id, "on_day": request.day, "half": request.period}
        own = max(slot.first_number + slot.capacity - slot.extra for slot in clinic) - 1
        number = max(own, connection.execute(_LAST_EXTRA, half).scalar() or 0) + 1
        hold = {"id": new_id(), "slot_id": slot_id, "session_id": DESK_SESSION, "expires_at": now}
        connection.execute(insert(holds), hold | {"status": HoldStatus.HELD.to(HoldStatus.CONFIRMED)})
        booked = {"id": appointment_id, "patient_id": request.patient_id, "hold_id": hold["id"], "booked_at": now}
        slot = booking.slot_of(connection, slot_id)
        booking.store(connection, self._house, slot, booked | {"number": number, "extra": True})
        granted = update(extra_requests).where(extra_requests.c.id == request.id)
        connection.execute(granted.values(appointment_id=appointment_id))

    def _request(self, row: Row[Any]) -> ExtraRequest:
        return ExtraRequest(
            id=ExtraRequestId(row.id),
            patient_id=PatientId(row.patient_id),
            practitioner_id=PractitionerId(row.practitioner_id),
            date=row.day,
            period=Period(row.period),
            urgent=row.urgent,
            status=ExtraRequestStatus(row.status),
            asked_at=row.asked_at.astimezone(self._house.zone),
            appointment_id=AppointmentId(row.appointment_id) if row.appointment_id else None,
        )


def _clinic(connection: Connection, practitioner_id: str, day: date, period: str) -> list[Row[Any]]:
    """The slots of a doctor's half day.

    Raises:
        NotFound: there are none.
    """
    half = {"practitioner": practitioner_id, "on_day": day, "half": period}
    if found := list(connection.execute(_CLINIC, half)):
        return found
    raise NotFound("clinic")


def _request_row(connection: Connection, request_id: str, patient_id: str | None = None) -> Row[Any]:
    row = connection.execute(select(extra_requests).where(extra_requests.c.id == request_id)).first()
    if row is None or patient_id not in {None, row.patient_id}:
        raise NotFound("extra request")
    return row


def _answer(connection: Connection, row: Row[Any], target: ExtraRequestStatus) -> None:
    status = ExtraRequestStatus(row.status).to(target)
    here = update(extra_requests).where(extra_requests.c.id == row.id, extra_requests.c.status == row.status)
    if not connection.execute(here.values(status=status)).rowcount:
        raise Conflict(Refusal.STATUS)
