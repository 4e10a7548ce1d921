"""A place that becomes free goes to whoever has waited longest for one like it, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from domain.notices import DueKind
from domain.scheduling import AppointmentStatus, HoldStatus
from domain.waitlist import WaitlistStatus
from tools.hospital.sql import places
from tools.hospital.sql.house import House
from tools.hospital.sql.schema import appointments, holds, practitioners, slots
from tools.hospital.sql.schema_life import due, waitlist
from tools.hospital.sql.writes import new_id

_BOOKED_ALREADY = select(appointments.c.id).where(
    appointments.c.patient_id == waitlist.c.patient_id,
    appointments.c.department_id == slots.c.department_id,
    appointments.c.day == slots.c.day,
    appointments.c.period == slots.c.period,
    appointments.c.status != AppointmentStatus.CANCELLED,
)
MATCHES = (
    waitlist.c.department_id == slots.c.department_id,
    slots.c.day >= waitlist.c.first_day,
    slots.c.day <= waitlist.c.last_day,
    or_(waitlist.c.practitioner_id.is_(None), waitlist.c.practitioner_id == slots.c.practitioner_id),
    or_(waitlist.c.title.is_(None), waitlist.c.title == practitioners.c.title),
    or_(waitlist.c.period.is_(None), waitlist.c.period == slots.c.period),
    or_(waitlist.c.max_fee_cents.is_(None), waitlist.c.max_fee_cents >= slots.c.fee_cents),
    ~_BOOKED_ALREADY.exists(),
)
"""Whether an entry waits for a slot like this (both joined with the slot's practitioner)."""

_NEXT = (
    select(waitlist.c.id, slots.c.starts_at)
    .select_from(slots)
    .join(practitioners, practitioners.c.id == slots.c.practitioner_id)
    .join(waitlist, waitlist.c.department_id == slots.c.department_id)
    .where(slots.c.id == bindparam("slot"), waitlist.c.status == WaitlistStatus.REQUESTED, *MATCHES)
    .order_by(waitlist.c.joined_at, waitlist.c.id)
    .limit(1)
    .with_for_update(of=waitlist, skip_locked=True)
)
_OFFER = (
    update(waitlist)
    .where(waitlist.c.id == bindparam("entry"), waitlist.c.status == WaitlistStatus.REQUESTED)
    .values(status=WaitlistStatus.REQUESTED.to(WaitlistStatus.OFFERED), hold_id=bindparam("hold"))
)


def offer_session(entry_id: str) -> str:
    """Who an offered place is held for, where a session stands otherwise."""
    return f"waitlist:{entry_id}"


def offer_next(connection: Connection, house: House, slot_id: str, now: datetime, *, freed: int = 1) -> int:
    """Offer up to `freed` free places of a slot to those who wait for them, in order; how many were offered."""
    horizon = house.horizon(now)
    for offered in range(freed):
        entry = connection.execute(_NEXT, {"slot": slot_id}).first()
        if entry is None or not places.keep(connection, slot_id, now=now, horizon=horizon):
            return offered
        hold_id, until = new_id(), min(now + house.rules.waitlist_accept, entry.starts_at)
        row = {"id": hold_id, "slot_id": slot_id, "session_id": offer_session(entry.id)}
        connection.execute(insert(holds), row | {"status": HoldStatus.HELD, "expires_at": until})
        connection.execute(_OFFER, {"entry": entry.id, "hold": hold_id})
        work = ((DueKind.WAITLIST_OFFERED, entry.id, now), (DueKind.WAITLIST_OVER, entry.id, until))
        due.plan(connection, work)
    return freed


def free_lapsed(connection: Connection, house: House, slot_id: str, now: datetime) -> int:
    """Give back the places of a slot whose holds ran out, and offer them; how many were given back."""
    freed = places.lapse_holds(connection, slot_id, now)
    if freed:
        offer_next(connection, house, slot_id, now, freed=freed)
    return freed
