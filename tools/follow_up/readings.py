"""Home readings: what a message says in numbers, what the tables make of it, and how it went. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from domain.clinical import Disposition, RuleId
from domain.diary import Measure, Observation
from domain.follow_up import Value
from domain.follow_up_alert import AlertLevel
from domain.patient import ADULT_AGE_YEARS, PatientId
from domain.session import SessionId
from knowledge.follow_up import DiaryTable
from knowledge.logic import Facts
from knowledge.pack import Pack, Vitals
from tools.follow_up.course import table_findings
from understanding import weights
from understanding.reading import Readings, Understanding

LABELS = {
    Measure.SYSTOLIC: "高压",
    Measure.DIASTOLIC: "低压",
    Measure.HEART_RATE: "心率",
    Measure.GLUCOSE: "血糖",
    Measure.OXYGEN: "血氧",
    Measure.TEMPERATURE: "体温",
    Measure.WEIGHT: "体重",
}
PRESSURES = (Measure.SYSTOLIC, Measure.DIASTOLIC)
_FIELDS = {
    Measure.SYSTOLIC: "systolic_mmhg",
    Measure.DIASTOLIC: "diastolic_mmhg",
    Measure.HEART_RATE: "heart_rate_per_minute",
    Measure.GLUCOSE: "glucose_mmol_per_litre",
    Measure.OXYGEN: "oxygen_saturation_percent",
    Measure.TEMPERATURE: "temperature_celsius",
}


def measured(understanding: Understanding) -> dict[Measure, float]:
    """Every reading of a message, by measure."""
    found = of_readings(understanding.readings)
    weight = weights.read(understanding.raw)
    return found if weight is None else {**found, Measure.WEIGHT: weight}


def of_readings(readings: Readings) -> dict[Measure, float]:
    """What the readings of a message hold."""
    values = {measure: getattr(readings, name) for measure, name in _FIELDS.items()}
    return {measure: value for measure, value in values.items() if value is not None}


def observations(
    found: Mapping[Measure, float], patient_id: PatientId, *, session_id: SessionId, input_id: str, at: datetime
) -> tuple[Observation, ...]:
    """The diary's entries of one message; the same message makes the same entries."""
    return tuple(
        Observation(
            id=f"{entry_id(session_id, input_id)}:{measure}",
            patient_id=patient_id,
            measure=measure,
            value=value,
            at=at,
            session_id=session_id,
        )
        for measure, value in found.items()
    )


def entry_id(session_id: SessionId, input_id: str) -> str:
    """What names everything one input left in the diary."""
    return hashlib.sha256(f"{session_id}\0{input_id}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A row of a table that holds: what the patient is told, how loud it is, who says so."""

    rule_id: RuleId
    disposition: Disposition | None
    level: AlertLevel | None
    within_hours: float
    because: str
    src: tuple[str, ...]


def verdicts(diary: DiaryTable, vitals: Vitals, facts: Facts) -> tuple[Verdict, ...]:
    """Every row of both tables that holds, the most urgent first."""
    held = [
        Verdict(
            rule_id=RuleId(f"diary.{rule.id}@{diary.version}"),
            disposition=rule.d,
            level=rule.level,
            within_hours=rule.within_hours,
            because=rule.because,
            src=rule.src,
        )
        for rule in diary.rules
        if rule.when.evaluate(facts) is True
    ]
    held += of_table(vitals, facts)
    return tuple(sorted(held, key=lambda one: (-(one.disposition or 0), one.level is not AlertLevel.RED)))


def of_table(vitals: Vitals, facts: Facts, *, beside: frozenset[str] = frozenset()) -> list[Verdict]:
    """Rows of the pack's table of readings, with the level that goes with each."""
    return [
        Verdict(
            rule_id=rule.id,
            disposition=rule.d,
            level=_level(rule.d),
            within_hours=_within(rule.d),
            because=rule.because,
            src=rule.src,
        )
        for rule in table_findings(vitals, facts, beside=beside)
    ]


def _level(disposition: Disposition) -> AlertLevel | None:
    if disposition >= Disposition.ED_NOW:
        return AlertLevel.RED
    return AlertLevel.AMBER if disposition is Disposition.VISIT_24H else None


def _within(disposition: Disposition) -> float:
    return {Disposition.CALL_120: 0.2, Disposition.ED_NOW: 0.5}.get(disposition, 8.0)


def unremarked(measure: Measure, diary: DiaryTable, vitals: Vitals) -> tuple[float | None, float | None]:
    """Between which values no row of both tables holds for an adult of whom nothing else is known; `None` is open."""
    rules = (*(rule.when for rule in diary.rules), *(rule.when for rule in vitals.rules))
    compared = (one for rule in rules for one in rule.comparisons if one.name == measure.value)
    limits = sorted({float(value) for one in compared for value in one.values})
    edges: list[float | None] = [None, *limits, None]
    silent = [
        (low, high)
        for low, high in pairwise(edges)
        if not verdicts(diary, vitals, {"age": ADULT_AGE_YEARS + 1.0, measure.value: _between(low, high)})
    ]
    return (silent[0][0], silent[-1][1]) if silent else (None, None)


def _between(low: float | None, high: float | None) -> float:
    if low is None:
        return 0.0 if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def symptom_groups(understanding: Understanding, pack: Pack) -> dict[str, Value]:
    """The groups of the table of readings that hold by what the message tells."""
    present = {one.concept for one in understanding.findings if one.presence == "present"}
    return {name: True for name, group in pack.vitals.symptoms.items() if present.intersection(group.concepts)}


def words(found: Mapping[Measure, float]) -> str:
    """「血压150/95 mmHg、血糖7.8 mmol/L」."""
    said = []
    if pressures := [f"{found[one]:g}" for one in PRESSURES if one in found]:
        said.append(f"血压{'/'.join(pressures)} {Measure.SYSTOLIC.unit}")
    said += [f"{LABELS[one]}{value:g} {one.unit}" for one, value in found.items() if one not in PRESSURES]
    return "、".join(said)


def series(readings: Sequence[Observation]) -> list[tuple[Measure, tuple[tuple[datetime, float], ...]]]:
    """Readings by measure, each oldest first, in the order of `Measure`."""
    found = [(measure, tuple((one.at, one.value) for one in readings if one.measure is measure)) for measure in Measure]
    return [(measure, points) for measure, points in found if points]
