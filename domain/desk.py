"""The nurses' desk: conversations as staff see them, who holds one, and what staff write about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Protocol

from domain.patient import PatientId, PatientProfile
from domain.session import Author, SessionId
from domain.staff import StaffId

LEASE = timedelta(seconds=30)
"""How long a claim lasts without a heartbeat."""

HEARTBEAT_SECONDS = 10
LATE_AFTER = timedelta(minutes=5)
"""A red case nobody opened is late: the target for a person in a crisis."""

OVERDUE_AFTER = timedelta(minutes=10)
"""A red case nobody opened by then is a supervisor's."""


class Urgency(IntEnum):
    """How a case is sorted: an emergency or crisis nobody closed, somebody who waits for a person, neither."""

    NONE = 0
    YELLOW = 1
    RED = 2


class Cause(StrEnum):
    """Why a conversation is before a person."""

    ASKED = "asked"
    CRISIS = "crisis"
    ESCALATION = "escalation"
    POLICY = "policy"
    FAILED = "failed"
    NURSE = "nurse"


class Holding(StrEnum):
    """Who answers the patient."""

    AGENT = "agent"
    WAITING = "waiting"
    NURSE = "nurse"


class Why(StrEnum):
    """Why a conversation is to be reviewed."""

    ESCALATED = "escalated"
    UNCLEAR = "unclear"
    NEGATIVE = "negative"
    RANDOM = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A nurse's hold on a conversation until `until`; `number` grows with every claim and fences the holder's acts."""

    session_id: SessionId
    staff_id: StaffId
    number: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation in the inbox. `since` is when it became as urgent as it is; no patient text stands here."""

    session_id: SessionId
    profile: PatientProfile
    channel: str
    urgency: Urgency
    crisis: bool
    holding: Holding
    cause: Cause | None
    disposition: str
    since: datetime
    last_at: datetime
    messages: int
    opened_at: datetime | None
    handled_at: datetime | None
    assigned_to: StaffId | None
    claim: Claim | None
    patient_id: PatientId | None
    tags: tuple[str, ...]
    why: tuple[Why, ...]

    def ageing(self, now: datetime) -> str:
        """`fine`, `late` or `overdue`: how long a red case has waited to be opened."""
        if self.urgency is not Urgency.RED or self.opened_at is not None:
            return "fine"
        waited = now - self.since
        if waited >= OVERDUE_AFTER:
            return "overdue"
        return "late" if waited >= LATE_AFTER else "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases. `open_only`: red or yellow. `mine` are those assigned to or held by this person."""

    open_only: bool = True
    holding: Holding | None = None
    mine: StaffId | None = None
    urgency: Urgency | None = None
    channel: str = ""
    assigned: StaffId | None = None
    unassigned: bool = False
    tag: str = ""
    to_review: bool = False
    limit: int = 50
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A page of cases; `cursor` asks for the next one, empty on the last."""

    cases: tuple[Case, ...]
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many open cases there are."""

    red: int
    waiting: int
    mine: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What staff wrote for each other; `kind` `handled` is the reason a case was closed with."""

    id: int
    by: StaffId
    kind: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A reviewer's marks from 1 to 5 on the axes of SSPEC; without a trace id for the whole conversation."""

    by: StaffId
    at: datetime
    trace_id: str
    factuality: int
    safety: int
    empathy: int
    completeness: int
    readability: int
    comment: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened on one day of the hospital's calendar (`date`, ISO)."""

    date: str
    conversations: int
    messages: int
    emergencies: int
    handoffs: int
    unclear: int
    negative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The dashboard. `opened_seconds` are the red cases' times until somebody opened them, sorted."""

    days: tuple[Day, ...]
    messages_median: float
    opened_seconds: tuple[float, ...]
    causes: dict[str, int]
    ratings: dict[str, float]
    rated: int


class Claims(Protocol):
    """Who answers the patient: the agent, or the nurse whose claim is in force."""

    async def claim(self, session_id: SessionId, *, by: StaffId, now: datetime) -> Claim:
        """Hold the conversation; whoever holds it already gets a new number.

        Raises:
            Conflict: a colleague holds it.
            NotFound: no such conversation.
        """

    async def renew(self, session_id: SessionId, *, by: StaffId, number: int, now: datetime) -> Claim:
        """Go on holding it.

        Raises:
            Conflict: the claim ran out or is somebody else's.
        """

    async def release(self, session_id: SessionId, *, by: StaffId, number: int, now: datetime) -> None:
        """Give it back to the agent; the patient waits no longer.

        Raises:
            Conflict: the claim ran out or is somebody else's.
        """

    async def claim_on(self, session_id: SessionId, *, now: datetime) -> Claim | None:
        """The claim in force, if there is one."""

    async def lapse(self, *, now: datetime) -> tuple[SessionId, ...]:
        """End the claims that ran out; whose they were. Each is told once, to one caller."""


class Cases(Protocol):
    """The inbox as it is read."""

    async def page(self, query: CaseQuery, *, now: datetime) -> CasePage:
        """Cases: the open ones by urgency and then by waiting, all of them the latest first."""

    async def counts(self, *, mine: StaffId, now: datetime) -> Counts:
        """How much is to do."""

    async def search(self, words: str, *, limit: int, now: datetime) -> tuple[tuple[Case, ...], tuple[str, ...]]:
        """Conversations in which every word was said by the patient or a nurse, latest first; and the words."""

    async def overdue(self, *, now: datetime) -> tuple[Case, ...]:
        """Red cases nobody has opened in time, the oldest first."""

    async def case(self, session_id: SessionId, *, now: datetime) -> Case:
        """One case.

        Raises:
            NotFound: no such conversation.
        """

    async def of_patient(self, patient_id: PatientId, *, now: datetime) -> tuple[Case, ...]:
        """Every conversation in which this patient was proven, latest first."""

    async def notes(self, session_id: SessionId) -> tuple[Note, ...]:
        """What was written, oldest first."""

    async def ratings(self, session_id: SessionId) -> tuple[Rating, ...]:
        """The marks given, oldest first."""


class Numbers(Protocol):
    """The dashboard's figures."""

    async def figures(self, *, days: int, now: datetime) -> Figures:
        """The last days in numbers, today the last."""


class CaseWork(Protocol):
    """What is done with a case. Every view and act is in the audit chain.

    All methods raise `NotFound` when there is no such conversation.
    """

    async def link(self, session_id: SessionId, patient_id: PatientId) -> None:
        """The patient of this conversation is proven."""

    async def open(self, session_id: SessionId, *, by: StaffId, now: datetime) -> None:
        """Note that somebody looks at the conversation."""

    async def viewed(self, event: str, *, by: StaffId, session_id: str = "", detail: Mapping[str, str]) -> None:
        """Note any other view: a search, an export, a patient's page."""

    async def assign(self, session_id: SessionId, to: StaffId | None, *, by: StaffId) -> None:
        """Make the case somebody's, or nobody's."""

    async def tag(self, session_id: SessionId, tags: Sequence[str], *, by: StaffId) -> None:
        """Replace the tags."""

    async def note(self, session_id: SessionId, text: str, *, by: StaffId, now: datetime) -> int:
        """Write something colleagues read and the patient never does; its number."""

    async def handle(self, session_id: SessionId, reason: str, *, by: StaffId, now: datetime) -> None:
        """Close the case with a reason; only a person does."""

    async def rate(self, session_id: SessionId, rating: Rating) -> None:
        """Keep a reviewer's marks."""

    async def concern(self, session_id: SessionId, *, unclear: bool, now: datetime) -> None:
        """A person should look, though nobody asked; `unclear` says that the agent did not understand."""

    async def displeased(self, session_id: SessionId) -> None:
        """The patient was dissatisfied with an answer: a reviewer shall look."""


class Bell(Protocol):
    """Word to every replica that something changed at the desk: look again."""

    async def ring(self) -> None:
        """Something changed; never fails, a missed ring is made good by the next look."""


class Ringing(Protocol):
    """Hears the bell."""

    def listen(self) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yields whenever somebody rang, and when rings may have been missed."""


class SilentBell:
    """A `Bell` nobody hears: for a process without a console."""

    async def ring(self) -> None:
        """Nothing."""


class Typing(Protocol):
    """Who is typing in a conversation right now; nothing of it is kept."""

    async def typed(self, session_id: SessionId, author: Author) -> None:
        """`author` typed just now; never fails."""

    def follow(self, session_id: SessionId, author: Author) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yields whenever `author` typed, on any replica."""
