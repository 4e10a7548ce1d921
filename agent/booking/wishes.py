"""What the patient asked for, kept over the turns of a booking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from agent.conversation import BookingDraft, Conversation
from domain.clinical import DepartmentId, Disposition, TriageResult
from domain.scheduling import Slot, SlotQuery
from tools.appointments import SLOTS_SHOWN
from understanding.reading import BookingWish

URGENT_DAYS = 1


def refined(draft: BookingDraft, wish: BookingWish) -> BookingDraft:
    """The draft with what this message adds or changes; a new department drops the old doctor.

    「便宜点」 means cheaper than the cheapest slot that was shown.
    """
    changed = draft
    if wish.department_ids and wish.department_ids != draft.department_ids:
        changed = replace(changed, department_ids=wish.department_ids, doctor=None)
    if wish.doctor:
        changed = replace(changed, doctor=wish.doctor)
    if wish.first_date:
        changed = replace(changed, first_date=wish.first_date, last_date=wish.last_date, period=wish.period)
    elif wish.period:
        changed = replace(changed, period=wish.period)
    if wish.earliest:
        changed = replace(changed, first_date=None, last_date=None, period=wish.period)
    if wish.expert is not None:
        changed = replace(changed, expert=wish.expert)
    if wish.max_fee_cents is not None:
        changed = replace(changed, max_fee_cents=wish.max_fee_cents)
    elif wish.cheaper and draft.shown:
        changed = replace(changed, max_fee_cents=min(slot.fee_cents for slot in draft.shown) - 1)
    return changed


def fitting(draft: BookingDraft, found: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """The slots that are not the one to be moved away from, nor of a doctor who is not wanted."""
    old = draft.moving.slot.id if draft.moving else None
    kept = (slot for slot in found if slot.id != old and slot.doctor != draft.avoiding)
    return tuple(kept)[:SLOTS_SHOWN]


def soon(draft: BookingDraft, today: date) -> BookingDraft:
    """The draft within the day and night a VISIT_24H leaves, whatever else was wished."""
    last = today + timedelta(days=URGENT_DAYS)
    return replace(draft, first_date=today, last_date=last)


def anybody(draft: BookingDraft) -> BookingDraft:
    """The draft with any doctor, title, price and half day."""
    return replace(draft, doctor=None, expert=None, period=None, max_fee_cents=None)


def after_triage(draft: BookingDraft, result: TriageResult) -> BookingDraft:
    """The draft with the best department and the urgency of a triage."""
    ids = tuple(choice.id for choice in result.departments if choice.bookable)
    return replace(draft, department_ids=ids[:1], urgency=result.disposition)


def carried(conversation: Conversation) -> Conversation:
    """The conversation whose empty draft takes department and urgency of the triage, if there was one."""
    draft, result = conversation.booking, conversation.result
    if draft.department_ids or draft.doctor or result is None or result.disposition >= Disposition.ED_NOW:
        return conversation
    return replace(conversation, booking=after_triage(draft, result))


def query(draft: BookingDraft, now: datetime) -> SlotQuery:
    """The draft as a search from now on."""
    return SlotQuery(
        department_ids=draft.department_ids,
        doctor=draft.doctor,
        expert=draft.expert,
        first_date=draft.first_date,
        last_date=draft.last_date,
        period=draft.period,
        max_fee_cents=draft.max_fee_cents,
        not_before=now,
        limit=SLOTS_SHOWN if draft.avoiding is None and draft.moving is None else SLOTS_SHOWN * 5,
    )


def settled(draft: BookingDraft, query: SlotQuery) -> BookingDraft:
    """The draft as it was searched in the end, so that the next change starts from what is shown."""
    return replace(
        draft,
        doctor=query.doctor,
        expert=query.expert,
        first_date=query.first_date,
        last_date=query.last_date,
        period=query.period,
        max_fee_cents=query.max_fee_cents,
    )


def urgent(draft: BookingDraft) -> bool:
    """Whether the triage said that the visit cannot wait longer than a day."""
    return draft.urgency is Disposition.VISIT_24H


def for_department(draft: BookingDraft, department_id: DepartmentId, result: TriageResult | None) -> BookingDraft:
    """The draft with a department that was chosen; one the triage led to is as urgent as the triage said."""
    chosen = replace(draft, department_ids=(department_id,), doctor=None)
    if result is not None and any(choice.id == department_id for choice in result.departments):
        return replace(chosen, urgency=result.disposition)
    return chosen
