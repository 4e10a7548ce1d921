"""Moving places between free, held and taken: plain functions of a connection in a write transaction.

Each is one conditional UPDATE that either wins or changes nothing, so it is right at any isolation level: there
is never a read whose answer could be stale by the time of the write. Rows are touched in the order key, hold,
appointment, slot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, false, func, insert, select, update

from archive.columns import insert_new
from domain.errors import Conflict, Expired, NotFound
from domain.scheduling import AppointmentStatus, Refusal
from tools.hospital.sql.schema import appointments, holds, slots, writes
from tools.hospital.sql.slots import HELD

CONFIRMED = "confirmed"
RELEASED = "released"
LAPSED = "lapsed"

_SLOT = slots.c.id == bindparam("slot")
_FREE = slots.c.sold + slots.c.taken + slots.c.held < slots.c.capacity
_KEEP = (
    update(slots)
    .where(_SLOT, slots.c.stopped == false(), slots.c.starts_at > bindparam("now"), _FREE)
    .values(held=slots.c.held + 1)
)
_GIVE_BACK = update(slots).where(_SLOT).values(held=slots.c.held - bindparam("places"))
_TAKE = update(slots).where(_SLOT).values(held=slots.c.held - 1, taken=slots.c.taken + 1)
_FREE_TAKEN = update(slots).where(_SLOT).values(taken=slots.c.taken - 1)
_LAPSE = (
    update(holds)
    .where(holds.c.slot_id == bindparam("slot"), holds.c.status == HELD, holds.c.expires_at <= bindparam("now"))
    .values(status=LAPSED)
)
_STANDING = holds.update().where(
    holds.c.id == bindparam("hold"), holds.c.session_id == bindparam("session"), holds.c.status == HELD
)
_CONFIRM = _STANDING.where(holds.c.expires_at > bindparam("now")).values(status=CONFIRMED)
_RELEASE = _STANDING.values(status=RELEASED)
_HOLD = select(holds).where(holds.c.id == bindparam("hold"), holds.c.session_id == bindparam("session"))
_CANCEL = (
    update(appointments)
    .where(appointments.c.id == bindparam("appointment"), appointments.c.status == AppointmentStatus.BOOKED)
    .values(status=AppointmentStatus.CANCELLED, cancelled_at=bindparam("now"))
)
_NUMBERS = select(appointments.c.number).where(
    appointments.c.slot_id == bindparam("slot"), appointments.c.status != AppointmentStatus.CANCELLED
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One idempotent write: `subject` says what it does to what, `result_id` what it will have made."""

    key: str
    subject: str
    result_id: str
    at: datetime


def result_of(connection: Connection, write: Write) -> tuple[str, bool]:
    """The id the write makes, and whether this is the first time; an earlier write gives its own id.

    Raises:
        Conflict: the key was used for something else.
    """
    key = hashlib.sha256(write.key.encode()).hexdigest()
    row = {"key_sha256": key, "subject": write.subject, "result_id": write.result_id, "at": write.at}
    if insert_new(connection, writes, row):
        return write.result_id, True
    earlier = connection.execute(select(writes).where(writes.c.key_sha256 == key)).one()
    if earlier.subject != write.subject:
        raise Conflict(Refusal.KEY_REUSED)
    return str(earlier.result_id), False


def keep_place(connection: Connection, hold: dict[str, Any], now: datetime) -> None:
    """Move one place of the hold's slot from free to held and store the hold row.

    Raises:
        NotFound: no such slot.
        Conflict: full, stopped or past.
    """
    place = {"slot": hold["slot_id"], "now": now}
    won = connection.execute(_KEEP, place).rowcount
    if not won and free_lapsed(connection, hold["slot_id"], now):
        won = connection.execute(_KEEP, place).rowcount
    if not won:
        raise _refusal(connection, hold["slot_id"], now)
    connection.execute(insert(holds), hold)


def free_lapsed(connection: Connection, slot_id: str, now: datetime) -> int:
    """Give back the places of a slot whose holds have run out; how many."""
    places = connection.execute(_LAPSE, {"slot": slot_id, "now": now}).rowcount
    if places:
        connection.execute(_GIVE_BACK, {"slot": slot_id, "places": places})
    return places


def slots_with_lapsed(connection: Connection, now: datetime) -> Collection[str]:
    """Slots that keep places for nobody any more."""
    found = select(holds.c.slot_id).where(holds.c.status == HELD, holds.c.expires_at <= now).distinct()
    return connection.execute(found).scalars().all()


def release_place(connection: Connection, hold_id: str, session_id: str) -> None:
    """Move a held place back to free; nothing happens to a hold that does not stand."""
    if connection.execute(_RELEASE, {"hold": hold_id, "session": session_id}).rowcount:
        hold = connection.execute(_HOLD, {"hold": hold_id, "session": session_id}).one()
        connection.execute(_GIVE_BACK, {"slot": hold.slot_id, "places": 1})


def use_hold(connection: Connection, hold_id: str, session_id: str, now: datetime) -> str:
    """Confirm a standing hold and move its place from held to taken; returns the slot's id.

    Raises:
        NotFound: the session has no such hold, or has given it back.
        Expired: it ran out.
        Conflict: it was confirmed under another key.
    """
    won = connection.execute(_CONFIRM, {"hold": hold_id, "session": session_id, "now": now}).rowcount
    hold = connection.execute(_HOLD, {"hold": hold_id, "session": session_id}).first()
    if hold is None or hold.status == RELEASED:
        raise NotFound("hold")
    if not won:
        raise Conflict(Refusal.STATUS) if hold.status == CONFIRMED else Expired("hold")
    connection.execute(_TAKE, {"slot": hold.slot_id})
    return str(hold.slot_id)


def book(connection: Connection, slot: Row[Any], appointment: dict[str, Any]) -> None:
    """Store the appointment with the lowest number of the slot that nobody has.

    The caller has just moved the place (`use_hold`), which keeps others from this slot until the end.

    Raises:
        Conflict: the patient already has an appointment in this department and session.
    """
    given = set(connection.execute(_NUMBERS, {"slot": slot.id}).scalars())
    first, beyond = slot.first_number + slot.sold, slot.first_number + slot.capacity
    number = next(number for number in range(first, beyond) if number not in given)
    row = appointment | {
        "slot_id": slot.id,
        "department_id": slot.department_id,
        "day": slot.day,
        "period": slot.period,
        "status": AppointmentStatus.BOOKED,
        "number": number,
    }
    if not insert_new(connection, appointments, row):
        raise Conflict(Refusal.SAME_SESSION)


def cancel_place(connection: Connection, appointment_id: str, slot_id: str, now: datetime) -> None:
    """Cancel a booked appointment and move its place from taken to free.

    Raises:
        Conflict: somebody else changed its status first.
    """
    if not connection.execute(_CANCEL, {"appointment": appointment_id, "now": now}).rowcount:
        raise Conflict(Refusal.STATUS)
    connection.execute(_FREE_TAKEN, {"slot": slot_id})


def broken_slots(connection: Connection) -> Collection[str]:
    """Slots whose counters are not what their rows say; empty unless there is a defect."""
    standing = (
        select(func.count()).select_from(holds).where(holds.c.slot_id == slots.c.id, holds.c.status == HELD)
    ).scalar_subquery()
    booked = (
        select(func.count())
        .select_from(appointments)
        .where(appointments.c.slot_id == slots.c.id, appointments.c.status != AppointmentStatus.CANCELLED)
    ).scalar_subquery()
    wrong = select(slots.c.id).where((slots.c.held != standing) | (slots.c.taken != booked))
    return connection.execute(wrong).scalars().all()


def _refusal(connection: Connection, slot_id: str, now: datetime) -> NotFound | Conflict:
    slot = connection.execute(select(slots).where(slots.c.id == slot_id)).first()
    if slot is None:
        return NotFound("slot")
    if slot.stopped:
        return Conflict(Refusal.STOPPED)
    return Conflict(Refusal.PAST if slot.starts_at <= now else Refusal.FULL)
