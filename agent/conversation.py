"""What is remembered of a conversation between turns; lives in the checkpoint, encrypted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from domain.clinical import DepartmentId, Disposition, RedFlag, RuleId, TriageResult
from domain.identity import Proof
from domain.notices import NoticeId
from domain.patient import PatientId, PatientProfile
from domain.related_person import SignedIn
from domain.scheduling import Appointment, Hold, Period, Slot
from domain.session import InputId, Pending
from domain.turn import TurnEvent, Utterance
from domain.waitlist import WaitlistWish
from tools.triage.case import TriageCase

RECENT_MESSAGES = 3
UNCLEAR_BEFORE_HANDOFF = 2
PRESSED_KEPT = 32
ENDED_INPUTS = 8
"""Ids of inputs kept, so that one the journal still held runs no second time; more may not wait at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDraft:
    """A booking on its way: what was asked for, what was shown, what is held.

    `urgency` is carried over from triage. `shown` are the slots of the last card, in the order the
    patient saw them, so that 「第二个」 means what they meant. `moving` is the appointment the new place is
    to replace, `avoiding` a doctor the patient does not want, `missed` what was wished and is full (候补).
    `without_reason` says that the doctor is not told why the patient comes.
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
    moving: Appointment | None = None
    avoiding: str | None = None
    missed: WaitlistWish | None = None
    hold: Hold | None = None
    without_reason: bool = False


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
class Gist:
    """What of a long conversation is still worth knowing: the patient's own words, oldest first.

    `turns` is how many inputs had been answered when it was made.
    """

    quotes: tuple[str, ...]
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Whom a follow-up in this session is of, and the last one taken up; `open` as long as questions are left."""

    patient_id: PatientId
    task_id: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything a later turn needs.

    `recent` are the patient's last messages, oldest first; `asked` counts the questions put so far;
    `refuted` are red flags the patient clearly denied, `doubts` those still to be asked about; `pressed`
    are the intents by which they asked for what is never given; `grave` says a death or a loss was told;
    `ended` are the last inputs' ids, oldest first; `proof` is who was proven to be the patient, for a while;
    `viewing` is the report, or kind of record, shown last: words like 「严重吗」 are about it.
    `told` are the notices shown that are not marked as read yet; `complaint` are the words the interview began with.
    `signed_in` is the account of the phone proven first, for a while.
    `turns` counts the inputs answered; `gist` is what a model is told of the earlier ones.
    `following` is who is followed up here. `opened` says that what is wrong was asked in the open, which is once.
    """

    profile: PatientProfile = field(default_factory=PatientProfile)
    recent: tuple[str, ...] = ()
    pending: Pending | None = None
    asked: int = 0
    case: TriageCase | None = None
    result: TriageResult | None = None
    booking: BookingDraft = field(default_factory=BookingDraft)
    patient_id: PatientId | None = None
    proof: Proof | None = None
    viewing: str = ""
    emergency: Emergency | None = None
    refuted: tuple[RuleId, ...] = ()
    doubts: tuple[RedFlag, ...] = ()
    unclear_turns: int = 0
    pressed: tuple[str, ...] = ()
    grave: bool = False
    answered: AnsweredInput | None = None
    ended: tuple[InputId, ...] = ()
    told: tuple[NoticeId, ...] = ()
    complaint: str = ""
    signed_in: SignedIn | None = None
    turns: int = 0
    gist: Gist | None = None
    following: Following | None = None
    opened: bool = False

    def heard_from(self, utterance: Utterance) -> Conversation:
        """The conversation after one more input; words said without consent are not remembered."""
        if not utterance.text or not utterance.consented:
            return self
        return replace(self, recent=(*self.recent, utterance.text)[-RECENT_MESSAGES:])

    def pressed_for(self, intents: Iterable[str]) -> Conversation:
        """The conversation after the patient asked for what is never given."""
        return replace(self, pressed=(*self.pressed, *intents)[-PRESSED_KEPT:])

    def ending(self, answered: AnsweredInput) -> Conversation:
        """The conversation after an input was answered."""
        ended = (*self.ended, answered.input_id)[-ENDED_INPUTS:]
        return replace(self, answered=answered, ended=ended, turns=self.turns + 1)

    def knowing(self, gist: Gist | None) -> Conversation:
        """The conversation with a gist of it; one made before it began anew is not taken."""
        return self if gist is None or gist.turns > self.turns else replace(self, gist=gist)

    def awaiting(self, pending: Pending | None) -> Conversation:
        """The conversation waiting for `pending`, or for nothing."""
        return replace(self, pending=pending)

    def next_pending_id(self) -> str:
        """An id no earlier question of this session had."""
        return f"p{self.asked + 1}"

    def asking(self, pending: Pending) -> Conversation:
        """The conversation after asking something new."""
        return replace(self, pending=pending, asked=self.asked + 1)
