"""Finding a slot and holding it."""

from __future__ import annotations

from dataclasses import replace

import structlog

from agent import asking
from agent.booking import offering, waiting, ways, wishes
from agent.booking.step import Step, asked, knowledge
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.phrases import Phrases
from agent.reply import Offer, Say
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
    """Free slots for the wish; when there are none, the nearest ones and what had to be given up for them.

    Where the visit cannot wait, only places of today and tomorrow are shown, and other ways where there are none.
    """
    deps, draft = context.deps, conversation.booking
    if wishes.urgent(draft) and draft.moving is None:
        return await ways.urgent(conversation, context)
    result = await appointments.find_slots(deps.scheduling, wishes.query(draft, deps.clock.now()))
    found = wishes.fitting(draft, result.slots)
    missed = await waiting.wish_of(draft, context) if result.given_up or not found else None
    conversation = replace(conversation, booking=replace(draft, missed=missed))
    if not found:
        return await ways.none_left(conversation, context)
    department = await offering.department_names(draft, found, context)
    said = _lead(result, draft, department, deps.knowledge.texts)
    settled = wishes.settled(conversation.booking, result.query)
    return offering.offer(replace(conversation, booking=settled), found, said, department, context)


def _lead(result: SlotsFound, draft: BookingDraft, department: str, texts: Phrases) -> str:
    """The sentence over the slots: what they are, or what had to be given up to find any."""
    if Wish.DOCTOR in result.given_up:
        return texts.say("booking.doctor_unknown", name=draft.doctor or "")
    if {Wish.DATES, Wish.PERIOD} & set(result.given_up):
        return texts.say("booking.slots_other")
    if result.given_up:
        return texts.say("booking.slots_not_quite")
    return texts.say("booking.slots", department=department)


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
    text_id = "booking.not_moved" if conversation.booking.moving else "booking.abandoned"
    conversation = await release(conversation, context)
    said = knowledge(context.deps.knowledge.texts.say(text_id))
    return replace(conversation.awaiting(None), booking=BookingDraft()), (said,)
