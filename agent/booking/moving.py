"""Moving an appointment: the new place is held and reviewed, and the old one stays until the yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from agent import asking, cards
from agent.booking import finding, wishes
from agent.booking.refusing import refused
from agent.booking.step import Step, asked, knowledge, label, slot_words
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Show
from domain.errors import Conflict
from domain.scheduling import Appointment, AppointmentId, Refusal
from domain.session import Option, PendingKind
from tools import appointments


async def choose(conversation: Conversation, booked: tuple[Appointment, ...], context: TurnContext) -> Step:
    """Ask which appointment is to be moved; with only one, or only one of the named department, start at once."""
    texts = context.deps.knowledge.texts
    named = conversation.booking.department_ids
    fitting = tuple(one for one in booked if one.slot.department_id in named) or booked
    if not fitting:
        return conversation.awaiting(None), (knowledge(texts.say("booking.none_to_move")),)
    if len(fitting) == 1:
        return await start(conversation, fitting[0], context)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.MOVE_CHOICE,
        question=texts.say("booking.move_which"),
        subject="move",
        options=tuple(Option(label=label(one), value=one.id) for one in fitting),
    )
    card = cards.question_card(pending)
    return asking.with_card(conversation, card), (knowledge(pending.question), Show(card=card))


async def start(conversation: Conversation, old: Appointment, context: TurnContext) -> Step:
    """Free places for the new wish, with the doctor of the old appointment where that doctor has any."""
    deps, slot = context.deps, old.slot
    begins = datetime.combine(slot.date, slot.start, tzinfo=deps.clock.now().tzinfo)
    if not slot.stopped and begins - deps.clock.now() < deps.rules.cancel_before:
        return conversation.awaiting(None), (refused(Conflict(Refusal.DEADLINE), context),)
    wish = conversation.booking
    draft = replace(
        wish,
        department_ids=wish.department_ids or (slot.department_id,),
        moving=old,
        avoiding=slot.doctor if wish.avoiding is not None else None,
        hold=None,
        shown=(),
    )
    if not (draft.doctor or draft.avoiding or wish.department_ids or slot.stopped):
        same = replace(draft, doctor=slot.doctor)
        free = await deps.scheduling.search(wishes.query(same, deps.clock.now()))
        draft = same if wishes.fitting(same, free) else draft
    conversation, parts = await finding.show_slots(replace(conversation, booking=draft), context)
    return conversation, (knowledge(deps.knowledge.texts.say("booking.moving", **slot_words(slot))), *parts)


async def move(conversation: Conversation, old: Appointment, context: TurnContext) -> Step:
    """Take the held place instead of the old appointment: both or neither.

    Raises:
        Expired: the hold ran out.
        NotFound: the hold or the appointment is gone.
        Conflict: the hospital's rules do not allow it; the old appointment stands.
    """
    deps, texts, held = context.deps, context.deps.knowledge.texts, conversation.booking.hold
    if held is None:
        raise AssertionError("an appointment is moved only to a held place")
    booked = await appointments.reschedule(
        deps.scheduling,
        AppointmentId(old.id),
        held.id,
        old.patient_id,
        asked=asked(conversation, context),
        now=deps.clock.now(),
    )
    text = texts.say("booking.moved", number=booked.number, where=booked.where, **slot_words(booked.slot))
    done = replace(conversation.awaiting(None), booking=BookingDraft())
    return done, (knowledge(text + texts.say("booking.booked_warning")), Show(card=cards.appointment(booked)))
