"""Booking as the agent calls it: wishes become queries, and every write gets its idempotency key.

Nothing here words anything for patients. All functions raise what the `Scheduling` port raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.clinical import DepartmentId
from domain.errors import NotFound
from domain.patient import PatientId
from domain.ports import Scheduling
from domain.scheduling import (
    Appointment,
    AppointmentId,
    AppointmentStatus,
    Hold,
    HoldId,
    Slot,
    SlotId,
    SlotQuery,
)
from domain.session import SessionId
from understanding.reading import BookingWish

SLOTS_SHOWN = 6


class Wish(StrEnum):
    """A part of a wish that can be given up to find something at all."""

    PERIOD = "period"
    FEE = "fee"
    TITLE = "title"
    DATES = "dates"
    DOCTOR = "doctor"


_GIVEN_UP_IN_ORDER = (Wish.PERIOD, Wish.FEE, Wish.TITLE, Wish.DATES, Wish.DOCTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """Slots for a wish, earliest first; `given_up` is what had to be dropped to find any, in that order.

    With `slots` empty, `given_up` holds everything that was tried.
    """

    query: SlotQuery
    slots: tuple[Slot, ...]
    given_up: tuple[Wish, ...] = ()


def slot_query(
    wish: BookingWish,
    *,
    now: datetime,
    department_ids: Sequence[DepartmentId] = (),
    cheaper_than_cents: int | None = None,
    limit: int = SLOTS_SHOWN,
) -> SlotQuery:
    """What to search for.

    `department_ids` stand in when the wish names none (what triage proposed); `cheaper_than_cents` is the
    lowest fee shown so far, the meaning of 「便宜点」. `earliest` needs nothing: slots come earliest first.
    """
    limits = [] if wish.max_fee_cents is None else [wish.max_fee_cents]
    if wish.cheaper and cheaper_than_cents is not None:
        limits.append(cheaper_than_cents - 1)
    return SlotQuery(
        department_ids=tuple(wish.department_ids) or tuple(department_ids),
        doctor=wish.doctor,
        expert=wish.expert,
        first_date=wish.first_date,
        last_date=wish.last_date,
        period=wish.period,
        max_fee_cents=min(limits, default=None),
        not_before=now,
        limit=limit,
    )


async def find_slots(scheduling: Scheduling, query: SlotQuery) -> SlotsFound:
    """Search, giving up one wish after another until something is free; the department is never given up."""
    given_up: list[Wish] = []
    slots = await scheduling.search(query)
    relaxed = query
    for wish in _GIVEN_UP_IN_ORDER:
        if slots:
            break
        without = _without(relaxed, wish)
        if without != relaxed:
            relaxed = without
            given_up.append(wish)
            slots = await scheduling.search(relaxed)
    return SlotsFound(query=relaxed, slots=slots, given_up=tuple(given_up))


def _without(query: SlotQuery, wish: Wish) -> SlotQuery:
    """The query without one wish; unchanged where it never had it, or where nothing would be left to go by."""
    match wish:
        case Wish.PERIOD:
            return replace(query, period=None)
        case Wish.FEE:
            return replace(query, max_fee_cents=None)
        case Wish.TITLE:
            return replace(query, expert=None)
        case Wish.DATES:
            return replace(query, first_date=None, last_date=None)
        case Wish.DOCTOR:
            return replace(query, doctor=None, practitioner_id=None) if query.department_ids else query


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question a write answers: `pending_id` is unique in the session.

    The same answer to the same question never writes twice, however often the turn is replayed.
    """

    session_id: SessionId
    pending_id: str

    def key(self, operation: str, subject: str) -> str:
        """The idempotency key of a write; a corrected choice under the same question is another write."""
        return f"{operation}:{self.session_id}:{self.pending_id}:{subject}"


async def hold(scheduling: Scheduling, slot_id: SlotId, *, asked: Asked, now: datetime) -> Hold:
    """Keep a place of the chosen slot."""
    return await scheduling.hold(slot_id, session_id=asked.session_id, key=asked.key("hold", slot_id), now=now)


async def release(scheduling: Scheduling, hold_id: HoldId, *, session_id: SessionId) -> None:
    """Give a held place back when the patient chose otherwise."""
    await scheduling.release(hold_id, session_id=session_id)


async def confirm(
    scheduling: Scheduling, hold_id: HoldId, patient_id: PatientId, *, asked: Asked, now: datetime
) -> Appointment:
    """Book a held place after the patient's explicit yes to the review."""
    key = asked.key("confirm", hold_id)
    return await scheduling.confirm(hold_id, patient_id, session_id=asked.session_id, key=key, now=now)


async def cancel(
    scheduling: Scheduling, appointment_id: AppointmentId, patient_id: PatientId, *, asked: Asked, now: datetime
) -> Appointment:
    """Cancel an appointment after the patient's explicit yes to the review."""
    key = asked.key("cancel", appointment_id)
    return await scheduling.cancel(appointment_id, patient_id=patient_id, key=key, now=now)


async def upcoming(scheduling: Scheduling, patient_id: PatientId, *, now: datetime) -> tuple[Appointment, ...]:
    """The patient's booked appointments still to come, soonest first: what 「取消」 and 「我的预约」 are about."""
    return tuple(
        one
        for one in await scheduling.appointments(patient_id)
        if one.status is AppointmentStatus.BOOKED
        and datetime.combine(one.slot.date, one.slot.end, tzinfo=now.tzinfo) > now
    )


async def appointment(scheduling: Scheduling, appointment_id: AppointmentId, patient_id: PatientId) -> Appointment:
    """One appointment of this patient.

    Raises:
        NotFound: the patient has no such appointment.
    """
    for one in await scheduling.appointments(patient_id):
        if one.id == appointment_id:
            return one
    raise NotFound("appointment")
