"""Booking as the agent calls it: searches that give way, and an idempotency key for every write.

Nothing here words anything for patients. All functions raise what the `Scheduling` port raises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

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
from domain.visit_reason import VisitReason

SLOTS_SHOWN = 6


class Wish(StrEnum):
    """A part of a query that can be given up to find something at all; in the order they are given up."""

    PERIOD = "period"
    FEE = "fee"
    TITLE = "title"
    DATES = "dates"
    DOCTOR = "doctor"


_FIELDS: dict[Wish, tuple[str, ...]] = {
    Wish.PERIOD: ("period",),
    Wish.FEE: ("max_fee_cents",),
    Wish.TITLE: ("expert", "title"),
    Wish.DATES: ("first_date", "last_date"),
    Wish.DOCTOR: ("doctor", "practitioner_id"),
}
"""What a wish is in a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """Slots for a wish, earliest first; `given_up` is what had to be dropped to find any, in that order.

    `query` is the search that found them. With `slots` empty, `given_up` holds everything that was tried.
    """

    query: SlotQuery
    slots: tuple[Slot, ...]
    given_up: tuple[Wish, ...] = ()


async def find_slots(scheduling: Scheduling, query: SlotQuery) -> SlotsFound:
    """Search, giving up one wish after another until something is free, and no more of them than needed.

    The department is never given up, nor the doctor where no department is known.
    """
    slots = await scheduling.search(query)
    relaxed = query
    given_up: list[Wish] = []
    for wish in Wish:
        if slots:
            break
        if _wished(query, wish) and not (wish is Wish.DOCTOR and not query.department_ids):
            relaxed = _taking(wish, relaxed, SlotQuery())
            given_up.append(wish)
            slots = await scheduling.search(relaxed)
    for wish in given_up[:-1] if slots else ():
        kept = _taking(wish, relaxed, query)
        if nearer := await scheduling.search(kept):
            relaxed, slots = kept, nearer
            given_up.remove(wish)
    return SlotsFound(query=relaxed, slots=slots, given_up=tuple(given_up))


def _taking(wish: Wish, query: SlotQuery, other: SlotQuery) -> SlotQuery:
    """The query with one wish as the other has it."""
    taken: dict[str, Any] = {name: getattr(other, name) for name in _FIELDS[wish]}
    return replace(query, **taken)


def _wished(query: SlotQuery, wish: Wish) -> bool:
    return any(getattr(query, name) is not None for name in _FIELDS[wish])


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
    scheduling: Scheduling,
    hold_id: HoldId,
    patient_id: PatientId,
    *,
    asked: Asked,
    now: datetime,
    reason: VisitReason | None = None,
) -> Appointment:
    """Book a held place after the patient's explicit yes to the review, which shows the `reason` given along."""
    key = asked.key("confirm", hold_id)
    return await scheduling.confirm(hold_id, patient_id, session_id=asked.session_id, key=key, now=now, reason=reason)


async def reschedule(
    scheduling: Scheduling,
    appointment_id: AppointmentId,
    hold_id: HoldId,
    patient_id: PatientId,
    *,
    asked: Asked,
    now: datetime,
) -> Appointment:
    """Book a held place instead of an earlier appointment after the patient's explicit yes to the review."""
    return await scheduling.reschedule(
        appointment_id,
        hold_id,
        patient_id=patient_id,
        session_id=asked.session_id,
        key=asked.key("reschedule", f"{appointment_id}:{hold_id}"),
        now=now,
    )


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
