"""Alerts: what a follow-up found that somebody has to look at. FHIR R4 calls it a `Flag`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.clinical import Disposition, RuleId
from domain.errors import Conflict
from domain.follow_up import Actor, CarePlanId, TaskId
from domain.patient import PatientId
from domain.scheduling import step
from domain.session import SessionId

AlertId = NewType("AlertId", str)
ONLY_A_PERSON = "only_a_person"
"""Why the service may not close a red alert: `Conflict.reason`."""


class AlertLevel(StrEnum):
    """How loud it is; a red one is closed by a person only."""

    RED = "red"
    AMBER = "amber"


class AlertStatus(StrEnum):
    """The life of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"

    def to(self, target: AlertStatus) -> AlertStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the alert cannot go from here to `target`.
        """
        return step(_STEPS, self, target)


_STEPS: dict[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.OPEN: frozenset({AlertStatus.ACKNOWLEDGED, AlertStatus.CLOSED}),
    AlertStatus.ACKNOWLEDGED: frozenset({AlertStatus.CLOSED}),
    AlertStatus.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. `text` says what was found, `quote` is what the patient said, `act_by` when somebody must have acted.

    `disposition` is what the patient was told to do, nothing where only the staff acts. An alert of a conversation
    names its session, one of a plan its task.
    """

    id: AlertId
    patient_id: PatientId
    level: AlertLevel
    rule_id: RuleId
    text: str = field(repr=False)
    quote: str = field(default="", repr=False)
    disposition: Disposition | None
    raised_at: datetime
    act_by: datetime
    status: AlertStatus = AlertStatus.OPEN
    care_plan_id: CarePlanId | None = None
    task_id: TaskId | None = None
    session_id: SessionId | None = None
    acknowledged_by: Actor | None = None
    acknowledged_at: datetime | None = None
    closed_by: Actor | None = None
    closed_at: datetime | None = None
    closing_reason: str = field(default="", repr=False)

    def acknowledged(self, *, by: Actor, at: datetime) -> Alert:
        """The alert once a person looked at it.

        Raises:
            Conflict: it is closed, acknowledged already, or `by` is no person.
        """
        if not by.person:
            raise Conflict(ONLY_A_PERSON)
        status = self.status.to(AlertStatus.ACKNOWLEDGED)
        return replace(self, status=status, acknowledged_by=by, acknowledged_at=at)

    def closed(self, *, by: Actor, reason: str, at: datetime) -> Alert:
        """The alert once it is dealt with.

        Raises:
            Conflict: it is closed already, or it is red and `by` is no person (`ONLY_A_PERSON`).
        """
        if self.level is AlertLevel.RED and not by.person:
            raise Conflict(ONLY_A_PERSON)
        status = self.status.to(AlertStatus.CLOSED)
        return replace(self, status=status, closed_by=by, closed_at=at, closing_reason=reason)
