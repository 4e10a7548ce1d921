"""Departments, doctors, slots and appointments; names and statuses follow FHIR R4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType, TypeVar

from domain.clinical import DepartmentId
from domain.errors import Conflict
from domain.patient import PatientId

S = TypeVar("S", bound=StrEnum)

SlotId = NewType("SlotId", str)
HoldId = NewType("HoldId", str)
AppointmentId = NewType("AppointmentId", str)
PractitionerId = NewType("PractitionerId", str)


class Period(StrEnum):
    """Half of a clinic day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class Title(StrEnum):
    """A doctor's title, lowest first."""

    RESIDENT = "住院医师"
    ATTENDING = "主治医师"
    ASSOCIATE_CHIEF = "副主任医师"
    CHIEF = "主任医师"

    @property
    def expert(self) -> bool:
        """Whether patients call this an expert clinic (专家号)."""
        return self in {Title.ASSOCIATE_CHIEF, Title.CHIEF}


class Refusal(StrEnum):
    """Why a booking step was refused: the `reason` of the `Conflict` that the hospital's ports raise."""

    FULL = "full"
    STOPPED = "stopped"
    PAST = "past"
    TOO_FAR = "too_far"
    """The day is not open for booking yet (`BookingRules.days_ahead`)."""
    SAME_SESSION = "same_session"
    """The patient has an appointment in this department and half day."""
    DAILY_LIMIT = "daily_limit"
    BANNED = "banned"
    """Too many appointments missed; `Standing.banned_until` says until when."""
    DEADLINE = "deadline"
    STATUS = "status"
    """The state does not allow the step: cancelled already, accepted already, not waiting any more."""
    TOO_EARLY = "too_early"
    """Check-in is not open yet."""
    TOO_LATE = "too_late"
    """Check-in has closed."""
    PLACES_FREE = "places_free"
    """No need to wait: a slot that matches is free now."""
    WAITING = "waiting"
    """The patient waits, or has asked, for this already."""
    GUARDIAN = "guardian"
    """A child needs a guardian among the account's people."""
    PEOPLE_LIMIT = "people_limit"
    KEY_REUSED = "key_reused"


def step(steps: Mapping[S, frozenset[S]], here: S, target: S) -> S:
    """Return `target` if a life that `steps` describes goes there from `here`.

    Raises:
        Conflict: it does not (`Refusal.STATUS`).
    """
    if target not in steps[here]:
        raise Conflict(Refusal.STATUS)
    return target


class AppointmentStatus(StrEnum):
    """FHIR R4 `AppointmentStatus`, the part a patient's booking passes through."""

    PENDING = "pending"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"

    def to(self, target: AppointmentStatus) -> AppointmentStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the appointment cannot go from here to `target`.
        """
        return step(_APPOINTMENT_STEPS, self, target)


_APPOINTMENT_STEPS: dict[AppointmentStatus, frozenset[AppointmentStatus]] = {
    AppointmentStatus.PENDING: frozenset({AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED}),
    AppointmentStatus.BOOKED: frozenset(
        {AppointmentStatus.ARRIVED, AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW}
    ),
    AppointmentStatus.ARRIVED: frozenset({AppointmentStatus.FULFILLED}),
    AppointmentStatus.FULFILLED: frozenset(),
    AppointmentStatus.CANCELLED: frozenset(),
    AppointmentStatus.NOSHOW: frozenset(),
}


class SlotStatus(StrEnum):
    """FHIR R4 `SlotStatus`. A place of a slot goes free → busy-tentative (held) → busy, or back."""

    FREE = "free"
    BUSY = "busy"
    BUSY_TENTATIVE = "busy-tentative"
    BUSY_UNAVAILABLE = "busy-unavailable"


class HoldStatus(StrEnum):
    """The life of a hold: one place of a slot, busy-tentative."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    LAPSED = "lapsed"

    def to(self, target: HoldStatus) -> HoldStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the hold cannot go from here to `target`.
        """
        return step(_HOLD_STEPS, self, target)


_HOLD_STEPS: dict[HoldStatus, frozenset[HoldStatus]] = {
    HoldStatus.HELD: frozenset({HoldStatus.CONFIRMED, HoldStatus.RELEASED, HoldStatus.LAPSED}),
    HoldStatus.CONFIRMED: frozenset(),
    HoldStatus.RELEASED: frozenset(),
    HoldStatus.LAPSED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalDepartment:
    """A department this hospital runs: where it is and what it is called here."""

    id: DepartmentId
    name: str
    building: str
    floor: str
    bookable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner:
    """A doctor of the hospital; `speciality` is the hospital's own text."""

    id: PractitionerId
    name: str
    title: Title
    department_id: DepartmentId
    speciality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A bookable time with one doctor. `left` counts what can still be taken; `fee_cents` is in fen."""

    id: SlotId
    department_id: DepartmentId
    department: str
    practitioner_id: PractitionerId
    doctor: str
    title: Title
    date: date
    period: Period
    start: time
    end: time
    fee_cents: int
    left: int
    stopped: bool = False

    @property
    def status(self) -> SlotStatus:
        """What FHIR calls the slot as a whole."""
        if self.stopped:
            return SlotStatus.BUSY_UNAVAILABLE
        return SlotStatus.FREE if self.left > 0 else SlotStatus.BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotQuery:
    """What the patient asked for; `None` means any. Dates are inclusive. Results come earliest first."""

    department_ids: tuple[DepartmentId, ...] = ()
    practitioner_id: PractitionerId | None = None
    doctor: str | None = None
    expert: bool | None = None
    title: Title | None = None
    first_date: date | None = None
    last_date: date | None = None
    period: Period | None = None
    max_fee_cents: int | None = None
    not_before: datetime | None = None
    limit: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A slot kept for one session until `expires_at`."""

    id: HoldId
    slot: Slot
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booked visit. `number` is the queue number, `where` and `bring` are for the patient to read."""

    id: AppointmentId
    patient_id: PatientId
    slot: Slot
    status: AppointmentStatus
    number: int
    where: str
    bring: tuple[str, ...]
