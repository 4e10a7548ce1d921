"""What patients measure at home, and what they are reminded of. FHIR R4: `Observation`, and a plan's activities."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType

from domain.follow_up import CarePlanId
from domain.patient import PatientId
from domain.session import SessionId

ReminderId = NewType("ReminderId", str)


class Measure(StrEnum):
    """What is measured; the values are the names the pack's rules use."""

    SYSTOLIC = "sbp"
    DIASTOLIC = "dbp"
    HEART_RATE = "hr"
    GLUCOSE = "glucose"
    OXYGEN = "spo2"
    TEMPERATURE = "temp"
    WEIGHT = "weight"

    @property
    def unit(self) -> str:
        """mmHg, 次/分, mmol/L, %, ℃ or kg."""
        return _UNITS[self]


_UNITS = {
    Measure.SYSTOLIC: "mmHg",
    Measure.DIASTOLIC: "mmHg",
    Measure.HEART_RATE: "次/分",
    Measure.GLUCOSE: "mmol/L",
    Measure.OXYGEN: "%",
    Measure.TEMPERATURE: "℃",
    Measure.WEIGHT: "kg",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One home reading, unverified. `id` is the input's with the measure: an input is kept once."""

    id: str
    patient_id: PatientId
    measure: Measure
    value: float = field(repr=False)
    at: datetime
    session_id: SessionId | None = None


class ReminderKind(StrEnum):
    """What a patient is reminded of."""

    MEDICATION = "medication"
    """That it is time; never what or how much."""
    REVISIT = "revisit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Daily at `at`, from the first day to the last (inclusive), in the hospital's zone; a revisit's days are one."""

    id: ReminderId
    kind: ReminderKind
    patient_id: PatientId
    care_plan_id: CarePlanId | None
    at: time
    first_day: date
    last_day: date
    stopped: bool = False
