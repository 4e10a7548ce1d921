"""A department as the national catalogue knows it; what a hospital calls it and where it is, the hospital says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.clinical import DepartmentId
from knowledge.logic import Value
from knowledge.strict import Mark


class DepartmentKind(StrEnum):
    """What a patient can do there."""

    EMERGENCY = "emergency"
    CLINIC = "clinic"
    INPATIENT = "inpatient"
    EXAMINATION = "examination"


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department. Ages in years: `age_min` included, `age_max` excluded.

    `sees` says in plain words what it is for. `instead` are departments to offer when the hospital lacks
    it or when the patient is outside its limits, best first.
    """

    id: DepartmentId
    name: str
    code: str
    kind: DepartmentKind = DepartmentKind.CLINIC
    sees: str
    aliases: tuple[str, ...]
    age_min: float | None = None
    age_max: float | None = None
    sex: Literal["男", "女"] | None = None
    instead: tuple[DepartmentId, ...] = ()
    note: str = ""
    mark: Mark

    @property
    def offered(self) -> bool:
        """Whether a patient can be sent there directly."""
        return self.kind in {DepartmentKind.EMERGENCY, DepartmentKind.CLINIC}

    def admits(self, facts: dict[str, Value]) -> bool:
        """Whether nothing known about the person (`age`, `sex`) keeps them out."""
        age, sex = facts.get("age"), facts.get("sex")
        if isinstance(age, float):
            if self.age_min is not None and age < self.age_min:
                return False
            if self.age_max is not None and age >= self.age_max:
                return False
        return self.sex is None or sex is None or sex == self.sex
