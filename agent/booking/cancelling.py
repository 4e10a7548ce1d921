"""The patient's appointments, and cancelling one."""

from __future__ import annotations

from agent import asking, cards
from agent.booking.step import NO, YES, Step, asked, knowledge, slot_words
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.reply import Show
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, AppointmentStatus
from domain.session import Option, PendingKind
from tools import appointments


async def show(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> Step:
    """Every appointment of the patient."""
    texts = context.deps.knowledge.texts
    booked = await context.deps.scheduling.appointments(patient_id)
    if not booked:
        return conversation.awaiting(None), (knowledge(texts.say("booking.none")),)
    said = knowledge(texts.say("booking.list"))
    return conversation.awaiting(None), (said, Show(card=cards.appointment_list(booked)))


async def choose(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> Step:
    """Ask which booked appointment to cancel; with only one, ask to confirm that one."""
    texts = context.deps.knowledge.texts
    booked = await appointments.upcoming(context.deps.scheduling, patient_id, now=context.deps.clock.now())
    if not booked:
        return conversation.awaiting(None), (knowledge(texts.say("booking.none")),)
    if len(booked) == 1:
        return _review(conversation, booked[0], context)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.CANCEL_CHOICE,
        question=texts.say("booking.cancel_which"),
        subject="cancel",
        options=tuple(Option(label=_label(one), value=one.id) for one in booked),
    )
    card = cards.appointment_list(booked)
    return asking.with_card(conversation, card), (knowledge(pending.question), Show(card=card))


async def review(
    conversation: Conversation, patient_id: PatientId, appointment_id: AppointmentId, context: TurnContext
) -> Step:
    """Ask for an explicit yes before this appointment is cancelled."""
    booked = await context.deps.scheduling.appointments(patient_id)
    chosen = next((one for one in booked if one.id == appointment_id), None)
    if chosen is None or chosen.status is not AppointmentStatus.BOOKED:
        return await choose(conversation, patient_id, context)
    return _review(conversation, chosen, context)


def _review(conversation: Conversation, chosen: Appointment, context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.CANCEL_REVIEW,
        question=texts.say("booking.cancel_review", **slot_words(chosen.slot)),
        subject=chosen.id,
        options=(
            Option(label=texts.say("booking.cancel_label"), value=YES),
            Option(label=texts.say("booking.keep_label"), value=NO),
        ),
    )
    card = cards.question_card(pending)
    return asking.with_card(conversation, card), (knowledge(pending.question), Show(card=card))


async def cancel(
    conversation: Conversation, patient_id: PatientId, appointment_id: AppointmentId, context: TurnContext
) -> Step:
    """Cancel after the explicit yes.

    Raises:
        Conflict: it is past the deadline, or it was cancelled already.
        NotFound: the patient has no such appointment.
    """
    texts = context.deps.knowledge.texts
    cancelled = await appointments.cancel(
        context.deps.scheduling,
        appointment_id,
        patient_id,
        asked=asked(conversation, context),
        now=context.deps.clock.now(),
    )
    said = knowledge(texts.say("booking.cancelled", **slot_words(cancelled.slot)))
    return conversation.awaiting(None), (said, Show(card=cards.appointment(cancelled)))


def keep(conversation: Conversation, context: TurnContext) -> Step:
    """The patient thought better of cancelling."""
    return conversation.awaiting(None), (knowledge(context.deps.knowledge.texts.say("booking.kept")),)


def _label(one: Appointment) -> str:
    return f"{one.slot.department} {cards.moment(one.slot)} {one.slot.doctor}"
