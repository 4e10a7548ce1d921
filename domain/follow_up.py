"""Following patients up after they went home. Names and statuses follow FHIR R4.

A `PlanDefinition` of the pack says what is asked when; a discharge makes a `CarePlan` of it for one patient; each of
its appointments with the patient is a `Task`, answered by a `QuestionnaireResponse`. What is wrong becomes an
`Alert` (`domain.follow_up_alert`), what is measured at home an `Observation` (`domain.diary`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from domain.patient import Identity, PatientId
from domain.scheduling import step
from domain.session import SessionId

PlanId = NewType("PlanId", str)
CarePlanId = NewType("CarePlanId", str)
TaskId = NewType("TaskId", str)
Value: TypeAlias = "str | float | bool"
"""An answer: the option chosen, a number, or whether a sign is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did something: a member of staff (`person`), the patient, or the service itself. `id` is never a name."""

    id: str
    person: bool = False


AGENT = Actor(id="agent")
PATIENT = Actor(id="patient")


class Anchor(StrEnum):
    """What day 0 of a plan is."""

    DISCHARGE = "discharge"
    SURGERY = "surgery"
    DELIVERY = "delivery"
    CYCLE = "cycle"
    """The first day of a chemotherapy cycle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """An instrument and what is known of the right to use it; only a licensed one can be enabled."""

    id: str
    title: str
    version: str
    language: str
    licence: str
    enabled: bool
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDefinition:
    """What a plan of the pack comes to: `steps` are its days in words (D3, D30 …), `owner` whose patients these are."""

    id: PlanId
    version: str
    title: str
    anchor: Anchor
    steps: tuple[str, ...]
    owner: str
    questionnaires: tuple[Questionnaire, ...]
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """A patient went home. `event_id` is the sender's own: the same event never enrols twice.

    `days` gives the days the plans count from; the discharge's own day stands for one that is missing. `consented`
    says that the patient agreed to be followed up; without it nobody is enrolled.
    """

    event_id: str
    patient: PatientId | Identity
    plan_ids: tuple[PlanId, ...]
    days: Mapping[Anchor, date]
    consented: bool

    def day(self, anchor: Anchor) -> date:
        """Day 0 of a plan that counts from `anchor`."""
        return self.days[anchor if anchor in self.days else Anchor.DISCHARGE]


class CarePlanStatus(StrEnum):
    """The life of a patient's plan."""

    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REVOKED = "revoked"
    """Stopped before its end, by the patient or the staff."""

    @property
    def open(self) -> bool:
        """Whether anything may still come of it."""
        return bool(_CARE_PLAN_STEPS[self])

    def to(self, target: CarePlanStatus) -> CarePlanStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the plan cannot go from here to `target`.
        """
        return step(_CARE_PLAN_STEPS, self, target)


_CARE_PLAN_STEPS: dict[CarePlanStatus, frozenset[CarePlanStatus]] = {
    CarePlanStatus.ACTIVE: frozenset({CarePlanStatus.ON_HOLD, CarePlanStatus.COMPLETED, CarePlanStatus.REVOKED}),
    CarePlanStatus.ON_HOLD: frozenset({CarePlanStatus.ACTIVE, CarePlanStatus.REVOKED}),
    CarePlanStatus.COMPLETED: frozenset(),
    CarePlanStatus.REVOKED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """One patient's plan; `anchor` is its day 0."""

    id: CarePlanId
    patient_id: PatientId
    plan_id: PlanId
    plan_version: str
    anchor: date
    status: CarePlanStatus
    enrolled_at: datetime
    enrolled_by: Actor
    ended_at: datetime | None = None
    ended_by: Actor | None = None

    def moved(self, status: CarePlanStatus, *, by: Actor, at: datetime) -> CarePlan:
        """The plan after a step.

        Raises:
            Conflict: the plan cannot go from here to `status`.
        """
        status = self.status.to(status)
        ended = (at, by) if not status.open else (None, None)
        return replace(self, status=status, ended_at=ended[0], ended_by=ended[1])


class TaskCode(StrEnum):
    """What a task asks for."""

    QUESTIONNAIRE = "questionnaire"
    """The patient answers a step of the plan."""
    CALL = "call"
    """A nurse calls a patient who did not answer."""


class TaskStatus(StrEnum):
    """The life of a task."""

    REQUESTED = "requested"
    """Nobody was told yet."""
    RECEIVED = "received"
    """The patient was told."""
    IN_PROGRESS = "in-progress"
    """The patient answers, or a nurse took the call."""
    COMPLETED = "completed"
    FAILED = "failed"
    """Nobody answered; a call stands for it."""
    CANCELLED = "cancelled"
    """The plan was stopped."""

    @property
    def open(self) -> bool:
        """Whether it may still be done."""
        return bool(_TASK_STEPS[self])

    def to(self, target: TaskStatus) -> TaskStatus:
        """Return `target` if the step is allowed.

        Raises:
            Conflict: the task cannot go from here to `target`.
        """
        return step(_TASK_STEPS, self, target)


_ENDS = frozenset({TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED})
_TASK_STEPS: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.REQUESTED: _ENDS | {TaskStatus.RECEIVED, TaskStatus.IN_PROGRESS},
    TaskStatus.RECEIVED: _ENDS | {TaskStatus.IN_PROGRESS},
    TaskStatus.IN_PROGRESS: _ENDS,
    TaskStatus.COMPLETED: frozenset(),
    TaskStatus.FAILED: frozenset({TaskStatus.IN_PROGRESS}),
    TaskStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step of a care plan (D3, D30 …), or the call that stands for it; the patient was told `tries` times."""

    id: TaskId
    code: TaskCode
    care_plan_id: CarePlanId
    patient_id: PatientId
    plan_id: PlanId
    step: str
    due_at: datetime
    status: TaskStatus
    tries: int = 0
    told_at: datetime | None = None
    ended_at: datetime | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer. `link_id` is the question's id or one of its signs'; `corrects` is what it replaced."""

    link_id: str
    value: Value
    at: datetime
    quote: str = field(default="", repr=False)
    corrects: Value | None = None


class ResponseStatus(StrEnum):
    """The life of a response."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    AMENDED = "amended"
    """Corrected after it was complete."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireResponse:
    """What a patient answered to one task. `scores` maps an instrument's id to its score as soon as it has one."""

    task_id: TaskId
    patient_id: PatientId
    plan_id: PlanId
    plan_version: str
    status: ResponseStatus
    authored_at: datetime
    session_id: SessionId
    items: tuple[Answered, ...] = ()
    skipped: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Value]:
        """The answers by link id."""
        return {item.link_id: item.value for item in self.items}

    def with_answer(self, answered: Answered) -> QuestionnaireResponse:
        """The response with one answer given or corrected."""
        before = self.values.get(answered.link_id)
        if before == answered.value:
            return self
        others = tuple(item for item in self.items if item.link_id != answered.link_id)
        status = ResponseStatus.AMENDED if self.status is ResponseStatus.COMPLETED else self.status
        return replace(self, status=status, items=(*others, replace(answered, corrects=before)))
