"""Ways on when what was wished is full; what cannot wait is led to today's places, 加号 and the emergency room."""

from __future__ import annotations

from dataclasses import replace

from agent import asking
from agent.booking import offering, waiting, wishes
from agent.booking.step import EXTRA, PERSON, WAIT, Step, knowledge
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Offer
from domain.clinical import DepartmentId
from domain.session import Option, PendingKind


async def urgent(conversation: Conversation, context: TurnContext) -> Step:
    """Places of today and tomorrow: as wished, of other doctors, of sister departments; else 加号 and 急诊."""
    deps, draft, texts = context.deps, conversation.booking, context.deps.knowledge.texts
    now = deps.clock.now()
    near = wishes.soon(draft, now.date())
    exact = near if draft.first_date is None else _within(draft, near)
    others = wishes.anybody(near)
    sisters = replace(others, department_ids=await _sisters(conversation, context))
    for text_id, wish in (
        ("booking.slots", exact),
        ("booking.urgent_near", near),
        ("booking.urgent_others", others),
        ("booking.urgent_sisters", sisters),
    ):
        if not (wish.department_ids or wish.doctor):
            continue
        found = wishes.fitting(wish, await deps.scheduling.search(wishes.query(wish, now)))
        if found:
            department = await offering.department_names(draft, found, context)
            said = texts.say(text_id, department=department)
            shown = replace(conversation, booking=replace(draft, shown=found, missed=None))
            return offering.offer(shown, found, said, department, context)
    missed = await waiting.wish_of(draft, context)
    conversation = replace(conversation, booking=replace(draft, missed=missed))
    department = await offering.department_names(draft, (), context)
    return _ask(conversation, texts.say("booking.no_slots_urgent", department=department), (EXTRA, PERSON), context)


def _within(draft: BookingDraft, near: BookingDraft) -> BookingDraft:
    """The days that were wished, as far as they are near; otherwise all near days."""
    if draft.first_date is None or near.last_date is None or draft.first_date > near.last_date:
        return replace(near, department_ids=(), doctor=None)
    return replace(near, first_date=draft.first_date, last_date=min(draft.last_date or near.last_date, near.last_date))


async def _sisters(conversation: Conversation, context: TurnContext) -> tuple[DepartmentId, ...]:
    """Departments that may see the same trouble: the triage's others, then those the catalogue names instead."""
    asked = conversation.booking.department_ids
    known = context.deps.knowledge.pack.departments
    here = {one.id for one in await context.deps.scheduling.departments() if one.bookable}
    triaged = [choice.id for choice in conversation.result.departments] if conversation.result else []
    instead = [other for one in asked if one in known for other in known[one].instead]
    return tuple(dict.fromkeys(one for one in (*triaged, *instead) if one in here and one not in asked))


async def none_left(conversation: Conversation, context: TurnContext) -> Step:
    """Nothing is free in the days open for booking: 候补, 加号 or a person."""
    draft = conversation.booking
    department = await offering.department_names(draft, (), context)
    text_id = "booking.nothing_to_move_to" if draft.moving else "booking.no_slots"
    values = (WAIT, EXTRA, PERSON) if draft.missed else (EXTRA, PERSON)
    return _ask(conversation, context.deps.knowledge.texts.say(text_id, department=department), values, context)


def _ask(conversation: Conversation, said: str, values: tuple[str, ...], context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    labels = {WAIT: "waitlist.label", EXTRA: "extra.label", PERSON: "handoff.accept_label"}
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.WAYS_CHOICE,
        question=said,
        subject="ways",
        options=tuple(Option(label=texts.say(labels[one]), value=one) for one in values),
    )
    return conversation, (knowledge(said), Offer(choices=asking.choices(pending)))
