"""Who the booking is for, its review, and the explicit yes."""

from __future__ import annotations

from dataclasses import replace

from agent import asking, cards, identifying
from agent.booking import reason
from agent.booking.refusing import refused
from agent.booking.step import LEAVE_OUT, NO, YES, Step, asked, knowledge, label, slot_words
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Show
from domain.errors import Conflict, IdentityRequired
from domain.identity import IdentityLevel
from domain.patient import Identity, PatientId, Relation
from domain.scheduling import Hold
from domain.session import Option, PendingKind
from domain.turn import Form
from tools import appointments

GUARDIAN = identifying.GUARDIAN


def ask_identity(
    conversation: Conversation,
    context: TurnContext,
    *,
    wrong: tuple[str, ...] = (),
    then: str = "",
    guardian: bool = False,
) -> Step:
    """Show the identity form, the only way a name or number enters.

    `wrong` says what to mend, `then` what waits for the patient's identity, `guardian` that the form is the
    guardian's and the child's comes after it.
    """
    texts = context.deps.knowledge.texts
    held = conversation.booking.hold
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.IDENTITY_FORM,
        question=texts.say(_whose_form(conversation, guardian=guardian)),
        subject=held.id if held else "appointments",
        facts={"then": str(then), **({GUARDIAN: "yes"} if guardian else {})},
    )
    card = cards.identity_form(identifying.IDENTITY_FORM, texts.say("booking.identity_why"))
    lead = texts.say("booking.held_until", time=cards.clock(held.expires_at)) if held else ""
    said = "".join(wrong) or lead + pending.question
    return asking.with_card(conversation, card), (knowledge(said), Show(card=card))


def ask_guardian(conversation: Conversation, why: Conflict, context: TurnContext, *, then: str = "") -> Step:
    """Say that a child needs a guardian, and show the guardian's form."""
    conversation, parts = ask_identity(conversation, context, then=then, guardian=True)
    return conversation, (refused(why, context), *parts)


def _whose_form(conversation: Conversation, *, guardian: bool) -> str:
    if guardian:
        return "booking.identity_guardian"
    return "booking.identity_needed" if conversation.profile.relation is Relation.SELF else "booking.identity_family"


def ask_again(conversation: Conversation, context: TurnContext) -> identifying.Ask:
    """What shows the open form anew, with what waits for it."""
    facts = conversation.pending.facts if conversation.pending else {}
    then, guardian = facts.get("then", ""), GUARDIAN in facts
    return lambda wrong: ask_identity(conversation, context, wrong=wrong, then=then, guardian=guardian)


async def identify(conversation: Conversation, form: Form, context: TurnContext) -> Identity | Step:
    """The identity once form and code are complete, or the next thing to ask."""
    ask = ask_again(conversation, context)
    return await identifying.take_form(conversation, form, context, ask, code=context.deps.booking_code)


def proven(conversation: Conversation, context: TurnContext) -> Conversation:
    """The conversation whose patient, just identified, counts as proven for a while where codes are asked for."""
    if not context.deps.booking_code or conversation.patient_id is None:
        return conversation
    now = context.deps.clock.now()
    return identifying.proven(conversation, IdentityLevel.PHONE, conversation.patient_id, now)


async def review(conversation: Conversation, context: TurnContext) -> Step:
    """Show what is about to be booked and ask for an explicit yes."""
    deps, texts = context.deps, context.deps.knowledge.texts
    held, patient_id = _ready(conversation)
    masked = await deps.patients.masked(patient_id)
    words = {"patient": masked, "fee": cards.yuan(held.slot.fee_cents).removesuffix("元"), **slot_words(held.slot)}
    old = conversation.booking.moving
    if old is None:
        question = texts.say("booking.review", **words)
    else:
        question = texts.say("booking.review_move", old=label(old), **words)
    why = reason.given(conversation, held.slot, context)
    if why is not None:
        question += texts.say("booking.review_reason", complaint=why.complaint)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.BOOKING_REVIEW,
        question=question,
        subject=held.id,
        options=(
            Option(label=texts.say("booking.confirm_label"), value=YES),
            *((Option(label=texts.say("booking.leave_out_label"), value=LEAVE_OUT),) if why else ()),
            Option(label=texts.say("booking.abandon_label"), value=NO),
        ),
    )
    card = cards.booking_review(
        held,
        patient=masked,
        rules=deps.knowledge.booking_rules,
        pending=pending,
        reason=why,
    )
    return asking.with_card(conversation, card), (knowledge(pending.question), Show(card=card))


async def book(conversation: Conversation, context: TurnContext) -> Step:
    """Turn the hold into an appointment.

    Raises:
        Expired: the hold ran out.
        NotFound: the hold is gone.
        Conflict: the patient has an appointment in this department and session already.
    """
    deps, texts = context.deps, context.deps.knowledge.texts
    held, patient_id = _ready(conversation)
    why = reason.given(conversation, held.slot, context)
    booked = await appointments.confirm(
        deps.scheduling,
        held.id,
        patient_id,
        asked=asked(conversation, context),
        now=deps.clock.now(),
        reason=why,
    )
    if why is not None:
        await reason.hand_over(conversation, booked, context)
    words = slot_words(booked.slot)
    text = texts.say("booking.booked", number=booked.number, where=booked.where, **words)
    if booked.bring:
        text += texts.say("booking.bring", items="、".join(booked.bring))
    text += texts.say("booking.booked_warning")
    done = replace(conversation.awaiting(None), booking=BookingDraft())
    return done, (knowledge(text), Show(card=cards.appointment(booked)))


def _ready(conversation: Conversation) -> tuple[Hold, PatientId]:
    held, patient_id = conversation.booking.hold, conversation.patient_id
    if held is None or patient_id is None:
        raise IdentityRequired("a booking is confirmed only with a hold and a patient")
    return held, patient_id
