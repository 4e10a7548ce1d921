"""Answers to the questions of booking, tapped or in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from agent import asking, identifying
from agent.booking import cancelling, confirming, errands, finding, moving, people, reason, wishes
from agent.booking.errands import Errand
from agent.booking.refusing import refused
from agent.booking.step import EXTRA, LEAVE_OUT, NO, WAIT, YES, Step, knowledge
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.reply import Offer, Say
from domain.clinical import DepartmentId
from domain.errors import Conflict, Expired, NotFound
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, Refusal, Slot
from domain.session import Option, Pending, PendingKind
from understanding.reading import BookingWish, DepartmentHint, Understanding

_PLACE_GONE = frozenset({Refusal.FULL, Refusal.STOPPED, Refusal.PAST, Refusal.TOO_FAR})
"""Refusals of one place; another may do."""
NEW = "new"


async def answered(conversation: Conversation, pending: Pending, value: str, context: TurnContext) -> Step:
    """The open question answered with one of its options."""
    errand = _errand(pending, value)
    if errand is not None:
        return await errands.run(conversation, context, errand)
    match pending.kind:
        case PendingKind.SLOT_CHOICE:
            slot = next((slot for slot in conversation.booking.shown if slot.id == value), None)
            return await _take(conversation, slot, context) if slot else await find(conversation, context)
        case PendingKind.DEPARTMENT_CHOICE:
            chosen = wishes.for_department(conversation.booking, DepartmentId(value), conversation.result)
            return await finding.show_slots(replace(conversation, booking=chosen), context)
        case PendingKind.BOOKING_OFFER if value == YES:
            return await find(conversation, context)
        case PendingKind.BOOKING_REVIEW if value == YES:
            return await _book(conversation, context)
        case PendingKind.BOOKING_REVIEW if value == LEAVE_OUT:
            return await confirming.review(reason.without(conversation), context)
        case PendingKind.CANCEL_REVIEW if value == YES:
            return await _cancel(conversation, AppointmentId(pending.subject), context)
        case PendingKind.CANCEL_REVIEW:
            return cancelling.keep(conversation, context)
        case PendingKind.PERSON_CHOICE:
            return await _person(conversation, value, context)
        case _:
            return await finding.give_up(conversation, context)


def _errand(pending: Pending, value: str) -> str | None:
    """What an option sends for, if it is not a step of the booking itself."""
    match pending.kind:
        case PendingKind.SLOT_CHOICE | PendingKind.WAYS_CHOICE:
            return {WAIT: Errand.WAIT, EXTRA: Errand.EXTRA}.get(value)
        case PendingKind.OFFER_REPLY:
            return Errand.TAKE if value == YES else Errand.STOP
        case PendingKind.CANCEL_CHOICE:
            return f"{Errand.CANCEL}:{value}"
        case PendingKind.MOVE_CHOICE:
            return f"{Errand.MOVE}:{value}"
        case PendingKind.STOP_CHOICE:
            return f"{Errand.ARRIVE if pending.subject == 'arrive' else Errand.STOP}:{value}"
        case _:
            return None


async def find(conversation: Conversation, context: TurnContext, hints: tuple[DepartmentHint, ...] = ()) -> Step:
    """Slots for the wish, or the question which department."""
    conversation = wishes.carried(conversation)
    if not conversation.booking.department_ids and not conversation.booking.doctor:
        return await finding.ask_department(conversation, hints, context)
    return await finding.show_slots(conversation, context)


async def avoiding(conversation: Conversation, context: TurnContext) -> Conversation:
    """The conversation without the doctor held or shown; with several shown, whoever comes first."""
    conversation = wishes.carried(conversation)
    draft = conversation.booking
    slot = draft.hold.slot if draft.hold else next(iter(draft.shown), None)
    unwanted = slot.doctor if slot else None
    conversation = await finding.release(conversation, context)
    return replace(conversation, booking=replace(conversation.booking, doctor=None, avoiding=unwanted))


async def same_doctor(conversation: Conversation, context: TurnContext) -> Step:
    """Free places of the doctor seen last; whom that was is asked where nobody knows."""
    seen: list[Appointment] = []
    for patient_id in await people.everybody(conversation, context):
        seen += await context.deps.scheduling.appointments(patient_id)
    if not seen:
        return conversation, (knowledge(context.deps.knowledge.texts.say("booking.which_doctor")),)
    last = max(seen, key=lambda one: (one.slot.date, one.slot.start)).slot
    draft = replace(conversation.booking, doctor=last.doctor, department_ids=(last.department_id,))
    return await finding.show_slots(replace(conversation, booking=draft), context)


async def for_whom(conversation: Conversation, context: TurnContext) -> Step:
    """The review for the person the words mean; who is not known yet is asked first."""
    patient_id = await people.meant(conversation, context)
    if patient_id is not None:
        return await _review_for(conversation, patient_id, context)
    fitting, held = await people.candidates(conversation, context), conversation.booking.hold
    if not fitting or held is None:
        return confirming.ask_identity(conversation, context)
    texts = context.deps.knowledge.texts
    options = [Option(label=one.masked, value=one.patient_id) for one in fitting]
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.PERSON_CHOICE,
        question=texts.say("booking.which_person"),
        subject=held.id,
        options=(*options, Option(label=texts.say("booking.new_person"), value=NEW)),
    )
    return conversation, (knowledge(pending.question), Offer(choices=asking.choices(pending)))


async def _person(conversation: Conversation, value: str, context: TurnContext) -> Step:
    if all(one.patient_id != value for one in await people.candidates(conversation, context)):
        return confirming.ask_identity(conversation, context)
    return await _review_for(conversation, PatientId(value), context)


async def _review_for(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> Step:
    """The review for this person; a child whose guardian is gone needs one first."""
    try:
        conversation = await people.choose(conversation, patient_id, context)
    except Conflict as error:
        return confirming.ask_guardian(conversation, error, context)
    return await confirming.review(conversation, context)


def expected(pending: Pending) -> bool:
    """Whether the open question belongs to booking."""
    return pending.kind in _IN_WORDS


async def in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """The open question answered in words, or a change of the wish."""
    return await _IN_WORDS[pending.kind](conversation, pending, understanding, context)


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
        return await answered(conversation, pending, ticked[0], context)
    if understanding.answer.yes and len(shown) == 1:
        return await _take(conversation, shown[0], context)
    return await finding.show_slots(conversation, context)


async def _department_in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """A department by name, by what it treats, or by its place in the list."""
    options, ordinal = pending.options, understanding.answer.ordinal
    if ordinal is not None and 0 < ordinal <= len(options):
        return await answered(conversation, pending, options[ordinal - 1].value, context)
    if not conversation.booking.department_ids and understanding.departments:
        named = understanding.departments[0].id
        chosen = wishes.for_department(conversation.booking, named, conversation.result)
        conversation = replace(conversation, booking=chosen)
    return await find(conversation, context)


async def _yes_or_no(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """A changed wish searches again, an explicit yes goes on, a no stops, anything else asks again."""
    if pending.kind is PendingKind.BOOKING_REVIEW and reason.left_out(context.utterance.text):
        return await answered(conversation, pending, LEAVE_OUT, context)
    if pending.kind is PendingKind.BOOKING_REVIEW and understanding.wish != BookingWish():
        return await finding.show_slots(await finding.release(conversation, context), context)
    if pending.kind is PendingKind.BOOKING_REVIEW and understanding.wants("rebook"):
        return await finding.show_slots(await finding.release(conversation, context), context)
    if understanding.wants("never_mind") or understanding.answer.yes is False:
        return await answered(conversation, pending, NO, context)
    if understanding.answer.yes:
        return await answered(conversation, pending, YES, context)
    return conversation, _unclear(pending, context)


async def _one_of(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """One of the options by its place, or by what is said of it."""
    answer, options = understanding.answer, pending.options
    if answer.ordinal is not None and 0 < answer.ordinal <= len(options):
        return await answered(conversation, pending, options[answer.ordinal - 1].value, context)
    if len(answer.ticked) == 1:
        return await answered(conversation, pending, answer.ticked[0], context)
    if understanding.wants("never_mind") or answer.yes is False:
        if pending.kind is PendingKind.CANCEL_CHOICE:
            return cancelling.keep(conversation, context)
        return await finding.give_up(conversation, context)
    if pending.kind is PendingKind.WAYS_CHOICE and understanding.wish != BookingWish():
        return await finding.show_slots(conversation, context)
    return conversation, _unclear(pending, context)


async def _identity_in_words(
    conversation: Conversation, pending: Pending, understanding: Understanding, context: TurnContext
) -> Step:
    """Names and numbers are never taken from the chat; a changed wish starts the search again."""
    if understanding.wants("never_mind") or understanding.answer.yes is False:
        return await finding.give_up(conversation, context)
    wish = understanding.wish
    if wish.first_date or wish.department_ids or wish.doctor or wish.cheaper or understanding.wants("rebook"):
        conversation = await finding.release(conversation, context)
        return await find(conversation, context)
    ask = confirming.ask_again(conversation, context)
    if pending.kind is PendingKind.CODE_FORM:
        return await identifying.code_in_words(conversation, context, ask)
    return ask(())


def _unclear(pending: Pending, context: TurnContext) -> tuple[Say, ...]:
    """A vague word at a review: the question comes back by itself, a yes or no is asked for."""
    if pending.kind is not PendingKind.BOOKING_REVIEW:
        return ()
    return (knowledge(context.deps.knowledge.texts.say("booking.review_again")),)


async def _take(conversation: Conversation, slot: Slot, context: TurnContext) -> Step:
    try:
        conversation = await finding.hold(conversation, slot, context)
    except (Conflict, NotFound) as error:
        gone = knowledge(context.deps.knowledge.texts.say("booking.slot_gone"))
        why = refused(error, context) if isinstance(error, Conflict) and error.reason != Refusal.FULL else gone
        conversation, parts = await finding.show_slots(conversation, context)
        return conversation, (why, *parts)
    old = conversation.booking.moving
    if old is not None:
        return await confirming.review(replace(conversation, patient_id=old.patient_id), context)
    return await for_whom(conversation, context)


async def _book(conversation: Conversation, context: TurnContext) -> Step:
    texts, old = context.deps.knowledge.texts, conversation.booking.moving
    try:
        return await (moving.move(conversation, old, context) if old else confirming.book(conversation, context))
    except (Expired, NotFound):
        without = replace(conversation, booking=replace(conversation.booking, hold=None))
        conversation, parts = await finding.show_slots(without, context)
        return conversation, (knowledge(texts.say("booking.hold_expired")), *parts)
    except Conflict as error:
        conversation = await finding.release(conversation, context)
        why: tuple[Say, ...] = (refused(error, context),)
        if old is not None:
            why = (*why, knowledge(texts.say("booking.old_stands")))
        if error.reason in _PLACE_GONE:
            conversation, parts = await finding.show_slots(conversation, context)
            return conversation, (*why, *parts)
        return conversation.awaiting(None), why


async def _cancel(conversation: Conversation, appointment_id: AppointmentId, context: TurnContext) -> Step:
    if not await people.everybody(conversation, context):
        return confirming.ask_identity(conversation, context, then=f"{Errand.CANCEL}:{appointment_id}")
    try:
        patient_id = await errands.owned(conversation, context, appointment_id)
        return await cancelling.cancel(conversation, patient_id, appointment_id, context)
    except NotFound:
        return conversation.awaiting(None), (refused(Conflict(Refusal.STATUS), context),)
    except Conflict as error:
        return conversation.awaiting(None), (refused(error, context),)


_Words: TypeAlias = Callable[[Conversation, Pending, Understanding, TurnContext], Awaitable[Step]]
_IN_WORDS: dict[PendingKind, _Words] = {
    PendingKind.SLOT_CHOICE: _slot_in_words,
    PendingKind.DEPARTMENT_CHOICE: _department_in_words,
    PendingKind.BOOKING_OFFER: _yes_or_no,
    PendingKind.BOOKING_REVIEW: _yes_or_no,
    PendingKind.CANCEL_CHOICE: _one_of,
    PendingKind.CANCEL_REVIEW: _yes_or_no,
    PendingKind.IDENTITY_FORM: _identity_in_words,
    PendingKind.CODE_FORM: _identity_in_words,
    PendingKind.MOVE_CHOICE: _one_of,
    PendingKind.WAYS_CHOICE: _one_of,
    PendingKind.OFFER_REPLY: _yes_or_no,
    PendingKind.STOP_CHOICE: _one_of,
    PendingKind.PERSON_CHOICE: _one_of,
}
