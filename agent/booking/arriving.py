"""报到 and the queue before the doctor's door."""

from __future__ import annotations

from agent import asking
from agent.booking import people
from agent.booking.refusing import refused
from agent.booking.step import Step, asked, knowledge, label, slot_words
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.reply import Offer
from domain.errors import Conflict
from domain.front_desk import QueuePlace
from domain.scheduling import Appointment, AppointmentStatus
from domain.session import Option, PendingKind

_TODAYS = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED})


async def today(conversation: Conversation, context: TurnContext) -> tuple[Appointment, ...]:
    """Today's appointments of this conversation's patients, booked or arrived, soonest first."""
    day = context.deps.clock.now().date()
    found: list[Appointment] = []
    for patient_id in await people.everybody(conversation, context):
        found += [
            one
            for one in await context.deps.scheduling.appointments(patient_id)
            if one.status in _TODAYS and one.slot.date == day
        ]
    return tuple(sorted(found, key=lambda one: one.slot.start))


async def arrive(conversation: Conversation, context: TurnContext, appointment_id: str = "") -> Step:
    """Check in for today's appointment; with several, ask which."""
    texts = context.deps.knowledge.texts
    booked = await today(conversation, context)
    if appointment_id:
        booked = tuple(one for one in booked if one.id == appointment_id)
    if not booked:
        return conversation.awaiting(None), (knowledge(texts.say("arrive.none_today")),)
    waiting = [one for one in booked if one.status is AppointmentStatus.BOOKED]
    if len(waiting) <= 1:
        return await _check_in(conversation, (waiting or booked)[0], context)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.STOP_CHOICE,
        question=texts.say("arrive.which"),
        subject="arrive",
        options=tuple(Option(label=label(one), value=one.id) for one in waiting),
    )
    return conversation, (knowledge(pending.question), Offer(choices=asking.choices(pending)))


async def _check_in(conversation: Conversation, chosen: Appointment, context: TurnContext) -> Step:
    deps, done = context.deps, conversation.awaiting(None)
    if chosen.status is AppointmentStatus.ARRIVED:
        return await queue(conversation, context)
    key = asked(conversation, context).key("arrive", chosen.id)
    try:
        place = await deps.front_desk.check_in(chosen.id, patient_id=chosen.patient_id, key=key, now=deps.clock.now())
    except Conflict as error:
        return done, (refused(error, context),)
    texts = deps.knowledge.texts
    said = texts.say("arrive.done", doctor=chosen.slot.doctor) + _stands(place, context)
    return done, (knowledge(said),)


async def queue(conversation: Conversation, context: TurnContext) -> Step:
    """Where the patients of this conversation stand today."""
    deps, texts = context.deps, context.deps.knowledge.texts
    booked = await today(conversation, context)
    if not booked:
        return conversation.awaiting(None), (knowledge(texts.say("arrive.none_today")),)
    said = ""
    for one in booked:
        place = await deps.front_desk.queue(one.id, patient_id=one.patient_id)
        if place.arrived_at is None:
            said += texts.say("arrive.not_yet", waiting=place.waiting, **slot_words(one.slot))
        else:
            said += texts.say("arrive.queue", doctor=one.slot.doctor) + _stands(place, context)
    return conversation.awaiting(None), (knowledge(said),)


def _stands(place: QueuePlace, context: TurnContext) -> str:
    texts = context.deps.knowledge.texts
    if place.position == 0:
        return texts.say("arrive.seen")
    if place.position == 1:
        return texts.say("arrive.next", number=place.number, where=place.where)
    return texts.say("arrive.place", number=place.number, where=place.where, ahead=place.position - 1)
