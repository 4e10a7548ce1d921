"""Clinical values: what was found, how urgent it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType

from domain.model_call import ModelCall

DepartmentId = NewType("DepartmentId", str)
RuleId = NewType("RuleId", str)
ConceptId = NewType("ConceptId", str)


class Disposition(IntEnum):
    """How soon somebody must be seen; a larger value is more urgent, so `max` is the safe choice."""

    HOME = 0
    OPD = 1
    VISIT_24H = 2
    ED_NOW = 3
    CALL_120 = 4


class Presence(StrEnum):
    """Three-valued truth of a finding, and the readings that are none of the three."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    HISTORY = "history"
    HYPOTHETICAL = "hypothetical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One concept read from the patient's words.

    `quote` is the patient's raw text, `start`/`end` its character offsets in the raw message.
    """

    concept: ConceptId
    presence: Presence
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """A red flag that matched a message.

    `anchors` are the patient's words it rests on; `certain` says it acts at once, otherwise `question`
    (one yes/no, yes = danger) is put first. `doubted` says that the words are the flag's but the message is
    worded like those in which nothing happens: it is asked about, and a denial leaves nothing behind.
    """

    rule_id: RuleId
    name: str
    disposition: Disposition
    certain: bool
    crisis: bool
    question: str
    first_aid: str
    anchors: tuple[str, ...]
    sources: tuple[str, ...]
    doubted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the emergency screen found in one message: the most urgent first; empty when nothing.

    `alarm` says how much a message that raises no flag is worded like an emergency: log-odds, 0 below the
    threshold.
    """

    flags: tuple[RedFlag, ...] = ()
    alarm: float = 0.0

    @property
    def certain(self) -> RedFlag | None:
        """The most urgent flag that acts at once, if any."""
        return next((flag for flag in self.flags if flag.certain), None)

    @property
    def to_confirm(self) -> RedFlag | None:
        """The most urgent flag that asks first, if no flag acts at once."""
        return None if self.certain else next(iter(self.flags), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a decision was taken: the pack's sentence, the patient's own words, the rule, its source."""

    text: str
    quote: str
    rule_id: RuleId
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentChoice:
    """A department proposed to the patient, with its reason in plain words.

    One that is not `bookable` is only where an errand is done (a report, a film, a visit).
    """

    id: DepartmentId
    name: str
    why: str
    bookable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageResult:
    """The outcome of a triage, drawn entirely from the decision record."""

    disposition: Disposition
    title: str
    reasons: tuple[Reason, ...]
    departments: tuple[DepartmentChoice, ...]
    safety_net: tuple[str, ...]
    self_care: tuple[str, ...]
    complaint_ids: tuple[str, ...]
    flags: tuple[str, ...]
    knowledge_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What is stored of every turn that judged something, so that it can be replayed.

    `answers` maps an answered name of the pack to its value as JSON text; `model` is `name@digest` of the model
    that had a part in the turn, or "none"; `model_calls` is every question a model was asked.
    """

    trace_id: str
    session_id: str
    input_id: str
    at: datetime
    input_sha256: str
    rule_ids: tuple[RuleId, ...]
    quotes: tuple[str, ...]
    answers: dict[str, str]
    disposition: Disposition | None
    departments: tuple[DepartmentId, ...]
    knowledge_version: str
    model: str = "none"
    model_calls: tuple[ModelCall, ...] = ()
