"""Where to go: the complaint's own rules, then the global rules, then what this hospital has open.

A department the hospital lacks, or one outside whose limits the patient is, is replaced and never offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.clinical import DepartmentChoice, DepartmentId, Disposition
from domain.scheduling import HospitalDepartment
from knowledge.complaints import DANGER
from knowledge.departments import Department, DepartmentKind
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import CONDITIONS
from knowledge.routing import Place
from tools.triage.case import TriageCase
from tools.triage.chart import Chart
from tools.triage.disposition import global_facts

MAX_CHOICES = 3


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
    facts = global_facts(case, charts, pack)
    names = {department.id: department.name for department in hospital} or {
        department.id: department.name for department in pack.departments.values()
    }
    found: dict[DepartmentId, DepartmentChoice] = {}
    for wish in _wishes(case, charts, disposition, facts, pack):
        department = _available(wish, facts, names, pack)
        if department is not None and department.id not in found and not _misplaced(department, disposition):
            found[department.id] = _choice(wish, department, names, pack)
        if len(found) == MAX_CHOICES:
            break
    return tuple(found.values())


def _wishes(
    case: TriageCase, charts: Sequence[Chart], disposition: Disposition, facts: dict[str, Value], pack: Pack
) -> list[_Wish]:
    """Every department that was led to, best first. Here a condition nobody spoke of counts as absent."""
    values: dict[str, Value] = {**dict.fromkeys(CONDITIONS, False), **facts}
    values |= {"d": disposition.name, "month": float(case.month)}
    wishes: list[_Wish] = []
    alternatives: list[_Wish] = []
    for chart in charts:
        rule = chart.department_rule(disposition)
        wishes.append(_Wish(id=rule.to, label=rule.label, alt=rule.alt))
        alternatives += [_Wish(id=alt) for alt in rule.alt]
    hinted = [_Wish(id=hint) for hint, _ in sorted(case.hints.items(), key=lambda item: (-item[1], item[0]))]
    if disposition >= DANGER:
        hinted, alternatives = [], []
    elif all(chart.complaint.general for chart in charts):
        wishes = [*hinted, *wishes]
    ruled = [rule for rule in pack.routing.departments if rule.when.evaluate(values) is True]
    placed = {
        place: [_Wish(id=rule.to, label=rule.label, why=rule.why) for rule in ruled if rule.place is place]
        for place in Place
    }
    wishes = [*placed[Place.FIRST], *wishes, *placed[Place.ALSO], *hinted, *alternatives]
    return wishes or [_Wish(id=fallback) for fallback in pack.routing.fallback]


def _available(
    wish: _Wish, facts: dict[str, Value], names: Mapping[DepartmentId, str], pack: Pack
) -> Department | None:
    """The wished department, or what stands instead of it here and for this person."""
    queue = [wish.id, *wish.alt, *_replacements(wish.id, pack), *pack.routing.fallback]
    for department_id in dict.fromkeys(queue):
        department = pack.departments[department_id]
        if department_id in names and department.offered and department.admits(facts):
            return department
    return None


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
        return DepartmentChoice(id=department.id, name=name + label, why=wish.why or department.sees)
    if wish.id in names:
        return DepartmentChoice(id=department.id, name=name, why=department.sees)
    missing = pack.departments[wish.id].name
    return DepartmentChoice(id=department.id, name=name, why=f"{department.sees}；这里没有设{missing}")
