"""Booking: decides which step the message asks for."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent import asking, cards
from agent.booking import cancelling, confirming, finding, wishes
from agent.booking.step import YES, Step, knowledge
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Say
from agent.state import Task, TurnState, TurnUpdate
from domain.clinical import DepartmentId, Disposition
from domain.errors import Conflict, Expired, InvalidFields, NotFound
from domain.patient import PatientId
from domain.scheduling import AppointmentId, Slot
from domain.session import Pending, PendingKind
from domain.turn import Choice, Utterance
from understanding.reading import BookingWish, DepartmentHint, Understanding

CANCEL_INTENTS = ("cancel",)
_UNDER_WAY = frozenset({PendingKind.SLOT_CHOICE, PendingKind.IDENTITY_FORM, PendingKind.BOOKING_REVIEW})
"""While one of these is open 「取消」 means this booking, not an earlier one."""
_CANCELLING = frozenset({PendingKind.CANCEL_CHOICE, PendingKind.CANCEL_REVIEW})
LIST_INTENTS = ("appointments", "queue")


@stage("booking")
async def booking(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Answer the booking part of a message."""
    draft = state["draft"]
    understanding = draft.understanding or Understanding(raw="")
    before = state["conversation"]
    if before.emergency and not _looks_after_a_booking(before.pending, understanding, runtime.context.utterance):
        wait = Say(text=runtime.context.deps.knowledge.texts.say("emergency.no_booking"))
        return TurnUpdate(draft=draft.done_with(Task.BOOKING).saying(wait))
    wanted = replace(before, booking=wishes.refined(before.booking, understanding.wish))
    conversation, parts = await _step(wanted, understanding, runtime.context, interviewing=_interviewing(before))
    return TurnUpdate(conversation=conversation, draft=draft.done_with(Task.BOOKING).saying(*parts))


def _looks_after_a_booking(pending: Pending | None, understanding: Understanding, utterance: Utterance) -> bool:
    """Whether the message lists or cancels what is booked, which no emergency forbids."""
    if understanding.wants(*CANCEL_INTENTS, *LIST_INTENTS):
        return True
    if utterance.choice and utterance.choice.action == cards.CANCEL:
        return True
    if pending is None:
        return False
    asked_for = pending.facts.get("then") if pending.kind is PendingKind.IDENTITY_FORM else None
    return pending.kind in _CANCELLING or bool(asked_for)


def _interviewing(conversation: Conversation) -> bool:
    pending = conversation.pending
    return pending is not None and pending.kind in {PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING}


async def _step(
    conversation: Conversation, understanding: Understanding, context: TurnContext, *, interviewing: bool
) -> Step:
    """The step a form, a tap or the words ask for."""
    utterance, pending = context.utterance, conversation.pending
    if utterance.form:
        return await _form(conversation, context)
    if utterance.choice:
        return await _tap(conversation, utterance.choice, context)
    if understanding.wants(*CANCEL_INTENTS):
        if pending and pending.kind in _UNDER_WAY:
            return await finding.give_up(conversation, context)
        return await _for_patient(conversation, context, then="cancel")
    if understanding.wants(*LIST_INTENTS):
        return await _for_patient(conversation, context, then="show")
    if interviewing:
        texts = context.deps.knowledge.texts
        return conversation, (Say(text=texts.say("booking.after_triage")),)
    if pending and pending.kind in _ANSWERS:
        return await _ANSWERS[pending.kind](conversation, pending, understanding, context)
    return await _find(conversation, context, understanding.departments)


async def _form(conversation: Conversation, context: TurnContext) -> Step:
    form = context.utterance.form
    waiting = conversation.pending.facts.get("then", "") if conversation.pending else ""
    try:
        conversation = await confirming.identify(conversation, form, context) if form else conversation
    except InvalidFields as error:
        return confirming.ask_identity(conversation, context, wrong=tuple(error.fields.values()), then=waiting)
    if conversation.booking.hold:
        return await confirming.review(conversation, context)
    return await _for_patient(conversation, context, then=waiting or "show")


async def _tap(conversation: Conversation, choice: Choice, context: TurnContext) -> Step:
    """A tapped choice or a card's action."""
    pending = conversation.pending
    if choice.action in {cards.BOOK, cards.SHOW_SLOTS}:
        chosen = wishes.for_department(conversation.booking, DepartmentId(choice.value))
        return await finding.show_slots(replace(conversation, booking=chosen), context)
    if choice.action == cards.CANCEL:
        return await _for_patient(conversation, context, then=f"cancel:{choice.value}")
    values = asking.chosen(pending, choice.value) if pending else ()
    if pending is None or not values:
        return await _find(conversation, context)
    return await _answered(conversation, pending, values[0], context)


async def _answered(conversation: Conversation, pending: Pending, value: str, context: TurnContext) -> Step:
    """The open question answered with one of its options."""
    match pending.kind:
        case PendingKind.SLOT_CHOICE:
            slot = next((slot for slot in conversation.booking.shown if slot.id == value), None)
            return await _take(conversation, slot, context) if slot else await _find(conversation, context)
        case PendingKind.DEPARTMENT_CHOICE:
            chosen = wishes.for_department(conversation.booking, DepartmentId(value))
            return await finding.show_slots(replace(conversation, booking=chosen), context)
        case PendingKind.BOOKING_OFFER:
            if value == YES:
                return await _find(conversation, context)
            return await finding.give_up(conversation, context)
        case PendingKind.BOOKING_REVIEW:
            if value == YES:
                return await _book(conversation, context)
            return await finding.give_up(conversation, context)
        case PendingKind.CANCEL_CHOICE:
            return await _for_patient(conversation, context, then=f"cancel:{value}")
        case PendingKind.CANCEL_REVIEW:
            if value == YES:
                return await _cancel(conversation, AppointmentId(pending.subject), context)
            return cancelling.keep(conversation, context)
        case _:
            return await _find(conversation, context)


async def _slot_in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """「就第二个」「九点那个」「王医生的」, or a change of the wish."""
    if understanding.wants("never_mind"):
        return await finding.give_up(conversation, context)
    shown = conversation.booking.shown
    ordinal = understanding.answer.ordinal
    if ordinal is not None and -len(shown) <= ordinal <= len(shown) and ordinal != 0:
        return await _take(conversation, shown[ordinal - 1 if ordinal > 0 else ordinal], context)
    ticked = understanding.answer.ticked
    if len(ticked) == 1:
        return await _answered(conversation, pending, ticked[0], context)
    if understanding.answer.yes and len(shown) == 1:
        return await _take(conversation, shown[0], context)
    return await finding.show_slots(conversation, context)


async def _department_in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """A department by name, by what it treats, or by its place in the list."""
    options, ordinal = pending.options, understanding.answer.ordinal
    if ordinal is not None and 0 < ordinal <= len(options):
        return await _answered(conversation, pending, options[ordinal - 1].value, context)
    if not conversation.booking.department_ids and understanding.departments:
        chosen = wishes.for_department(conversation.booking, understanding.departments[0].id)
        conversation = replace(conversation, booking=chosen)
    return await _find(conversation, context)


async def _yes_or_no(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """A changed wish searches again, an explicit yes goes on, a no stops, anything else asks again."""
    if pending.kind is PendingKind.BOOKING_REVIEW and understanding.wish != BookingWish():
        return await finding.show_slots(await finding.release(conversation, context), context)
    if understanding.wants("never_mind") or understanding.answer.yes is False:
        return await _answered(conversation, pending, "no", context)
    if understanding.answer.yes:
        return await _answered(conversation, pending, YES, context)
    return conversation, _unclear(pending, context)


async def _cancel_in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    ordinal, options = understanding.answer.ordinal, pending.options
    if ordinal is not None and 0 < ordinal <= len(options):
        return await _answered(conversation, pending, options[ordinal - 1].value, context)
    if understanding.wants("never_mind") or understanding.answer.yes is False:
        return cancelling.keep(conversation, context)
    return conversation, _unclear(pending, context)


async def _identity_in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """Names and numbers are never taken from the chat; a changed wish starts the search again."""
    if understanding.wants("never_mind") or understanding.answer.yes is False:
        return await finding.give_up(conversation, context)
    if understanding.wish.first_date or understanding.wish.department_ids or understanding.wish.doctor:
        conversation = await finding.release(conversation, context)
        return await finding.show_slots(conversation, context)
    return confirming.ask_identity(conversation, context, then=pending.facts.get("then", ""))


_ANSWERS = {
    PendingKind.SLOT_CHOICE: _slot_in_words,
    PendingKind.DEPARTMENT_CHOICE: _department_in_words,
    PendingKind.BOOKING_OFFER: _yes_or_no,
    PendingKind.BOOKING_REVIEW: _yes_or_no,
    PendingKind.CANCEL_CHOICE: _cancel_in_words,
    PendingKind.CANCEL_REVIEW: _yes_or_no,
    PendingKind.IDENTITY_FORM: _identity_in_words,
}


def _unclear(pending: Pending, context: TurnContext) -> tuple[Say, ...]:
    """A vague word at a review: the question comes back by itself, a yes or no is asked for."""
    if pending.kind is not PendingKind.BOOKING_REVIEW:
        return ()
    return (knowledge(context.deps.knowledge.texts.say("booking.review_again")),)


async def _find(conversation: Conversation, context: TurnContext, hints: tuple[DepartmentHint, ...] = ()) -> Step:
    """Slots for the wish, or the question which department."""
    draft, result = conversation.booking, conversation.result
    if not draft.department_ids and not draft.doctor and result and result.disposition < Disposition.ED_NOW:
        conversation = replace(conversation, booking=wishes.after_triage(draft, result))
        draft = conversation.booking
    if not draft.department_ids and not draft.doctor:
        return await finding.ask_department(conversation, hints, context)
    return await finding.show_slots(conversation, context)


async def _take(conversation: Conversation, slot: Slot, context: TurnContext) -> Step:
    try:
        conversation = await finding.hold(conversation, slot, context)
    except (Conflict, NotFound):
        conversation, parts = await finding.show_slots(conversation, context)
        return conversation, (knowledge(context.deps.knowledge.texts.say("booking.slot_gone")), *parts)
    if conversation.patient_id is None:
        return confirming.ask_identity(conversation, context)
    return await confirming.review(conversation, context)


async def _book(conversation: Conversation, context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    try:
        return await confirming.book(conversation, context)
    except (Expired, NotFound):
        without = replace(conversation, booking=replace(conversation.booking, hold=None))
        conversation, parts = await finding.show_slots(without, context)
        return conversation, (knowledge(texts.say("booking.hold_expired")), *parts)
    except Conflict:
        conversation = await finding.release(conversation, context)
        return conversation.awaiting(None), (knowledge(texts.say("booking.duplicate")),)


async def _for_patient(conversation: Conversation, context: TurnContext, *, then: str) -> Step:
    """Do `then` for the patient; whoever is not known yet is asked first."""
    patient_id: PatientId | None = conversation.patient_id
    if patient_id is None:
        return confirming.ask_identity(conversation, context, then=then)
    step, _, appointment_id = then.partition(":")
    if step == "show":
        return await cancelling.show(conversation, patient_id, context)
    if appointment_id:
        return await cancelling.review(conversation, patient_id, AppointmentId(appointment_id), context)
    return await cancelling.choose(conversation, patient_id, context)


async def _cancel(conversation: Conversation, appointment_id: AppointmentId, context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    if conversation.patient_id is None:
        return confirming.ask_identity(conversation, context, then=f"cancel:{appointment_id}")
    try:
        return await cancelling.cancel(conversation, conversation.patient_id, appointment_id, context)
    except (Conflict, NotFound):
        return conversation.awaiting(None), (knowledge(texts.say("booking.cancel_not_possible")),)
