"""What is remembered of a conversation between turns; lives in the checkpoint, encrypted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from domain.clinical import DepartmentId, Disposition, RuleId, TriageResult
from domain.patient import PatientId, PatientProfile
from domain.scheduling import Hold, Period, Slot
from domain.session import InputId, Pending
from domain.turn import TurnEvent
from tools.triage.case import TriageCase

RECENT_MESSAGES = 3
UNCLEAR_BEFORE_HANDOFF = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDraft:
    """A booking on its way: what was asked for, what was shown, what is held.

    `urgency` is carried over from triage. `shown` are the slots of the last card, in the order the
    patient saw them, so that 「第二个」 means what they meant.
    """

    department_ids: tuple[DepartmentId, ...] = ()
    doctor: str | None = None
    expert: bool | None = None
    first_date: date | None = None
    last_date: date | None = None
    period: Period | None = None
    max_fee_cents: int | None = None
    urgency: Disposition | None = None
    shown: tuple[Slot, ...] = ()
    hold: Hold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """An escalation that was raised; later turns may not fall below it."""

    disposition: Disposition
    rule_ids: tuple[RuleId, ...]
    crisis: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInput:
    """The last input and everything said to it, so that a replay says the same and does nothing."""

    input_id: InputId
    events: tuple[TurnEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything a later turn needs.

    `recent` are the patient's last messages, oldest first; `asked` counts the questions put so far;
    `refuted` are red flags the patient clearly denied; `grave` says a death or a loss was told.
    """

    profile: PatientProfile = field(default_factory=PatientProfile)
    recent: tuple[str, ...] = ()
    pending: Pending | None = None
    asked: int = 0
    case: TriageCase | None = None
    result: TriageResult | None = None
    booking: BookingDraft = field(default_factory=BookingDraft)
    patient_id: PatientId | None = None
    emergency: Emergency | None = None
    refuted: tuple[RuleId, ...] = ()
    unclear_turns: int = 0
    grave: bool = False
    answered: AnsweredInput | None = None

    def heard(self, text: str) -> Conversation:
        """The conversation after one more patient message."""
        return replace(self, recent=(*self.recent, text)[-RECENT_MESSAGES:])

    def awaiting(self, pending: Pending | None) -> Conversation:
        """The conversation waiting for `pending`, or for nothing."""
        return replace(self, pending=pending)

    def next_pending_id(self) -> str:
        """An id no earlier question of this session had."""
        return f"p{self.asked + 1}"

    def asking(self, pending: Pending) -> Conversation:
        """The conversation after asking something new."""
        return replace(self, pending=pending, asked=self.asked + 1)
