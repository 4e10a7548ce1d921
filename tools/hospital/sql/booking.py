"""The steps of a booking: keep a place, book it, let it go. Plain functions of a connection in a write transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from archive.columns import add_row, insert_new, run
from domain.errors import Conflict, Expired, NotFound
from domain.notices import DueKind
from domain.scheduling import AppointmentStatus, HoldStatus, Refusal
from tools.hospital.sql import places
from tools.hospital.sql.house import House
from tools.hospital.sql.offers import free_lapsed, offer_next
from tools.hospital.sql.schema import appointments, holds, patients, slots
from tools.hospital.sql.schema_life import due

VISIT_WORK = (DueKind.REMIND_DAY_BEFORE, DueKind.REMIND_HOURS_BEFORE, DueKind.CLOSE_APPOINTMENT)

_STANDING = holds.update().where(
    holds.c.id == bindparam("hold"), holds.c.session_id == bindparam("session"), holds.c.status == HoldStatus.HELD
)
_CONFIRM = _STANDING.where(holds.c.expires_at > bindparam("now")).values(
    status=HoldStatus.HELD.to(HoldStatus.CONFIRMED)
)
_RELEASE = _STANDING.values(status=HoldStatus.HELD.to(HoldStatus.RELEASED))
_HOLD = select(holds).where(holds.c.id == bindparam("hold"), holds.c.session_id == bindparam("session"))
_CANCEL = (
    update(appointments)
    .where(appointments.c.id == bindparam("appointment"), appointments.c.status == AppointmentStatus.BOOKED)
    .values(status=AppointmentStatus.BOOKED.to(AppointmentStatus.CANCELLED), cancelled_at=bindparam("now"))
)
_NUMBERS = select(appointments.c.number).where(
    appointments.c.slot_id == bindparam("slot"), appointments.c.status != AppointmentStatus.CANCELLED
)
_LOCK_PATIENT = select(patients.c.id).where(patients.c.id == bindparam("patient")).with_for_update()
_COUNTED = select(appointments.c.id, appointments.c.day, appointments.c.status).where(
    appointments.c.patient_id == bindparam("patient"),
    or_(
        appointments.c.status == AppointmentStatus.NOSHOW,
        (appointments.c.day == bindparam("on_day")) & (appointments.c.status != AppointmentStatus.CANCELLED),
    ),
)


def keep_place(connection: Connection, house: House, hold: dict[str, Any], now: datetime) -> None:
    """Move one place of the hold's slot from free to held and store the hold.

    Raises:
        NotFound: no such slot.
        Conflict: full, stopped, past or not open yet.
    """
    slot_id, horizon = hold["slot_id"], house.horizon(now)
    won = places.keep(connection, slot_id, now=now, horizon=horizon)
    if not won and free_lapsed(connection, house, slot_id, now):
        won = places.keep(connection, slot_id, now=now, horizon=horizon)
    if not won:
        raise places.refusal(connection, slot_id, now=now, horizon=horizon)
    add_row(connection, holds, hold)
    due.add(connection, ((DueKind.HOLD_EXPIRES, hold["id"], hold["expires_at"]),))


def release_place(connection: Connection, house: House, hold_id: str, session_id: str, now: datetime) -> None:
    """Move a held place back to free, and offer it; nothing happens to a hold that does not stand."""
    if run(connection, _RELEASE, {"hold": hold_id, "session": session_id}).rowcount:
        hold = connection.execute(_HOLD, {"hold": hold_id, "session": session_id}).one()
        places.give_back(connection, hold.slot_id)
        offer_next(connection, house, hold.slot_id, now)
        due.drop(connection, (DueKind.HOLD_EXPIRES,), hold_id)


def use_hold(connection: Connection, hold_id: str, session_id: str, now: datetime) -> str:
    """Confirm a standing hold; returns the slot whose place the caller moves from held to taken.

    Raises:
        NotFound: the session has no such hold, or has given it back.
        Expired: it ran out.
        Conflict: it was confirmed under another key.
    """
    won = run(connection, _CONFIRM, {"hold": hold_id, "session": session_id, "now": now}).rowcount
    hold = connection.execute(_HOLD, {"hold": hold_id, "session": session_id}).first()
    if hold is None or hold.status == HoldStatus.RELEASED:
        raise NotFound("hold")
    if not won:
        raise Conflict(Refusal.STATUS) if hold.status == HoldStatus.CONFIRMED else Expired("hold")
    due.drop(connection, (DueKind.HOLD_EXPIRES,), hold_id)
    return str(hold.slot_id)


def check_patient(
    connection: Connection, house: House, patient_id: str, slot: Row[Any], now: datetime, *, replacing: str = ""
) -> None:
    """Hold a patient who books to the rules; until the end nobody else books for them. `replacing` does not count.

    Raises:
        NotFound: no such patient.
        Conflict: `BANNED` (not for who only moves an appointment) or `DAILY_LIMIT`.
    """
    counted = _counted(connection, patient_id, slot.day)
    if not replacing:
        _check_missed(house, counted, now)
    same_day = [row for row in counted if row.day == slot.day and row.id != replacing]
    if len(same_day) >= house.rules.daily_limit:
        raise Conflict(Refusal.DAILY_LIMIT)


def check_not_banned(connection: Connection, house: House, patient_id: str, now: datetime) -> None:
    """Refuse who missed too many appointments.

    Raises:
        NotFound: no such patient.
        Conflict: `BANNED`.
    """
    _check_missed(house, _counted(connection, patient_id, house.day(now)), now)


def _counted(connection: Connection, patient_id: str, on_day: date) -> Sequence[Row[Any]]:
    """Missed appointments, and those of a day that stand; the patient stays locked."""
    if run(connection, _LOCK_PATIENT, {"patient": patient_id}).fetchone() is None:
        raise NotFound("patient")
    return list(connection.execute(_COUNTED, {"patient": patient_id, "on_day": on_day}))


def _check_missed(house: House, counted: Sequence[Row[Any]], now: datetime) -> None:
    missed = [row.day for row in counted if row.status == AppointmentStatus.NOSHOW]
    if missed and standing_of(house, missed, now)[1]:
        raise Conflict(Refusal.BANNED)


def standing_of(house: House, missed: Iterable[date], now: datetime) -> tuple[int, int]:
    """Of the days with a missed appointment: how many count now, and for how many days more booking is barred."""
    rules, today = house.rules, house.day(now)
    days = sorted(missed, reverse=True)
    counting = [day for day in days if (today - day).days < rules.noshow_days]
    last = [day for day in days if (days[0] - day).days < rules.noshow_days]
    barred = (days[0] + timedelta(days=rules.ban_days) - today).days if len(last) >= rules.noshow_limit else 0
    return len(counting), max(barred, 0)


def book(connection: Connection, house: House, slot: Row[Any], appointment: dict[str, Any]) -> None:
    """Store the appointment with the lowest number of the slot that nobody has, and plan its reminders.

    The caller has just moved the place, which keeps others from this slot until the end.

    Raises:
        Conflict: the patient already has an appointment in this department and session.
    """
    given = set(connection.execute(_NUMBERS, {"slot": slot.id}).scalars())
    first, beyond = slot.first_number + slot.sold, slot.first_number + slot.capacity - slot.extra
    number = next(number for number in range(first, beyond) if number not in given)
    store(connection, house, slot, appointment | {"number": number})


def store(connection: Connection, house: House, slot: Row[Any], appointment: dict[str, Any]) -> None:
    """Store an appointment that has its number, and plan its reminders.

    Raises:
        Conflict: the patient already has an appointment in this department and session.
    """
    row = appointment | {
        "slot_id": slot.id,
        "department_id": slot.department_id,
        "day": slot.day,
        "period": slot.period,
        "status": AppointmentStatus.PENDING.to(AppointmentStatus.BOOKED),
    }
    if not insert_new(connection, appointments, row):
        raise Conflict(Refusal.SAME_SESSION)
    moments = (
        house.day_before_reminder(slot.day),
        slot.starts_at - house.rules.remind_before,
        house.end_of(slot.day),
    )
    planned = zip(VISIT_WORK, moments, strict=True)
    due.add(connection, [(kind, row["id"], at) for kind, at in planned if at > row["booked_at"]])


def check_cancellable(house: House, row: Row[Any], now: datetime) -> None:
    """Hold cancelling to the rules.

    Raises:
        Conflict: `STATUS` or `DEADLINE`.
    """
    AppointmentStatus(row.status).to(AppointmentStatus.CANCELLED)
    if not row.stopped and row.starts_at < now + house.rules.cancel_before:
        raise Conflict(Refusal.DEADLINE)


def end_booking(connection: Connection, appointment_id: str, now: datetime) -> None:
    """Booked to cancelled, and nothing is due any more; the caller frees the place.

    Raises:
        Conflict: somebody else changed its status first.
    """
    if not run(connection, _CANCEL, {"appointment": appointment_id, "now": now}).rowcount:
        raise Conflict(Refusal.STATUS)
    due.drop(connection, (*VISIT_WORK, DueKind.CLINIC_STOPPED), appointment_id)


def free_place(connection: Connection, house: House, row: Row[Any], now: datetime) -> None:
    """Free the place of a cancelled appointment, and offer it."""
    places.free_taken(connection, row.id, extra=row.extra_place)
    if not row.extra_place:
        offer_next(connection, house, row.id, now)


def slot_of(connection: Connection, slot_id: str) -> Row[Any]:
    """One slot's own row."""
    return connection.execute(select(slots).where(slots.c.id == slot_id)).one()
