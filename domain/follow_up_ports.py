"""The ports of follow-up: enrolment, tasks, answers, alerts, diary, reminders.

All methods raise `Unavailable` when the thing behind them does not answer. Every write is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.diary import Measure, Observation, Reminder, ReminderId
from domain.follow_up import (
    Actor,
    CarePlan,
    CarePlanId,
    CarePlanStatus,
    Discharge,
    PlanDefinition,
    QuestionnaireResponse,
    Task,
    TaskId,
)
from domain.follow_up_alert import Alert, AlertId
from domain.patient import PatientId
from domain.session import SessionId


class Enrolment(Protocol):
    """Puts patients on plans, whoever reports the discharge: HTTP, the console, FHIR."""

    def plans(self) -> tuple[PlanDefinition, ...]:
        """What a patient can be put on."""

    async def enrol(self, discharge: Discharge, *, by: Actor) -> tuple[CarePlan, ...]:
        """Put the patient on the discharge's plans; the same event again gives the same care plans.

        Raises:
            NotFound: no such plan or patient.
            ConsentRequired: the patient did not agree.
            InvalidFields: no plan is named, or day 0 is too long ago for any step to be left.
        """


class Starting(Protocol):
    """Where care plans begin."""

    async def start(self, care_plan: CarePlan, steps: Sequence[tuple[str, datetime]], *, now: datetime) -> CarePlan:
        """Keep a care plan with one task and its due work per step; one with this id that is there is returned."""


class CarePlans(Starting, Protocol):
    """Care plans and their tasks."""

    async def care_plan(self, care_plan_id: CarePlanId) -> CarePlan:
        """One care plan.

        Raises:
            NotFound: no such care plan.
        """

    async def of_patient(self, patient_id: PatientId) -> tuple[CarePlan, ...]:
        """All care plans of a patient, open ones first, newest first."""

    async def change(self, care_plan_id: CarePlanId, status: CarePlanStatus, *, by: Actor, now: datetime) -> CarePlan:
        """Hold, take up again, complete or revoke a plan; open tasks of a revoked one are cancelled, alerts stay.

        Raises:
            NotFound: no such care plan.
            Conflict: it cannot go there from where it is.
        """

    async def task(self, task_id: TaskId) -> Task:
        """One task.

        Raises:
            NotFound: no such task.
        """

    async def tasks(self, care_plan_id: CarePlanId) -> tuple[Task, ...]:
        """All tasks of a care plan, soonest first."""

    async def waiting(self, patient_id: PatientId, *, now: datetime) -> tuple[Task, ...]:
        """What a patient can answer now, of active plans: begun first, then oldest first."""

    async def board(self, *, now: datetime, limit: int = 200) -> tuple[Task, ...]:
        """For the staff: calls to make, what is begun or overdue, and what is due within a day; soonest first."""

    async def told(self, task_id: TaskId, *, tries: int, now: datetime) -> Task:
        """The patient was told for the `tries`-th time."""

    async def begin(self, task_id: TaskId, *, now: datetime) -> Task:
        """The patient, or the nurse who took the call, begins.

        Raises:
            NotFound: no such task.
            Conflict: it is ended.
        """

    async def missed(self, task_id: TaskId, *, now: datetime) -> Task | None:
        """Nobody answered: the task has failed and a call stands for it; nothing if it was answered after all."""

    async def take(self, task_id: TaskId, *, by: Actor, now: datetime) -> Task:
        """A nurse takes a call; raises as `begin` does, and `Conflict` when somebody else has it."""

    async def complete(self, task_id: TaskId, *, by: Actor, now: datetime) -> Task:
        """It is done; the care plan is completed with its last task.

        Raises:
            NotFound: no such task.
            Conflict: it was cancelled.
        """


class Responses(Protocol):
    """What patients answered; texts are sealed with the patient's key."""

    async def save(self, response: QuestionnaireResponse) -> None:
        """Keep the answers so far; what was kept for the task before is replaced."""

    async def of_task(self, task_id: TaskId) -> QuestionnaireResponse | None:
        """What was answered to a task."""

    async def of_patient(self, patient_id: PatientId, *, limit: int = 50) -> tuple[QuestionnaireResponse, ...]:
        """A patient's responses, newest first: the previous values."""


class SessionAlerts(Protocol):
    """The alerts of a session."""

    async def open_for(self, session_id: SessionId) -> bool:
        """Whether an alert raised in this session is not closed: its erasure waits."""


class Alerts(SessionAlerts, Protocol):
    """Alerts; their texts are sealed with the patient's key."""

    async def raise_alert(self, alert: Alert) -> Alert:
        """Keep an alert; one with this id that is there is returned as it is."""

    async def alert(self, alert_id: AlertId) -> Alert:
        """One alert.

        Raises:
            NotFound: no such alert.
        """

    async def open_alerts(self, *, limit: int = 200) -> tuple[Alert, ...]:
        """What is not closed: red first, then by when somebody must have acted."""

    async def of_patient(self, patient_id: PatientId) -> tuple[Alert, ...]:
        """All alerts of a patient, newest first."""

    async def acknowledge(self, alert_id: AlertId, *, by: Actor, now: datetime) -> Alert:
        """A person looked at it: one atomic step.

        Raises:
            NotFound: no such alert.
            Conflict: it is acknowledged or closed already, or `by` is no person.
        """

    async def close(self, alert_id: AlertId, *, by: Actor, reason: str, now: datetime) -> Alert:
        """It is dealt with: one atomic step.

        Raises:
            NotFound: no such alert.
            Conflict: it is closed already, or red and `by` is no person.
        """


class Diary(Protocol):
    """Home readings; values are sealed with the patient's key."""

    async def add(self, observations: Sequence[Observation]) -> None:
        """Keep readings; one with a known id is not kept again."""

    async def readings(
        self, patient_id: PatientId, measures: Sequence[Measure] = (), *, since: datetime
    ) -> tuple[Observation, ...]:
        """A patient's readings of these measures (all of them if none is named), oldest first."""


class ReminderOrders(Protocol):
    """Where reminders are ordered."""

    async def set(self, reminder: Reminder, *, now: datetime) -> None:
        """Keep a reminder with its due work; one with this id is replaced."""


class Reminders(ReminderOrders, Protocol):
    """Medication and revisit reminders."""

    async def reminder(self, reminder_id: ReminderId) -> Reminder:
        """One reminder.

        Raises:
            NotFound: no such reminder.
        """

    async def of_patient(self, patient_id: PatientId) -> tuple[Reminder, ...]:
        """All reminders of a patient that are not stopped."""

    async def stop(self, reminder_id: ReminderId) -> None:
        """No more of it; one that is stopped or gone is fine."""


class FollowUp(CarePlans, Protocol):
    """Everything kept of follow-up, in one transaction space."""

    @property
    def responses(self) -> Responses:
        """What patients answered."""

    @property
    def alerts(self) -> Alerts:
        """What somebody has to look at."""

    @property
    def diary(self) -> Diary:
        """Home readings."""

    @property
    def reminders(self) -> Reminders:
        """What patients are reminded of."""

    async def stop(self, patient_id: PatientId, *, by: Actor, now: datetime) -> int:
        """Revoke every open care plan and stop every reminder of a patient; how many plans. Alerts stay open."""

    async def erase(self, patient_id: PatientId, *, now: datetime) -> bool:
        """Destroy the patient's key and everything under it; `False`, and nothing done, while an alert is open."""
