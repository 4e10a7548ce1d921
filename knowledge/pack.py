"""The whole knowledge pack, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from domain.clinical import DepartmentId, Disposition, RuleId
from knowledge.complaints import Complaint, Question
from knowledge.departments import Department
from knowledge.follow_up import FollowUpBook
from knowledge.intents import IntentBook
from knowledge.lexicon import Vocabulary
from knowledge.normality import Normality
from knowledge.patterns import Pattern, terms
from knowledge.people import PeopleBook
from knowledge.red_flags import RedFlagRule
from knowledge.routing import Routing, SymptomGroup, VitalRule
from knowledge.strict import Mark
from knowledge.texts import Texts

UNSETTLED = "unsettled"
UNANSWERED = "unanswered"
UNVERIFIED = "OK"
"""The source tag of what nobody has looked up yet; the guideline to look in stands after a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Everything of `vitals.yaml`."""

    symptoms: dict[str, SymptomGroup]
    rules: tuple[VitalRule, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Everything of `pack.yaml`: the version, who signed it, what the source tags mean.

    `profile` are the questions about the person any complaint may need, `general` the charts for a
    message that no complaint covers, in the order they are tried, `alarm` the chart for one that is worded like
    an emergency no rule names, `vital` those gone through beside any other, by age. `companions` are concepts
    that go with many complaints: beside another one they open no chart of their own. `because` is said where no
    rule decided.
    """

    version: str
    reviewed_by: str | None
    sources: dict[str, str]
    profile: tuple[Question, ...]
    general: tuple[str, ...]
    alarm: str
    vital: tuple[str, ...]
    companions: tuple[str, ...]
    because: dict[str, str]
    mark: Mark

    def __post_init__(self) -> None:
        if self.because.keys() != {UNSETTLED, UNANSWERED, *Disposition.__members__}:
            raise ValueError(f"because 要写 {UNSETTLED}、{UNANSWERED} 和每个等级，不多不少")

    def cite(self, tags: tuple[str, ...]) -> str:
        """The sources as the patient reads them; what was not looked up yet says so."""
        cited: dict[str, None] = {}
        for tag in tags:
            key, _, rest = tag.partition(":")
            title = f"{rest}（待核对）" if key == UNVERIFIED and rest else self.source_title(tag)
            cited[title or tag] = None
        return "；".join(cited)

    def source_title(self, tag: str) -> str | None:
        """The title of the source a tag begins with; `None` when the tag's key is unknown."""
        key = max((key for key in self.sources if tag.startswith(key)), key=len, default=None)
        return None if key is None else self.sources[key]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pack:
    """The knowledge pack. Compared by identity: a process holds one, and a reload makes another."""

    cover: Cover
    red_flags: dict[RuleId, RedFlagRule]
    complaints: dict[str, Complaint]
    departments: dict[DepartmentId, Department]
    routing: Routing
    vitals: Vitals
    lexicon: Vocabulary
    normality: tuple[Normality, ...]
    intents: IntentBook
    people: PeopleBook
    texts: Texts
    follow_up: FollowUpBook

    @property
    def version(self) -> str:
        """The pack's version, stored with every decision."""
        return self.cover.version

    @property
    def patterns(self) -> Iterator[Pattern]:
        """Every pattern of the red flags, complaints and follow-ups, for the lexicon to be compiled with."""
        for rule in self.red_flags.values():
            yield from rule.patterns
        for complaint in self.complaints.values():
            for question in complaint.ask:
                yield from question.patterns
        yield from self.follow_up.patterns

    @cached_property
    def general(self) -> tuple[Complaint, ...]:
        """The charts of the general discriminators, in the order they are tried."""
        return tuple(self.complaints[complaint_id] for complaint_id in self.cover.general)

    @cached_property
    def vital(self) -> tuple[Complaint, ...]:
        """The charts of danger signs gone through beside any other, in the order they are tried."""
        return tuple(self.complaints[complaint_id] for complaint_id in self.cover.vital)

    @cached_property
    def covered(self) -> dict[str, dict[str, frozenset[str]]]:
        """By chart of danger signs, then by any other: the signs that one asks for itself, or is about."""
        return {
            chart.id: {
                complaint.id: frozenset(sign for sign in chart.supplied if self._asks_for(complaint, chart, sign))
                for complaint in self.complaints.values()
            }
            for chart in (*self.vital, self.complaints[self.cover.alarm])
        }

    def _asks_for(self, complaint: Complaint, chart: Complaint, sign: str) -> bool:
        question = chart.supplied[sign]
        meant = terms((*question.heard.get(sign, ()), *question.denied.get(sign, ())))
        asked = terms(pattern for one in complaint.ask for pattern in one.patterns)
        concepts = self.lexicon.concepts
        about = {term for term in meant if term.text in concepts and concepts[term.text].complaint == complaint.id}
        return bool(meant & asked or about)

    @cached_property
    def profile_questions(self) -> dict[str, Question]:
        """Questions about the person, by the profile name they make known."""
        return {question.id: question for question in self.cover.profile}

    @cached_property
    def twins(self) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        """Signs of other complaints that read the same, by (complaint id, sign): the same question."""
        by_text: dict[str, list[tuple[str, str]]] = {}
        for complaint in self.complaints.values():
            for question in complaint.ask:
                for sign, text in question.signs.items():
                    by_text.setdefault(text, []).append((complaint.id, sign))
        return {
            place: tuple(other for other in places if other != place)
            for places in by_text.values()
            for place in places
            if len(places) > 1
        }
