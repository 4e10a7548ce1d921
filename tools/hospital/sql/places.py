"""Moving places of a slot between free, held and taken: one conditional UPDATE each, which wins or changes nothing.

So each is right at any isolation level: there is never a read whose answer could be stale by the time of the write.
Rows are locked in the order key, waitlist entry or 加号 request, hold, patient, appointment, slots by id; whoever
has a slot takes a waiting entry only if nobody has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, false, func, select, true, update

from archive.columns import run
from domain.errors import Conflict, NotFound
from domain.scheduling import AppointmentStatus, HoldStatus, Refusal
from tools.hospital.sql.schema import appointments, holds, slots

_SLOT = slots.c.id == bindparam("slot")
FREE = slots.c.sold + slots.c.taken + slots.c.held < slots.c.capacity
_KEEP = (
    update(slots)
    .where(
        _SLOT,
        slots.c.stopped == false(),
        slots.c.starts_at > bindparam("now"),
        slots.c.starts_at < bindparam("horizon"),
        FREE,
    )
    .values(held=slots.c.held + 1)
)
_GIVE_BACK = update(slots).where(_SLOT).values(held=slots.c.held - bindparam("places"))
_TAKE = update(slots).where(_SLOT, slots.c.stopped == false()).values(held=slots.c.held - 1, taken=slots.c.taken + 1)
_ADD = (
    update(slots)
    .where(_SLOT, slots.c.stopped == false())
    .values(capacity=slots.c.capacity + 1, extra=slots.c.extra + 1, taken=slots.c.taken + 1)
)
_FREE_TAKEN = update(slots).where(_SLOT).values(taken=slots.c.taken - 1)
_REMOVE = _FREE_TAKEN.values(capacity=slots.c.capacity - 1, extra=slots.c.extra - 1)
_LAPSE = (
    update(holds)
    .where(
        holds.c.slot_id == bindparam("slot"),
        holds.c.status == HoldStatus.HELD,
        holds.c.expires_at <= bindparam("now"),
    )
    .values(status=HoldStatus.HELD.to(HoldStatus.LAPSED))
)


def keep(connection: Connection, slot_id: str, *, now: datetime, horizon: datetime) -> bool:
    """Free to held; `False` when no place is free, or the slot cannot be booked now."""
    return run(connection, _KEEP, {"slot": slot_id, "now": now, "horizon": horizon}).rowcount == 1


def give_back(connection: Connection, slot_id: str, places: int = 1) -> None:
    """Held to free."""
    run(connection, _GIVE_BACK, {"slot": slot_id, "places": places})


def take(connection: Connection, slot_id: str) -> None:
    """Held to taken.

    Raises:
        Conflict: the clinic was stopped.
    """
    if not run(connection, _TAKE, {"slot": slot_id}).rowcount:
        raise Conflict(Refusal.STOPPED)


def add(connection: Connection, slot_id: str) -> None:
    """One place more, taken at once.

    Raises:
        Conflict: the clinic was stopped.
    """
    if not run(connection, _ADD, {"slot": slot_id}).rowcount:
        raise Conflict(Refusal.STOPPED)


def free_taken(connection: Connection, slot_id: str, *, extra: bool) -> None:
    """Taken to free; an extra place goes altogether."""
    run(connection, _REMOVE if extra else _FREE_TAKEN, {"slot": slot_id})


def lapse_holds(connection: Connection, slot_id: str, now: datetime) -> int:
    """Held to free for every hold of a slot that ran out; how many."""
    places = run(connection, _LAPSE, {"slot": slot_id, "now": now}).rowcount
    if places:
        give_back(connection, slot_id, places)
    return places


def lock_slots(connection: Connection, slot_ids: Iterable[str]) -> None:
    """Keep others from several slots until the end, in one order everywhere (SQLite has one writer anyway)."""
    wanted = select(slots.c.id).where(slots.c.id.in_(list(slot_ids))).order_by(slots.c.id).with_for_update()
    connection.execute(wanted).all()


def slots_with_lapsed(connection: Connection, now: datetime) -> Collection[str]:
    """Slots that keep places for nobody any more."""
    found = select(holds.c.slot_id).where(holds.c.status == HoldStatus.HELD, holds.c.expires_at <= now).distinct()
    return connection.execute(found).scalars().all()


def refusal(connection: Connection, slot_id: str, *, now: datetime, horizon: datetime) -> NotFound | Conflict:
    """Why no place of the slot can be kept."""
    slot = connection.execute(select(slots).where(slots.c.id == slot_id)).first()
    if slot is None:
        return NotFound("slot")
    if slot.stopped:
        return Conflict(Refusal.STOPPED)
    if slot.starts_at <= now:
        return Conflict(Refusal.PAST)
    return Conflict(Refusal.TOO_FAR if slot.starts_at >= horizon else Refusal.FULL)


def broken_slots(connection: Connection) -> Collection[str]:
    """Slots whose counters are not what their rows say; empty unless there is a defect."""
    standing = (
        select(func.count())
        .select_from(holds)
        .where(holds.c.slot_id == slots.c.id, holds.c.status == HoldStatus.HELD)
        .scalar_subquery()
    )
    of_slot = (appointments.c.slot_id == slots.c.id, appointments.c.status != AppointmentStatus.CANCELLED)
    booked = select(func.count()).select_from(appointments).where(*of_slot).scalar_subquery()
    beyond = (
        select(func.coalesce(func.sum(case((appointments.c.extra == true(), 1), else_=0)), 0))
        .where(*of_slot)
        .scalar_subquery()
    )
    wrong = select(slots.c.id).where((slots.c.held != standing) | (slots.c.taken != booked) | (slots.c.extra != beyond))
    return connection.execute(wrong).scalars().all()
