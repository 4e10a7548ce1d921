"""What holds for every complaint: symptom groups, urgency modifiers, global department rules, readings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.clinical import ConceptId, DepartmentId, Disposition, RuleId
from knowledge.expressions import Expression
from knowledge.strict import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomGroup:
    """A name global rules use: it holds when one of `concepts` was found or one of `complaints` is open."""

    concepts: tuple[ConceptId, ...] = ()
    complaints: tuple[str, ...] = ()
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """Raises the disposition when `when` holds: by `steps` levels, never beyond `up_to`."""

    id: RuleId
    when: Expression
    steps: int
    up_to: Disposition
    because: str
    src: tuple[str, ...]
    mark: Mark

    def raised(self, disposition: Disposition) -> Disposition:
        """`disposition` raised, or as it was when it is at `up_to` or above."""
        return max(disposition, min(Disposition(min(disposition + self.steps, Disposition.CALL_120)), self.up_to))


class Place(StrEnum):
    """Where a global rule puts its department among those already found."""

    FIRST = "first"
    ALSO = "also"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalRule:
    """A department rule over all complaints. `note` is for the staff, `why` is for the patient."""

    id: RuleId
    when: Expression
    to: DepartmentId
    place: Place
    label: str = ""
    why: str
    note: str = ""
    src: tuple[str, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Everything of `routing.yaml`; `neighbours` are who else sees what a department sees, best first."""

    symptoms: dict[str, SymptomGroup]
    modifiers: tuple[Modifier, ...]
    departments: tuple[GlobalRule, ...]
    fallback: tuple[DepartmentId, ...]
    neighbours: dict[DepartmentId, tuple[DepartmentId, ...]]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalRule:
    """A reading that asks for urgency. Readings raise, never lower; `note` is for the staff."""

    id: RuleId
    when: Expression
    d: Disposition
    because: str
    src: tuple[str, ...]
    note: str = ""
    mark: Mark


READINGS = frozenset({"spo2", "hr", "sbp", "dbp", "rr", "glucose"})
"""Names of readings besides `temp`: %, per minute, mmHg, mmHg, per minute, mmol/L."""
