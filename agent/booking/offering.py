"""Putting free slots before the patient."""

from __future__ import annotations

from dataclasses import replace

from agent import asking, cards
from agent.booking.step import WAIT, Step, knowledge
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Show
from domain.scheduling import Slot
from domain.session import Option, PendingKind


def offer(
    conversation: Conversation, found: tuple[Slot, ...], said: str, department: str, context: TurnContext
) -> Step:
    """Ask which of these slots; what was wished and is full may be waited for instead."""
    draft, texts = conversation.booking, context.deps.knowledge.texts
    waits = (Option(label=texts.say("waitlist.label"), value=WAIT),) if draft.missed else ()
    conversation, pending = asking.ask(
        replace(conversation, booking=replace(draft, shown=found)),
        kind=PendingKind.SLOT_CHOICE,
        question=said,
        subject="slot",
        options=(*(Option(label=cards.slot_label(slot), value=slot.id) for slot in found), *waits),
    )
    card = cards.slots(department, draft.doctor, found, pending)
    return asking.with_card(conversation, card), (knowledge(said), Show(card=card))


async def department_names(draft: BookingDraft, found: tuple[Slot, ...], context: TurnContext) -> str:
    """The names of the departments searched, as this hospital calls them."""
    if found:
        return "、".join(dict.fromkeys(slot.department for slot in found))
    names = {one.id: one.name for one in await context.deps.scheduling.departments()}
    asked = [names[one] for one in draft.department_ids if one in names]
    return "、".join(asked) or draft.doctor or context.deps.knowledge.texts.say("booking.this_department")
