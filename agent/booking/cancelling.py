"""The patient's appointments, and cancelling one."""

from __future__ import annotations

from agent import asking, cards
from agent.booking.step import NO, YES, Step, asked, knowledge, label, slot_words
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.reply import Show
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId
from domain.session import Option, PendingKind
from tools import appointments


def show(conversation: Conversation, booked: tuple[Appointment, ...], context: TurnContext) -> Step:
    """Every appointment of the patients of this conversation."""
    texts = context.deps.knowledge.texts
    if not booked:
        return conversation.awaiting(None), (knowledge(texts.say("booking.none")),)
    said = knowledge(texts.say("booking.list"))
    return conversation.awaiting(None), (said, Show(card=cards.appointment_list(booked)))


def choose(conversation: Conversation, booked: tuple[Appointment, ...], context: TurnContext) -> Step:
    """Ask which booked appointment to cancel; with only one, ask to confirm that one."""
    texts = context.deps.knowledge.texts
    if not booked:
        return conversation.awaiting(None), (knowledge(texts.say("booking.none")),)
    if len(booked) == 1:
        return _review(conversation, booked[0], context)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.CANCEL_CHOICE,
        question=texts.say("booking.cancel_which"),
        subject="cancel",
        options=tuple(Option(label=label(one), value=one.id) for one in booked),
    )
    card = cards.appointment_list(booked)
    return asking.with_card(conversation, card), (knowledge(pending.question), Show(card=card))


def review(
    conversation: Conversation, booked: tuple[Appointment, ...], appointment_id: AppointmentId, context: TurnContext
) -> Step:
    """Ask for an explicit yes before this appointment is cancelled."""
    chosen = next((one for one in booked if one.id == appointment_id), None)
    return _review(conversation, chosen, context) if chosen else choose(conversation, booked, context)


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
