"""Everything a node may use, handed in as LangGraph runtime context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from agent.conversation import Gist
from agent.model.budgets import BUDGETS, Budgets, Stop
from agent.model.counsel import CallMeter, Counsel, Uncounted
from agent.phrases import Phrases
from agent.reception import Reception
from domain.backlog import Backlog
from domain.booking_rules import BookingRules
from domain.clinical import Screening
from domain.follow_up_ports import FollowUp
from domain.guide import GuideBook
from domain.hospital_ports import FrontDesk, Inbox, RelatedPeople, VisitNotes, Waitlist
from domain.identity_ports import PatientFiles
from domain.model import LanguageModel
from domain.ports import Archive, Clock, HandoffDesk, PatientIndex, Scheduling, SessionLocks, SessionStore
from domain.record_ports import Records
from domain.session import Pending
from domain.turn import TurnCancelled, Utterance
from knowledge.logic import Value
from knowledge.pack import Pack
from tools.proving import Proving
from understanding.reading import Heard, Understanding


class Screen(Protocol):
    """The emergency screen: pure, in-process."""

    def __call__(self, text: str, recent: tuple[str, ...] = (), facts: Mapping[str, Value] | None = None) -> Screening:
        """What `text` shows, read with the patient's last messages and what is known of the person."""


class Reader(Protocol):
    """Reads lay Chinese with one pack and one hospital's departments and doctors."""

    def __call__(self, text: str, *, pending: Pending | None, now: datetime) -> Understanding:
        """One message, read against what was asked last."""


class FollowUpReader(Protocol):
    """Reads which answers of the follow-up plans a message holds."""

    def __call__(self, text: str, /) -> tuple[Heard, ...]:
        """The answers, each with the id of its plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """One released pack, compiled; swapped as a whole when a new one is released.

    `booking_rules` are the hospital's rules of booking in words, shown before the patient says yes; `names` are
    those of the departments and doctors there are, which a model may not bring up by itself.
    """

    pack: Pack
    texts: Phrases
    reader: Reader
    screen: Screen
    follow_up: FollowUpReader
    guide: GuideBook
    booking_rules: tuple[str, ...]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The ports behind the conversation.

    `booking_code`: a booking needs its phone proven by a one-time code. `model` is there where hosts are set.
    """

    clock: Clock
    knowledge: Knowledge
    scheduling: Scheduling
    notes: VisitNotes
    rules: BookingRules
    waitlist: Waitlist
    front_desk: FrontDesk
    people: RelatedPeople
    inbox: Inbox
    patients: PatientIndex
    files: PatientFiles
    records: Records
    proving: Proving
    sessions: SessionStore
    archive: Archive
    backlog: Backlog
    desk: HandoffDesk
    follow_up: FollowUp
    locks: SessionLocks
    booking_code: bool = True
    model: LanguageModel | None = None
    model_meter: CallMeter = field(default_factory=Uncounted)
    budgets: Budgets = BUDGETS
    reception: Reception = field(default_factory=Reception)


@dataclass(slots=True, kw_only=True)
class Saying:
    """Whether the answer may still be said, and the model still be waited for; the doing is never stopped.

    `listening`: a nurse answers this patient, the turn only hears. `said` is what the patient was told so far, `called`
    that something was raised a person should see at once.
    """

    cancelled: TurnCancelled | None = None
    listening: bool = False
    said: list[str] = field(default_factory=list)
    called: bool = False
    stop: Stop = field(default_factory=Stop)

    def cancel(self, cancelled: TurnCancelled) -> None:
        """Say no more, and ask the model no further."""
        self.cancelled = cancelled
        self.stop.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnContext:
    """One turn's surroundings.

    `counsel` asks the model; `timing_ms` collects how long each stage took; `gist` was made since the last turn.
    """

    deps: Deps
    utterance: Utterance
    trace_id: str
    saying: Saying = field(default_factory=Saying)
    counsel: Counsel = field(default_factory=Counsel)
    timing_ms: dict[str, float] = field(default_factory=dict)
    gist: Gist | None = None
