"""What is handed to people: the 预问诊 summary for the doctor and the briefing for the nurse who takes over.

Both hold only what the record holds. Every quote stands word for word in a message of the patient's (numbers
masked); nothing said is an empty tuple, which the renderers of `agent.summaries` write as 「未提及」.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from domain.clinical import Disposition, RuleId
from domain.patient import PatientProfile
from domain.session import SessionId


class Section(StrEnum):
    """A heading of the visit summary, in the order of an outpatient record."""

    CHIEF_COMPLAINT = "chief_complaint"
    PRESENT_ILLNESS = "present_illness"
    PAST_HISTORY = "past_history"
    MEDICATION = "medication"
    ALLERGIES = "allergies"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryItem:
    """One thing the patient said.

    `quote` stands verbatim in the patient's message number `turn` (1 is the first of the conversation). `asked` is
    the question it answers, empty when it was said unasked. `readings` are the pack's plain words for what it
    means (「颈部发硬：无」). `origin` says who chose the quote: the rules of the pack or a model.
    """

    quote: str
    turn: int
    asked: str = ""
    readings: tuple[str, ...] = ()
    origin: Literal["knowledge", "model"] = "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSummary:
    """What the patient told before the visit, for the doctor (预问诊). It holds no judgement of ours.

    `model` is `name@digest` of the model that filled open sections and `prompt_sha256` its prompt's, `none` and empty
    without; `label` is the AI label to show with it.
    """

    session_id: SessionId
    made_at: datetime
    profile: PatientProfile
    sections: dict[Section, tuple[SummaryItem, ...]]
    knowledge_version: str
    label: str
    model: str = "none"
    prompt_sha256: str = ""

    def of(self, section: Section) -> tuple[SummaryItem, ...]:
        """The items under a heading; none when nothing was said."""
        return self.sections.get(section, ())

    @property
    def empty(self) -> bool:
        """Whether the patient said nothing a doctor would read."""
        return not any(self.sections.values())


class FlagState(StrEnum):
    """What became of a red flag."""

    RAISED = "raised"
    DENIED = "denied"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefedFlag:
    """A red flag of the conversation, the patient's words it rests on, and what became of it."""

    rule_id: RuleId
    name: str
    state: FlagState
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefedQuestion:
    """A question the agent put and the patient's answer, so that nobody asks it again; `readings` as in an item."""

    question: str
    answer: str
    turn: int
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """A feeling the patient put into words: the pack's name of it and the words."""

    id: str
    name: str
    quote: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverBriefing:
    """What a nurse needs before the first word to a patient: from the state, the decisions and the transcript.

    `disposition` is the most urgent judgement of the conversation, `None` when none was made; `crisis` is also set
    while a sign of one is only asked about; `wishes` are the pack's names of what the patient asked for; `pending`
    is what is still open, in plain words.
    """

    session_id: SessionId
    made_at: datetime
    profile: PatientProfile
    disposition: Disposition | None
    crisis: bool
    chief_complaint: tuple[SummaryItem, ...]
    questions: tuple[BriefedQuestion, ...]
    flags: tuple[BriefedFlag, ...]
    departments: tuple[str, ...]
    wishes: tuple[str, ...]
    pending: tuple[str, ...]
    moods: tuple[Mood, ...]
    knowledge_version: str
    label: str
