"""What happens at the desk: 加号 requests, 报到 and the queue before the doctor's door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from domain.patient import PatientId
from domain.scheduling import AppointmentId, Period, PractitionerId, step

ExtraRequestId = NewType("ExtraRequestId", str)


class ExtraRequestStatus(StrEnum):
    """The life of a 加号 request. FHIR R4: an `Appointment` with status `proposed`."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    def to(self, target: ExtraRequestStatus) -> ExtraRequestStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the request cannot go from here to `target`.
        """
        return step(_STEPS, self, target)


_STEPS: dict[ExtraRequestStatus, frozenset[ExtraRequestStatus]] = {
    ExtraRequestStatus.REQUESTED: frozenset(
        {ExtraRequestStatus.GRANTED, ExtraRequestStatus.REFUSED, ExtraRequestStatus.WITHDRAWN}
    ),
    ExtraRequestStatus.GRANTED: frozenset(),
    ExtraRequestStatus.REFUSED: frozenset(),
    ExtraRequestStatus.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRequest:
    """A patient asks the desk for a place beyond a doctor's half day; the doctor decides.

    `appointment_id` is what a granted request became. `urgent` is set when the triage said the visit cannot wait.
    """

    id: ExtraRequestId
    patient_id: PatientId
    practitioner_id: PractitionerId
    date: date
    period: Period
    urgent: bool
    status: ExtraRequestStatus
    asked_at: datetime
    appointment_id: AppointmentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """Where a patient stands before the doctor's door.

    `position` counts those who have arrived and are not seen yet: 1 is next. It is 0 before check-in and once seen.
    Whoever arrives after their time waits behind those who came in time. `waiting` is how many wait altogether.
    """

    appointment_id: AppointmentId
    number: int
    where: str
    position: int
    waiting: int
    arrived_at: datetime | None = None
