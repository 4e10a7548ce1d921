"""Which nodes answer a message; pure."""

from __future__ import annotations

from langgraph.graph import END

from agent import cards
from agent.conversation import Conversation
from agent.state import Task, TurnState
from agent.talk import TEXTS
from domain.clinical import Presence
from domain.session import Pending, PendingKind
from domain.turn import Choice, Utterance
from understanding.reading import BookingWish, Understanding

BOOKING_INTENTS = frozenset(
    {"book", "rebook", "cancel", "slots", "doctor_schedule", "revisit", "appointments", "queue_number"}
)
TRIAGE_INTENTS = frozenset({"which_dept", "why", "another_person", "start_over"})
SMALL_TALK_INTENTS = TEXTS.keys()
HANDOFF_INTENTS = frozenset({"human"})

PENDING_OWNERS = {
    PendingKind.TRIAGE_QUESTION: Task.TRIAGE,
    PendingKind.CARD_CLOSING: Task.TRIAGE,
    PendingKind.DEPARTMENT_CHOICE: Task.BOOKING,
    PendingKind.BOOKING_OFFER: Task.BOOKING,
    PendingKind.SLOT_CHOICE: Task.BOOKING,
    PendingKind.IDENTITY_FORM: Task.BOOKING,
    PendingKind.BOOKING_REVIEW: Task.BOOKING,
    PendingKind.CANCEL_CHOICE: Task.BOOKING,
    PendingKind.CANCEL_REVIEW: Task.BOOKING,
    PendingKind.HANDOFF_OFFER: Task.HANDOFF,
}
BOOKING_ACTIONS = frozenset({cards.BOOK, cards.SHOW_SLOTS, cards.CANCEL})


def after_guard(state: TurnState) -> str:
    """An answered message is said, a replayed one is over, any other is read."""
    draft = state["draft"]
    if draft.replayed:
        return END
    return next_task(state) if draft.settled else "understand"


def next_task(state: TurnState) -> str:
    """The next node with something to answer, or the saying."""
    tasks = state["draft"].tasks
    return tasks[0].value if tasks else "compose"


def plan(utterance: Utterance, conversation: Conversation, understanding: Understanding) -> tuple[Task, ...]:
    """The nodes that answer this message, in order; at least one.

    What the patient feels comes first, then what they want, then questions beside it. A question that
    is open keeps its owner when the message answers it.
    """
    if utterance.form:
        return (Task.BOOKING,)
    if utterance.choice:
        return (_choice_owner(utterance.choice, conversation.pending),)
    tasks: list[Task] = []
    pending = conversation.pending
    owner = PENDING_OWNERS.get(pending.kind) if pending else None
    if owner and answers(understanding, pending):
        tasks.append(owner)
    if complains(understanding) or understanding.wants(*TRIAGE_INTENTS):
        tasks.append(Task.TRIAGE)
    if understanding.wants(*BOOKING_INTENTS) or (understanding.wish != BookingWish() and Task.TRIAGE not in tasks):
        tasks.append(Task.BOOKING)
    if understanding.wants(*HANDOFF_INTENTS):
        tasks.append(Task.HANDOFF)
    ids = {intent.id for intent in understanding.intents}
    known = BOOKING_INTENTS | TRIAGE_INTENTS | SMALL_TALK_INTENTS | HANDOFF_INTENTS
    if ids - known or understanding.educational:
        tasks.append(Task.GUIDANCE)
    if ids & SMALL_TALK_INTENTS:
        tasks.append(Task.SMALL_TALK)
    if not tasks:
        tasks.append(owner if owner in {Task.TRIAGE, Task.BOOKING} else Task.GUIDANCE)
    return tuple(dict.fromkeys(tasks))


def _choice_owner(choice: Choice, pending: Pending | None) -> Task:
    if choice.action == cards.HANDOFF:
        return Task.HANDOFF
    if choice.action in BOOKING_ACTIONS:
        return Task.BOOKING
    if pending and choice.value.split(":", 1)[0] == pending.id:
        return PENDING_OWNERS.get(pending.kind, Task.SMALL_TALK)
    return Task.SMALL_TALK


def answers(understanding: Understanding, pending: Pending | None) -> bool:
    """Whether the message says something to the open question."""
    if pending is None:
        return False
    answer = understanding.answer
    said = (answer.yes, answer.number, answer.ordinal)
    if answer.unsure or answer.none_of_these or answer.ticked or any(value is not None for value in said):
        return True
    if pending.kind in {PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING}:
        told = (understanding.severity, understanding.duration, understanding.person.age_years)
        return bool(understanding.findings) or any(value is not None for value in told)
    if pending.kind is PendingKind.DEPARTMENT_CHOICE:
        return bool(understanding.departments)
    return understanding.wish != BookingWish()


def complains(understanding: Understanding) -> bool:
    """Whether the patient says that somebody feels something now."""
    present = any(finding.presence is Presence.PRESENT for finding in understanding.findings)
    return present and not understanding.educational
