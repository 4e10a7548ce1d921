"""Which nodes answer a message; pure."""

from __future__ import annotations

from langgraph.graph import END

from agent import cards, identifying
from agent.booking.step import PERSON
from agent.conversation import Conversation
from agent.follow_up import replies as follow_up_replies
from agent.records import cards as record_cards
from agent.state import Task, TurnState
from agent.talk import PRESSED_AGAIN, TEXTS
from domain.clinical import Presence
from domain.session import Pending, PendingKind
from domain.turn import Choice, Utterance
from tools import records
from tools.follow_up.readings import measured
from understanding.reading import BookingAsk, BookingWish, Understanding

RESUMING = frozenset({"repeat", "go_on"})
"""Asking for the open question once more."""
BOOKING_INTENTS = frozenset(
    {"book", "rebook", "cancel", "slots", "doctor_schedule", "revisit", "appointments", "queue"}
)
TRIAGE_INTENTS = frozenset({"which_dept", "why", "another_person", "start_over"})
SMALL_TALK_INTENTS = TEXTS.keys()
COURTESIES = frozenset(
    {
        "greeting",
        "thanks",
        "who_are_you",
        "are_you_human",
        "can_do",
        "privacy_view",
        "foreign_language",
        "fear",
        "grief",
        "pain",
        "anger",
        "complaint",
        "loneliness",
        "pressure",
        "promise",
        "medication",
        "stop_medication",
        "diagnosis",
        "ethics",
        "legal",
    }
)
"""Small talk that may interrupt an interview; the open question comes back after it."""
ONCE_A_QUESTION = frozenset({"fear", "pain", "anger", "complaint", "loneliness"})
"""Courtesies that interrupt one open question once: said again, they may be part of the answer (就是有点烦人)."""
INTERRUPTED = "interrupted"
"""Fact of an open question that was interrupted by a courtesy before."""
READ_AS_ANSWERS = frozenset({"yes", "no", "never_mind", *RESUMING})
HANDOFF_INTENTS = frozenset({"human"})
FOLLOW_UP_INTENTS = frozenset({"follow_up", "follow_up_stop", "diary_trend"})
INTERVIEWS = frozenset({Task.TRIAGE, Task.FOLLOW_UP})
"""Whose open question takes any message that is about nothing else."""

PENDING_OWNERS = {
    PendingKind.TRIAGE_QUESTION: Task.TRIAGE,
    PendingKind.CARD_CLOSING: Task.TRIAGE,
    PendingKind.OPEN_QUESTION: Task.TRIAGE,
    PendingKind.DEPARTMENT_CHOICE: Task.BOOKING,
    PendingKind.BOOKING_OFFER: Task.BOOKING,
    PendingKind.SLOT_CHOICE: Task.BOOKING,
    PendingKind.IDENTITY_FORM: Task.BOOKING,
    PendingKind.CODE_FORM: Task.BOOKING,
    PendingKind.REPORT_CHOICE: Task.RECORDS,
    PendingKind.BOOKING_REVIEW: Task.BOOKING,
    PendingKind.CANCEL_CHOICE: Task.BOOKING,
    PendingKind.CANCEL_REVIEW: Task.BOOKING,
    PendingKind.MOVE_CHOICE: Task.BOOKING,
    PendingKind.WAYS_CHOICE: Task.BOOKING,
    PendingKind.OFFER_REPLY: Task.BOOKING,
    PendingKind.STOP_CHOICE: Task.BOOKING,
    PendingKind.PERSON_CHOICE: Task.BOOKING,
    PendingKind.HANDOFF_OFFER: Task.HANDOFF,
    PendingKind.FOLLOW_UP_QUESTION: Task.FOLLOW_UP,
    PendingKind.FOLLOW_UP_STOP: Task.FOLLOW_UP,
}
BOOKING_ACTIONS = frozenset({cards.BOOK, cards.SHOW_SLOTS, cards.CANCEL})
FOLLOW_UP_ACTIONS = frozenset({follow_up_replies.START})
RECORD_ACTIONS = frozenset({record_cards.REPORT, record_cards.RECORDS})
IDENTIFYING = frozenset({PendingKind.IDENTITY_FORM, PendingKind.CODE_FORM})


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


def plan(
    utterance: Utterance, conversation: Conversation, understanding: Understanding, *, resumed: bool = False
) -> tuple[Task, ...]:
    """The nodes that answer this message, in order; none when what stands already is all there is to say.

    What the patient feels comes first, then what they want, then questions beside it. A question that
    is open keeps its owner when the message answers it; `resumed` says that a red flag asked about was just denied.
    """
    pending = conversation.pending
    if utterance.form:
        return (_form_owner(pending),)
    if utterance.choice:
        return (_choice_owner(utterance.choice, pending),)
    owner = owner_of(pending)
    if _stays_with_records(conversation, understanding, owner):
        return (Task.RECORDS,)
    if _follows_up(conversation, understanding, owner, resumed=resumed):
        return (Task.FOLLOW_UP,)
    tasks = [owner] if owner and answers(understanding, pending) and not _presses(understanding, owner) else []
    tasks += _wanted(understanding, consented=utterance.consented)
    if owner in INTERVIEWS and not _digresses(understanding, tasks, pending):
        tasks = [owner, *(task for task in tasks if task not in INTERVIEWS | {Task.SMALL_TALK})]
    if not tasks and (conversation.emergency or (pending and understanding.wants(*RESUMING))):
        return ()
    if not tasks:
        form = owner is Task.RECORDS and pending is not None and pending.kind in IDENTIFYING
        tasks = [owner if owner in INTERVIEWS | {Task.BOOKING} or (owner and form) else _otherwise(understanding)]
        if owner is None:
            tasks += _supposed(understanding)
    if owner in {None, Task.TRIAGE} and understanding.supposed.findings:
        tasks = [*(task for task in tasks if task is Task.GUIDANCE), Task.TRIAGE, *tasks]
    return tuple(dict.fromkeys(tasks))


def owner_of(pending: Pending | None) -> Task | None:
    """The node that asked; whose errand a form is stands in its facts."""
    if pending is None:
        return None
    if pending.kind in IDENTIFYING and (errand := pending.facts.get(identifying.FOR)):
        return {identifying.RECORDS: Task.RECORDS, identifying.FOLLOW_UP: Task.FOLLOW_UP}.get(errand, Task.BOOKING)
    return PENDING_OWNERS.get(pending.kind)


def _form_owner(pending: Pending | None) -> Task:
    """A form belongs to who asked for one; one nobody asked for looks after bookings."""
    asked = pending is not None and pending.kind in IDENTIFYING
    return (owner_of(pending) if asked else None) or Task.BOOKING


def _stays_with_records(conversation: Conversation, understanding: Understanding, owner: Task | None) -> bool:
    """Whether a message gives a question about records up, or asks what a report that was just shown means."""
    ids = {intent.id for intent in understanding.intents}
    if owner is Task.RECORDS and (ids & {"cancel", "never_mind"} or records.gives_up(understanding.raw)):
        return True
    about_it = bool(conversation.viewing) and records.asks_to_explain(understanding.raw)
    return about_it and ids <= records.OF_THE_READING and not complains(understanding) and owner is not Task.TRIAGE


def _follows_up(conversation: Conversation, understanding: Understanding, owner: Task | None, *, resumed: bool) -> bool:
    """Whether a message is for the follow-up alone: its own wishes, or what who is followed up measures or corrects."""
    following = conversation.following
    if {intent.id for intent in understanding.intents} & FOLLOW_UP_INTENTS:
        return True
    done = conversation.pending is not None and conversation.pending.subject == Task.FOLLOW_UP
    if following is None or not (owner is None or done):
        return False
    return (resumed and following.open) or bool(measured(understanding)) or understanding.answer.corrects


def _otherwise(understanding: Understanding) -> Task:
    """Words that lead to a chart or a department are taken for a complaint; anything else may be in the guide."""
    speaks_of_body = understanding.unwell or bool(understanding.complaint_ids)
    speaks_of_body = speaks_of_body or any(not hint.named for hint in understanding.departments)
    return Task.TRIAGE if speaks_of_body and not understanding.educational else Task.GUIDANCE


def _supposed(understanding: Understanding) -> list[Task]:
    """What a model takes a message for that nothing else understood; the guide is asked anyway."""
    asked = {intent.id for intent in understanding.supposed.intents}
    return [Task.BOOKING] if asked & (BOOKING_INTENTS | {"which_dept"}) else []


def _presses(understanding: Understanding, owner: Task) -> bool:
    """Whether a message in the interview asks for what is never given and tells nothing; no yes is read out of it."""
    ids = {intent.id for intent in understanding.intents}
    told = understanding.findings or understanding.answer.none_of_these
    return owner is Task.TRIAGE and bool(ids & PRESSED_AGAIN.keys()) and not told


def _digresses(understanding: Understanding, tasks: list[Task], pending: Pending | None) -> bool:
    """Whether a message in the interview is about something else: a courtesy, or a wish of another kind.

    Words that merely sound like small talk are a reply all the same; the interview counts them.
    """
    ids = {intent.id for intent in understanding.intents}
    elsewhere = any(task not in INTERVIEWS | {Task.SMALL_TALK} for task in tasks)
    before = pending is not None and INTERRUPTED in pending.facts
    return elsewhere or bool(ids & ((COURTESIES - ONCE_A_QUESTION if before else COURTESIES) | RESUMING))


def _wanted(understanding: Understanding, *, consented: bool) -> list[Task]:
    """What the message asks for by itself, whatever was open before. Without consent nobody's records are looked at."""
    ids = {intent.id for intent in understanding.intents}
    wish = records.wanted(understanding.raw, ids)
    about_records = wish is not None and (consented or wish.own) and not (not consented and "report_explain" in ids)
    if about_records:
        ids -= records.ABOUT_RECORDS
    unnamed = any(not hint.named for hint in understanding.departments)
    asks_where = "which_dept" in ids and not complains(understanding) and unnamed
    unwell = understanding.unwell and not understanding.educational and not ids & SMALL_TALK_INTENTS
    felt = (complains(understanding) and "ethics" not in ids) or bool(ids & TRIAGE_INTENTS and not asks_where)
    felt = felt or (unwell and bool(ids & BOOKING_INTENTS))
    if understanding.asks is BookingAsk.ARRIVED:
        ids -= {"checkin"}
    booking = (
        asks_where
        or bool(understanding.asks)
        or bool(ids & BOOKING_INTENTS)
        or (understanding.wish != BookingWish() and not felt)
    )
    named = BOOKING_INTENTS | TRIAGE_INTENTS | SMALL_TALK_INTENTS | HANDOFF_INTENTS | READ_AS_ANSWERS
    asked = (
        (Task.TRIAGE, felt),
        (Task.BOOKING, booking),
        (Task.RECORDS, about_records),
        (Task.HANDOFF, bool(ids & HANDOFF_INTENTS)),
        (Task.GUIDANCE, bool(ids - named) or understanding.educational),
        (Task.SMALL_TALK, bool(ids & SMALL_TALK_INTENTS)),
    )
    return [task for task, wanted in asked if wanted]


def _choice_owner(choice: Choice, pending: Pending | None) -> Task:
    if choice.action == cards.HANDOFF:
        return Task.HANDOFF
    if choice.action in BOOKING_ACTIONS:
        return Task.BOOKING
    if choice.action in RECORD_ACTIONS:
        return Task.RECORDS
    if choice.action in FOLLOW_UP_ACTIONS:
        return Task.FOLLOW_UP
    if pending and choice.value.split(":", 1)[0] == pending.id:
        if pending.kind is PendingKind.WAYS_CHOICE and choice.value.endswith(f":{PERSON}"):
            return Task.HANDOFF
        return owner_of(pending) or Task.SMALL_TALK
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
    if owner_of(pending) is Task.RECORDS:
        return False
    return understanding.wish != BookingWish() or understanding.asks is not None


def complains(understanding: Understanding) -> bool:
    """Whether the patient says that somebody feels something now."""
    present = any(finding.presence is Presence.PRESENT for finding in understanding.findings)
    return (present or understanding.feels) and not understanding.educational
