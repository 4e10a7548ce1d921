"""Finding a slot and holding it."""

from __future__ import annotations

from dataclasses import replace

import structlog

from agent import asking, cards
from agent.booking import wishes
from agent.booking.step import Step, asked, knowledge
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.phrases import Phrases
from agent.reply import Offer, Say, Show
from domain.errors import Unavailable
from domain.scheduling import Hold, Slot
from domain.session import Option, PendingKind
from tools import appointments
from tools.appointments import SlotsFound, Wish
from understanding.reading import DepartmentHint

log = structlog.get_logger(__name__)

SUGGESTIONS = 3


async def ask_department(conversation: Conversation, hints: tuple[DepartmentHint, ...], context: TurnContext) -> Step:
    """Ask which department, offering what the words lead to or else what the triage suggested."""
    texts = context.deps.knowledge.texts
    here = {one.id: one.name for one in await context.deps.scheduling.departments() if one.bookable}
    suggested = {hint.id: here[hint.id] for hint in hints if hint.id in here}
    if not suggested and conversation.result:
        suggested = {choice.id: choice.name for choice in conversation.result.departments if choice.bookable}
    options = tuple(Option(label=name, value=one) for one, name in suggested.items())[:SUGGESTIONS]
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.DEPARTMENT_CHOICE,
        question=texts.say("booking.choose_department" if options else "booking.which_department"),
        subject="department",
        options=options,
    )
    offer = (Offer(choices=asking.choices(pending)),) if options else ()
    return conversation, (Say(text=pending.question), *offer)


async def show_slots(conversation: Conversation, context: TurnContext) -> Step:
    """Free slots for the wish; when there are none, the nearest ones and what had to be given up for them."""
    deps = context.deps
    texts, now = deps.knowledge.texts, deps.clock.now()
    draft = conversation.booking
    result = await appointments.find_slots(deps.scheduling, wishes.query(draft, now))
    found = result.slots
    department = await _department(draft, found, context)
    urgent: tuple[Say, ...] = ()
    if wishes.too_late(draft, found, now.date()):
        urgent = (knowledge(texts.say("booking.no_slots_urgent", department=department)),)
    if not found:
        person = (Option(label=texts.say("handoff.accept_label"), value="booking"),)
        none = urgent or (knowledge(texts.say("booking.no_slots", department=department)),)
        return conversation.awaiting(None), (*none, Offer(choices=person, action=cards.HANDOFF))
    said = _lead(result, draft, department, texts)
    conversation, pending = asking.ask(
        replace(conversation, booking=replace(wishes.settled(draft, result.query), shown=found)),
        kind=PendingKind.SLOT_CHOICE,
        question=said,
        subject="slot",
        options=tuple(Option(label=cards.slot_label(slot), value=slot.id) for slot in found),
    )
    card = cards.slots(department, draft.doctor, found, pending)
    return asking.with_card(conversation, card), (*urgent, knowledge(said), Show(card=card))


def _lead(result: SlotsFound, draft: BookingDraft, department: str, texts: Phrases) -> str:
    """The sentence over the slots: what they are, or what had to be given up to find any."""
    if Wish.DOCTOR in result.given_up:
        return texts.say("booking.doctor_unknown", name=draft.doctor or "")
    if {Wish.DATES, Wish.PERIOD} & set(result.given_up):
        return texts.say("booking.slots_other")
    if result.given_up:
        return texts.say("booking.slots_not_quite")
    return texts.say("booking.slots", department=department)


async def _department(draft: BookingDraft, found: tuple[Slot, ...], context: TurnContext) -> str:
    """The names of the departments searched, as this hospital calls them."""
    if found:
        return "、".join(dict.fromkeys(slot.department for slot in found))
    names = {one.id: one.name for one in await context.deps.scheduling.departments()}
    asked = [names[one] for one in draft.department_ids if one in names]
    return "、".join(asked) or draft.doctor or context.deps.knowledge.texts.say("booking.this_department")


async def hold(conversation: Conversation, slot: Slot, context: TurnContext) -> Conversation:
    """Hold the slot, giving back what was held before.

    Raises:
        Conflict: somebody else was faster, or the clinic was stopped.
        NotFound: the slot is no longer offered.
    """
    conversation = await release(conversation, context)
    held = await appointments.hold(
        context.deps.scheduling, slot.id, asked=asked(conversation, context), now=context.deps.clock.now()
    )
    return replace(conversation, booking=replace(conversation.booking, hold=held))


async def release(conversation: Conversation, context: TurnContext) -> Conversation:
    """Give back what is held, if anything."""
    held = conversation.booking.hold
    if held is None:
        return conversation
    await appointments.release(context.deps.scheduling, held.id, session_id=context.utterance.session_id)
    return replace(conversation, booking=replace(conversation.booking, hold=None))


async def let_go(before: Hold | None, conversation: Conversation, context: TurnContext) -> Conversation:
    """Give back what was held before this turn, or in it, unless the open question is about it.

    A hospital system that does not answer keeps nobody waiting: the hold runs out by itself.
    """
    pending, held = conversation.pending, conversation.booking.hold
    asked = held if held and pending and pending.subject == held.id else None
    for hold in {one.id: one for one in (before, held) if one and one != asked}.values():
        try:
            await appointments.release(context.deps.scheduling, hold.id, session_id=context.utterance.session_id)
        except Unavailable as error:
            log.warning("hold_not_released", dependency=error.dependency)
    return replace(conversation, booking=replace(conversation.booking, hold=asked))


async def give_up(conversation: Conversation, context: TurnContext) -> Step:
    """Give the held slot back and stop booking."""
    conversation = await release(conversation, context)
    said = knowledge(context.deps.knowledge.texts.say("booking.abandoned"))
    return replace(conversation.awaiting(None), booking=BookingDraft()), (said,)
