"""What the answers of one follow-up come to: facts, scores, the next question, the rules that hold. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.clinical import Disposition, RuleId
from domain.diary import Measure, Observation
from domain.follow_up import QuestionnaireResponse, ResponseStatus, Value
from domain.patient import PatientProfile
from knowledge.follow_up import DAY, FALL, MEANS, RISE, Course, FollowUpRule, Item
from knowledge.pack import Vitals
from knowledge.profile import profile_facts
from knowledge.routing import VitalRule

ADULT_YEARS = 40.0
"""The age that is supposed of who did not say theirs: the table of readings then counts as for adults."""
LEAST_READINGS = 3
"""How many home readings make a mean."""
_READING_NAMES = ("spo2", "hr", "sbp", "dbp", "glucose", "temp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the answers: the person, the day of the plan, earlier responses, symptoms, home readings.

    `earlier` is oldest first; `groups` are the pack's symptom groups that hold; `means` are of a week.
    """

    profile: PatientProfile
    day: int
    earlier: tuple[QuestionnaireResponse, ...] = ()
    groups: frozenset[str] = frozenset()
    means: Mapping[str, float] | None = None


def scores(course: Course, values: dict[str, Value]) -> dict[str, float]:
    """Every instrument that is answered whole, with its score."""
    values = with_shared(course, values)
    found = {one.id: one.score(values) for one in course.instruments}
    return {name: score for name, score in found.items() if score is not None}


def with_shared(course: Course, values: dict[str, Value]) -> dict[str, Value]:
    """The answers, with those an item shares with one of another instrument."""
    shared = {item.id: values[item.same_as] for item in course.items if item.same_as in values}
    return {**shared, **values}


def facts(course: Course, response: QuestionnaireResponse, known: Known) -> dict[str, Value]:
    """Everything a rule of the course may look at; a name that is missing is unknown."""
    values = with_shared(course, response.values)
    scored = scores(course, values)
    numbers = {**{name: value for name, value in values.items() if _is_number(value)}, **scored}
    person = person_facts(known.profile) | course.plan.profile
    person.pop("temp", None)
    person |= {**dict(known.means or {}), DAY: float(known.day)}
    return {**person, **values, **scored, **_changes(numbers, known.earlier)}


def person_facts(profile: PatientProfile) -> dict[str, Value]:
    """The profile's facts, an adult's age where none was said."""
    supposed: dict[str, Value] = {"age": ADULT_YEARS, "age_m": ADULT_YEARS * 12, "age_days": ADULT_YEARS * 365.25}
    return {**supposed, **profile_facts(profile)}


def _changes(numbers: Mapping[str, Value], earlier: Sequence[QuestionnaireResponse]) -> dict[str, Value]:
    """How far each number is above the last earlier one, and below the first."""
    found: dict[str, Value] = {}
    for name, value in numbers.items():
        before = [one for response in earlier if (one := _number(response, name)) is not None]
        if before:
            found |= {name + RISE: float(value) - before[-1], name + FALL: before[0] - float(value)}
    return found


def _number(response: QuestionnaireResponse, name: str) -> float | None:
    value = response.scores.get(name, response.values.get(name))
    return float(value) if value is not None and _is_number(value) else None


def _is_number(value: Value) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def missing(item: Item, response: QuestionnaireResponse) -> tuple[str, ...]:
    """The names of an item nobody has answered."""
    values = response.values
    if item.same_as and item.same_as in values:
        return ()
    return tuple(name for name in item.names if name not in values)


def applies(course: Course, item: Item, known_facts: Mapping[str, Value]) -> bool:
    """Whether an item is asked; a condition that is not known to hold leaves it out."""
    return all(condition.evaluate(known_facts) is True for condition in course.conditions.get(item.id, ()))


def to_ask(course: Course, response: QuestionnaireResponse, known: Known) -> tuple[Item, ...]:
    """What is still to be asked as things stand, in order."""
    known_facts = facts(course, response, known)
    return tuple(
        item
        for item in course.items
        if item.id not in response.skipped
        and applies(course, item, known_facts)
        and (not response.values.keys() & set(item.names) if item.measure == "bp" else missing(item, response))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that holds, with the answers it rests on."""

    rule_id: RuleId
    rule: FollowUpRule
    links: tuple[str, ...]


def findings(course: Course, response: QuestionnaireResponse, known: Known) -> tuple[Finding, ...]:
    """The rules that hold for certain, the most urgent first."""
    known_facts = facts(course, response, known)
    answered = response.values.keys()
    return tuple(
        Finding(rule_id=rule_id, rule=rule, links=tuple(sorted(rule.when.names & answered)))
        for rule_id, rule in course.rules
        if rule.when.evaluate(known_facts) is True
    )


def table_findings(
    vitals: Vitals, known_facts: Mapping[str, Value], *, beside: frozenset[str] = frozenset()
) -> tuple[VitalRule, ...]:
    """Rows of the pack's table of readings that hold, the most urgent first.

    Of the measures in `beside`, which have rules of their own, only rows that call an ambulance count.
    """
    held = [
        rule
        for rule in vitals.rules
        if rule.when.names & set(_READING_NAMES)
        and (rule.d is Disposition.CALL_120 or not rule.when.names & beside)
        and rule.when.evaluate(known_facts) is True
    ]
    return tuple(sorted(held, key=lambda rule: -rule.d))


def measured_names(rules: Sequence[FollowUpRule]) -> frozenset[str]:
    """The readings some rules look at themselves."""
    return frozenset(name for rule in rules for name in rule.when.names if name in _READING_NAMES)


def unsettled(course: Course, response: QuestionnaireResponse) -> bool:
    """Whether a question that is no reading was left open."""
    return any(item.id in response.skipped and not item.optional for item in course.items)


def week_means(readings: Sequence[Observation]) -> dict[str, float]:
    """The mean of a week's pressures, once there are three readings (mmHg)."""
    found: dict[str, float] = {}
    for name, measure in zip(MEANS, (Measure.SYSTOLIC, Measure.DIASTOLIC), strict=True):
        values = [one.value for one in readings if one.measure is measure]
        if len(values) >= LEAST_READINGS:
            found[name] = sum(values) / len(values)
    return found


def finished(course: Course, response: QuestionnaireResponse, *, at: datetime) -> QuestionnaireResponse:
    """The response once nothing is left to ask."""
    return replace(
        response,
        status=ResponseStatus.AMENDED if response.status is ResponseStatus.AMENDED else ResponseStatus.COMPLETED,
        authored_at=at,
        scores=scores(course, response.values),
    )
