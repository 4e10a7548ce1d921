"""The triage case: everything one interview has learned, as a value that can be stored.

Only text, numbers, truth values, tuples, dicts and frozen dataclasses, so that any codec keeps it. The
transitions are in `tools.triage.interview`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.clinical import DepartmentId, Disposition, RuleId
from domain.patient import PatientProfile
from knowledge.logic import Value

UNSURE = "说不清"
"""The known value of a choice the patient cannot decide; equal to no option unless a chart lists it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One answer of a chart, with the patient's words it rests on."""

    complaint_id: str
    name: str
    value: Value
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How often a question was put; `names` is how many it left to be said when it was put last.

    `closing` says its card's one closing question was put too, `reopened` that the answer left more to tick,
    `alarming` that it was answered in words of an emergency none of which could be placed.
    """

    complaint_id: str
    question_id: str
    times: int = 0
    names: int = 0
    closing: bool = False
    reopened: bool = False
    alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A red flag that holds, or the floor one left behind when it was denied; it never lowers again."""

    rule_id: RuleId
    disposition: Disposition
    text: str
    quote: str = ""
    source: str = ""
    crisis: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageCase:
    """One interview. `complaint_ids` are the charts the words led to, in the order they were named.

    `readings` maps names of readings to values, `symptoms` the concepts found present to the words they
    were found in, `earlier` the answers already heard to charts that are not open (a sign's text, or
    `chart.question.option`) to `+` or `-` and those words, `hints` departments the words led to, to weights
    that add up. `month` is when it was opened. `alarming` says that a message was worded like an
    emergency without naming one, so that the general danger signs are asked about as well. `supposed` are
    charts a model holds the words to lead to: they are gone through after the others and only ever add.
    """

    knowledge_version: str
    month: int
    profile: PatientProfile = field(default_factory=PatientProfile)
    complaint_ids: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    asked: tuple[Asked, ...] = ()
    raised: tuple[Raised, ...] = ()
    readings: dict[str, float] = field(default_factory=dict)
    symptoms: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, str] = field(default_factory=dict)
    hints: dict[DepartmentId, float] = field(default_factory=dict)
    alarming: bool = False
    supposed: tuple[str, ...] = ()

    def fact(self, complaint_id: str, name: str) -> Fact | None:
        """What a chart knows of a name by its own answers."""
        return next((fact for fact in self.facts if fact.complaint_id == complaint_id and fact.name == name), None)

    def with_fact(self, fact: Fact) -> TriageCase:
        """The case with one answer learned or corrected."""
        others = tuple(
            known for known in self.facts if (known.complaint_id, known.name) != (fact.complaint_id, fact.name)
        )
        return replace(self, facts=(*others, fact))

    def put(self, complaint_id: str, question_id: str) -> Asked:
        """How often a question was put so far."""
        for asked in self.asked:
            if (asked.complaint_id, asked.question_id) == (complaint_id, question_id):
                return asked
        return Asked(complaint_id=complaint_id, question_id=question_id)

    def with_asked(self, asked: Asked) -> TriageCase:
        """The case after a question was put."""
        others = tuple(
            known
            for known in self.asked
            if (known.complaint_id, known.question_id) != (asked.complaint_id, asked.question_id)
        )
        return replace(self, asked=(*others, asked))

    @property
    def questions(self) -> int:
        """How many questions were put; a card counts as one, each repetition counts again. Supposed charts' do not."""
        return sum(asked.times + asked.closing for asked in self.asked if asked.complaint_id not in self.supposed)

    @property
    def floor(self) -> Disposition:
        """The most urgent of what red flags raised; `HOME` when none did."""
        return max((raised.disposition for raised in self.raised), default=Disposition.HOME)
