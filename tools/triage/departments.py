"""Where to go: what the charts and the words lead to by one score, within the global rules and what is open here.

    score = what the words say (understanding.evidence)
          + what the charts say: the first 0.9, the second half of it, a general one 0.2, each more with every answer
          + a little of that for what a chart names beside its first choice

The global rules stand before or behind all of it. What is left free of three choices is filled with the
neighbours of the best one. A department the hospital lacks, or one outside whose limits the patient is, is
replaced and never offered; an examination department is named only where nothing is complained of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.clinical import DepartmentChoice, DepartmentId, Disposition
from domain.patient import Relation
from domain.scheduling import HospitalDepartment
from knowledge.complaints import DANGER
from knowledge.departments import Department, DepartmentKind
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import AGES, CONDITIONS
from knowledge.routing import Place
from tools.triage.case import TriageCase
from tools.triage.chart import Chart
from tools.triage.charts import SUPPOSED_CHILD_YEARS
from tools.triage.disposition import global_facts

MAX_CHOICES = 3
_GROWN_UP = 40.0
"""Years; between what is for children alone and what is for the old alone."""
_CHART = (0.9, 0.45)
"""What the first and the second chart say before anything was answered."""
_GENERAL_CHART = 0.2
_PER_ANSWER, _MOST_ANSWERS = 0.15, 6
_OF_MOTHERS = frozenset(map(DepartmentId, ("D15", "D26", "D27", "D28", "D29")))
"""Where a child is mentioned without being the patient: breast, obstetrics, contraception, fertility."""
_ALTERNATIVE = 0.3
"""What a chart's alternatives count, as a share of what the chart does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """A department a rule or the words lead to. `alt` comes first where the hospital lacks it."""

    id: DepartmentId
    label: str = ""
    why: str = ""
    alt: tuple[DepartmentId, ...] = ()


def choose(
    case: TriageCase,
    charts: Sequence[Chart],
    disposition: Disposition,
    pack: Pack,
    hospital: Sequence[HospitalDepartment] = (),
) -> tuple[DepartmentChoice, ...]:
    """Up to three departments, best first, each with its reason; no `hospital` means all of the catalogue."""
    facts = _person(case) | global_facts(case, charts, pack)
    names = {department.id: department.name for department in hospital} or {
        department.id: department.name for department in pack.departments.values()
    }
    errand = not case.symptoms and all(chart.complaint.general for chart in charts)
    found: dict[DepartmentId, DepartmentChoice] = {}
    for wish in _wishes(case, charts, disposition, facts, pack):
        if pack.departments[wish.id].offered:
            department = _available(wish, facts, names, pack)
        else:
            department = pack.departments[wish.id] if errand and wish.id in names else None
        if department is not None and department.id not in found and not _misplaced(department, disposition):
            found[department.id] = _choice(wish, department, names, pack)
        if len(found) == MAX_CHOICES:
            return tuple(found.values())
    if disposition < DANGER:
        for near in pack.routing.neighbours.get(next(iter(found), DepartmentId("")), ()):
            department = pack.departments[near]
            if near in names and department.offered and department.admits(facts):
                found.setdefault(near, _choice(_Wish(id=near), department, names, pack))
    return tuple(found.values())[:MAX_CHOICES]


def _person(case: TriageCase) -> dict[str, Value]:
    """A child whose age nobody said counts as a young one, unless the words are about its mother."""
    profile = case.profile
    mother = profile.pregnant or profile.postpartum or _best(case.hints) in _OF_MOTHERS
    if profile.age_years is not None or profile.relation is not Relation.CHILD or mother:
        return {}
    return {name: SUPPOSED_CHILD_YEARS * unit for name, unit in AGES.items()}


def _best(hints: Mapping[DepartmentId, float]) -> DepartmentId | None:
    return max(hints, key=lambda one: (hints[one], one), default=None)


def _wishes(
    case: TriageCase, charts: Sequence[Chart], disposition: Disposition, facts: dict[str, Value], pack: Pack
) -> list[_Wish]:
    """Every department that was led to, best first. Here a condition or symptom nobody spoke of counts as absent.

    A department for mothers gives way to no other of them (a termination to obstetrics).
    """
    values: dict[str, Value] = dict.fromkeys((*CONDITIONS, *pack.routing.symptoms), False)
    values |= facts
    values |= {"d": disposition.name, "month": float(case.month)}
    rules = [chart.department_rule(disposition) for chart in charts]
    if disposition >= DANGER:
        led = [_Wish(id=rule.to, label=rule.label, alt=rule.alt) for rule in rules]
    else:
        led = _led(case, charts, disposition)
    ruled = [rule for rule in pack.routing.departments if rule.when.evaluate(values) is True]
    placed = {
        place: [_Wish(id=rule.to, label=rule.label, why=rule.why) for rule in ruled if rule.place is place]
        for place in Place
    }
    for_mothers = bool(led) and led[0].id in _OF_MOTHERS
    first = [wish for wish in placed[Place.FIRST] if not (for_mothers and wish.id in _OF_MOTHERS)]
    wishes = [*first, *led, *placed[Place.FIRST], *placed[Place.ALSO]]
    return wishes or [_Wish(id=fallback) for fallback in pack.routing.fallback]


def _led(case: TriageCase, charts: Sequence[Chart], disposition: Disposition) -> list[_Wish]:
    """The departments of the words and the charts, the highest score first."""
    scores: dict[DepartmentId, float] = dict(case.hints)
    wishes: dict[DepartmentId, _Wish] = {}
    for place, chart in enumerate(charts):
        rule = chart.department_rule(disposition)
        answered = sum(asked.times > 0 for asked in chart.asked.values())
        weight = _GENERAL_CHART if chart.complaint.general else _CHART[min(place, len(_CHART) - 1)]
        weight += _PER_ANSWER * min(answered, _MOST_ANSWERS)
        scores[rule.to] = scores.get(rule.to, 0.0) + weight
        wishes.setdefault(rule.to, _Wish(id=rule.to, label=rule.label, alt=rule.alt))
        for alternative in rule.alt:
            scores[alternative] = scores.get(alternative, 0.0) + _ALTERNATIVE * weight
    ranked = sorted(scores, key=lambda one: (-scores[one], one))
    return [wishes.get(one, _Wish(id=one)) for one in ranked]


def _available(
    wish: _Wish, facts: dict[str, Value], names: Mapping[DepartmentId, str], pack: Pack
) -> Department | None:
    """The wished department, or what stands instead of it here and for this person.

    What is for the young or the old alone stands in only for somebody known to be one.
    """
    queue = [*wish.alt, *_replacements(wish.id, pack), *pack.routing.fallback]
    for department_id in dict.fromkeys((wish.id, *queue)):
        department = pack.departments[department_id]
        limited = "age" not in facts and _of_one_age(department)
        if department_id not in names or not department.offered or not department.admits(facts):
            continue
        if department_id == wish.id or not limited:
            return department
    return None


def _of_one_age(department: Department) -> bool:
    """Whether it is only for children or only for the old."""
    return (department.age_max or _GROWN_UP) < _GROWN_UP or (department.age_min or 0.0) > _GROWN_UP


def _replacements(department_id: DepartmentId, pack: Pack) -> list[DepartmentId]:
    """`instead` of the department, then of its replacements, breadth first."""
    found = list(pack.departments[department_id].instead)
    for replacement in found:
        found += [one for one in pack.departments[replacement].instead if one not in found]
    return found


def _misplaced(department: Department, disposition: Disposition) -> bool:
    """An emergency department is not a place for what can wait."""
    return department.kind is DepartmentKind.EMERGENCY and disposition < Disposition.VISIT_24H


def _choice(wish: _Wish, department: Department, names: Mapping[DepartmentId, str], pack: Pack) -> DepartmentChoice:
    name = names[department.id]
    if department.id == wish.id:
        label = f"（{wish.label}）" if wish.label and wish.label not in name else ""
        why = wish.why or department.sees
        return DepartmentChoice(id=department.id, name=name + label, why=why, bookable=department.offered)
    if wish.id in names:
        return DepartmentChoice(id=department.id, name=name, why=department.sees)
    missing = pack.departments[wish.id].name
    return DepartmentChoice(id=department.id, name=name, why=f"{department.sees}；这里没有设{missing}")
