"""候补: waiting for a place to become free. FHIR R4: an `Appointment` with status `waitlist`, then `pending`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from domain.clinical import DepartmentId
from domain.patient import PatientId
from domain.scheduling import Period, PractitionerId, Slot, Title, step

WaitlistId = NewType("WaitlistId", str)


class WaitlistStatus(StrEnum):
    """The life of a waitlist entry; only the first two are open."""

    REQUESTED = "requested"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def open(self) -> bool:
        """Whether the patient still waits or has an offer to answer."""
        return bool(_STEPS[self])

    def to(self, target: WaitlistStatus) -> WaitlistStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the entry cannot go from here to `target`.
        """
        return step(_STEPS, self, target)


_STEPS: dict[WaitlistStatus, frozenset[WaitlistStatus]] = {
    WaitlistStatus.REQUESTED: frozenset(
        {WaitlistStatus.OFFERED, WaitlistStatus.EXPIRED, WaitlistStatus.WITHDRAWN},
    ),
    WaitlistStatus.OFFERED: frozenset({WaitlistStatus.ACCEPTED, WaitlistStatus.DECLINED, WaitlistStatus.EXPIRED}),
    WaitlistStatus.ACCEPTED: frozenset(),
    WaitlistStatus.DECLINED: frozenset(),
    WaitlistStatus.EXPIRED: frozenset(),
    WaitlistStatus.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistWish:
    """What the patient waits for; `None` means any. Dates are inclusive."""

    department_id: DepartmentId
    first_date: date
    last_date: date
    practitioner_id: PractitionerId | None = None
    title: Title | None = None
    period: Period | None = None
    max_fee_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistEntry:
    """One patient's place in the queue for a wish.

    `position` is 1 for whoever is offered the next matching place, 0 once the entry no longer waits. While
    `status` is `OFFERED`, one place of `offer` is kept for the patient until `until`; both are `None` otherwise.
    """

    id: WaitlistId
    patient_id: PatientId
    wish: WaitlistWish
    status: WaitlistStatus
    joined_at: datetime
    position: int
    offer: Slot | None = None
    until: datetime | None = None
