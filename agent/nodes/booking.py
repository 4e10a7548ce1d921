"""Booking: decides which step the message asks for."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent import asking, cards, identifying
from agent.booking import confirming, errands, finding, people, replies, wishes
from agent.booking.errands import Errand
from agent.booking.refusing import refused
from agent.booking.step import Step
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Say
from agent.state import Task, TurnState, TurnUpdate
from domain.clinical import DepartmentId
from domain.errors import Conflict
from domain.patient import Identity, Relation
from domain.scheduling import Refusal
from domain.session import Pending, PendingKind
from domain.turn import Choice, Form, Utterance
from understanding.reading import BookingAsk, Understanding

_IDENTIFYING = frozenset({PendingKind.IDENTITY_FORM, PendingKind.CODE_FORM})
_UNDER_WAY = frozenset(
    {
        PendingKind.SLOT_CHOICE,
        *_IDENTIFYING,
        PendingKind.BOOKING_REVIEW,
        PendingKind.PERSON_CHOICE,
        PendingKind.WAYS_CHOICE,
    }
)
"""While one of these is open 「取消」 means this booking, and a change means its wish, not an earlier appointment."""
_NOT_MOVING = _UNDER_WAY | {PendingKind.DEPARTMENT_CHOICE, PendingKind.BOOKING_OFFER}
_INTERVIEW = frozenset({PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING, PendingKind.OPEN_QUESTION})
_CANCELLING = frozenset({PendingKind.CANCEL_CHOICE, PendingKind.CANCEL_REVIEW})
_ASKED = {
    BookingAsk.WAIT: Errand.WAIT,
    BookingAsk.MY_WAITS: Errand.WAITS,
    BookingAsk.TAKE_OFFER: Errand.TAKE,
    BookingAsk.STOP_WAITING: Errand.STOP,
    BookingAsk.EXTRA: Errand.EXTRA,
    BookingAsk.MY_EXTRAS: Errand.EXTRAS,
    BookingAsk.STOP_EXTRA: Errand.STOP_EXTRA,
    BookingAsk.ARRIVED: Errand.ARRIVE,
    BookingAsk.QUEUE: Errand.QUEUE,
}
_BOOKS = errands.FOR_ONE
"""Errands that a triage under way comes before."""


@stage("booking")
async def booking(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Answer the booking part of a message."""
    draft = state["draft"]
    understanding = draft.understanding or Understanding(raw="")
    before = identifying.at(state["conversation"], runtime.context.deps.clock.now())
    if before.emergency and not _looks_after_a_booking(before.pending, understanding, runtime.context.utterance):
        wait = Say(text=runtime.context.deps.knowledge.texts.say("emergency.no_booking"))
        return TurnUpdate(draft=draft.done_with(Task.BOOKING).saying(wait))
    wanted = replace(before, booking=wishes.refined(before.booking, understanding.wish))
    conversation, parts = await _step(wanted, understanding, runtime.context)
    return TurnUpdate(conversation=conversation, draft=draft.done_with(Task.BOOKING).saying(*parts))


def _looks_after_a_booking(pending: Pending | None, understanding: Understanding, utterance: Utterance) -> bool:
    """Whether the message only looks at, cancels or gives up what stands, which no emergency forbids."""
    errand = _errand(understanding)
    if errand is not None:
        return errand in errands.IN_EMERGENCY
    if utterance.choice and utterance.choice.action == cards.CANCEL:
        return True
    if pending is None:
        return False
    asked_for = pending.facts.get("then", "") if pending.kind in _IDENTIFYING else ""
    return pending.kind in _CANCELLING or errands.allowed_in_emergency(asked_for)


def _errand(understanding: Understanding) -> Errand | None:
    """What is asked for in words, besides a new appointment and moving one."""
    if understanding.asks in _ASKED:
        return _ASKED[understanding.asks]
    for intent, errand in (("cancel", Errand.CANCEL), ("appointments", Errand.SHOW), ("queue", Errand.QUEUE)):
        if understanding.wants(intent):
            return errand
    return None


def _interviewing(pending: Pending | None) -> bool:
    return pending is not None and pending.kind in _INTERVIEW


async def _step(conversation: Conversation, understanding: Understanding, context: TurnContext) -> Step:
    """The step a form, a tap or the words ask for."""
    utterance, pending = context.utterance, conversation.pending
    if utterance.form:
        return await _form(conversation, utterance.form, context)
    if utterance.choice:
        return await _tap(conversation, utterance.choice, context)
    errand = _errand(understanding)
    under_way = pending is not None and pending.kind in _UNDER_WAY
    if errand is Errand.CANCEL and under_way:
        return await finding.give_up(conversation, context)
    if _interviewing(pending) and (errand is None or errand in _BOOKS):
        return conversation, (Say(text=context.deps.knowledge.texts.say("booking.after_triage")),)
    if errand is not None:
        return await errands.run(conversation, context, errand)
    return await _wish(conversation, understanding, context)


async def _wish(conversation: Conversation, understanding: Understanding, context: TurnContext) -> Step:
    """A change of what is booked or wished, an answer to the open question, or a new wish."""
    pending = conversation.pending
    if understanding.wants("rebook") and not (pending and pending.kind in _NOT_MOVING):
        return await errands.run(_moving(conversation, understanding), context, Errand.MOVE)
    if understanding.asks is BookingAsk.OTHER_DOCTOR:
        return await finding.show_slots(await replies.avoiding(conversation, context), context)
    if understanding.asks is BookingAsk.SAME_DOCTOR and understanding.wish.doctor is None:
        return await replies.same_doctor(conversation, context)
    if conversation.booking.hold and understanding.person.relation is not None:
        return await replies.for_whom(conversation, context)
    if pending and replies.expected(pending):
        return await replies.in_words(conversation, pending, understanding, context)
    return await replies.find(conversation, context, understanding.departments or understanding.supposed.departments)


def _moving(conversation: Conversation, understanding: Understanding) -> Conversation:
    """The conversation with this message's wish for the new place, and nothing of an earlier search."""
    draft = wishes.refined(BookingDraft(), understanding.wish)
    if understanding.asks is BookingAsk.OTHER_DOCTOR:
        draft = replace(draft, avoiding="")
    return replace(conversation, booking=draft)


async def _form(conversation: Conversation, form: Form, context: TurnContext) -> Step:
    """The identity form, of the patient or of a child's guardian."""
    facts = conversation.pending.facts if conversation.pending else {}
    then, guardian = facts.get("then", ""), confirming.GUARDIAN in facts
    try:
        identity = await confirming.identify(conversation, form, context)
        if not isinstance(identity, Identity):
            return identity
        conversation = await people.sign_in(conversation, identity, context)
        conversation = await people.add(conversation, identity, context, guardian=guardian)
    except Conflict as error:
        if error.reason == Refusal.GUARDIAN:
            if conversation.profile.relation is Relation.SELF:
                profile = replace(conversation.profile, relation=Relation.CHILD)
                conversation = replace(conversation, profile=profile)
            return confirming.ask_guardian(conversation, error, context, then=then)
        conversation = await finding.release(conversation, context)
        return conversation.awaiting(None), (refused(error, context),)
    conversation = confirming.proven(conversation, context)
    if guardian:
        return confirming.ask_identity(conversation, context, then=then)
    if conversation.booking.hold:
        return await confirming.review(conversation, context)
    return await errands.run(conversation, context, then or Errand.SHOW)


async def _tap(conversation: Conversation, choice: Choice, context: TurnContext) -> Step:
    """A tapped choice or a card's action."""
    pending = conversation.pending
    if choice.action in {cards.BOOK, cards.SHOW_SLOTS}:
        chosen = wishes.for_department(conversation.booking, DepartmentId(choice.value), conversation.result)
        return await finding.show_slots(replace(conversation, booking=chosen), context)
    if choice.action == cards.CANCEL:
        return await errands.run(conversation, context, f"{Errand.CANCEL}:{choice.value}")
    values = asking.chosen(pending, choice.value) if pending else ()
    if pending is None or not values:
        return await replies.find(conversation, context)
    if identifying.is_reply(pending, values[0]):
        ask = confirming.ask_again(conversation, context)
        return await identifying.reply(conversation, values[0], context, ask)
    return await replies.answered(conversation, pending, values[0], context)
