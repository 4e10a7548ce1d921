"""The follow-up board and alerts: what is due, what was answered, who has to act. Only a person closes a red alert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import Enrolling, Handling
from channels.console.door import answer, body_of, done
from channels.console.ports import Console
from channels.console.rows import stamp
from channels.problems import Refusal
from domain.diary import Observation
from domain.errors import Unavailable
from domain.follow_up import (
    Actor,
    Anchor,
    CarePlan,
    CarePlanId,
    CarePlanStatus,
    Discharge,
    PlanDefinition,
    PlanId,
    Task,
    TaskId,
)
from domain.follow_up_alert import Alert, AlertId
from domain.patient import PatientId
from domain.staff import StaffSession

DIARY_DAYS: Final = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPages:
    """The calls around follow-up."""

    console: Console

    async def board(self, _request: Request, session: StaffSession) -> Response:
        """`GET /console/api/follow-up`: alerts that are open, and tasks due, begun or overdue."""
        now = self.console.services.clock.now()
        alerts = await self.console.follow_up.alerts.open_alerts()
        tasks = await self.console.follow_up.board(now=now)
        await self.console.work.viewed("follow_up.viewed", by=session.staff.id, detail={"tasks": str(len(tasks))})
        patients = {one.patient_id for one in alerts} | {one.patient_id for one in tasks}
        return answer(
            {
                "alerts": [alert_fields(one) for one in alerts],
                "tasks": [task_fields(one) for one in tasks],
                "patients": {one: await self.console.patients.masked(one) for one in sorted(patients)},
                "plans": [{"id": one.id, "title": one.title, "anchor": one.anchor.value} for one in self._plans()],
            }
        )

    async def task(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/follow-up/tasks/{id}`: one task with its answers and the earlier ones."""
        task = await self.console.follow_up.task(TaskId(request.path_params["id"]))
        responses = await self.console.follow_up.responses.of_patient(task.patient_id)
        detail = {"patient": task.patient_id, "task": task.id}
        await self.console.work.viewed("follow_up.task_opened", by=session.staff.id, detail=detail)
        return answer({"task": task_fields(task), "responses": list(responses)})

    async def take(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/follow-up/tasks/{id}/take`: this nurse makes the call."""
        now = self.console.services.clock.now()
        task = await self.console.follow_up.take(TaskId(request.path_params["id"]), by=_actor(session), now=now)
        return answer({"task": task_fields(task)})

    async def complete(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/follow-up/tasks/{id}/complete`."""
        now = self.console.services.clock.now()
        task = await self.console.follow_up.complete(TaskId(request.path_params["id"]), by=_actor(session), now=now)
        return answer({"task": task_fields(task)})

    async def acknowledge(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/alerts/{id}/acknowledge`."""
        now = self.console.services.clock.now()
        found = AlertId(request.path_params["id"])
        await self.console.follow_up.alerts.acknowledge(found, by=_actor(session), now=now)
        await self.console.bell.ring()
        return done()

    async def close(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/alerts/{id}/close`: with a reason."""
        asked = await body_of(request, Handling)
        now = self.console.services.clock.now()
        found = AlertId(request.path_params["id"])
        await self.console.follow_up.alerts.close(found, by=_actor(session), reason=asked.reason, now=now)
        await self.console.bell.ring()
        return done()

    async def change(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/follow-up/plans/{id}/{status}`: hold, take up again, complete or revoke a care plan."""
        wanted = request.path_params["status"]
        if wanted not in set(CarePlanStatus):
            raise Refusal("bad_fields")
        status = CarePlanStatus(wanted)
        plan = await self.console.follow_up.change(
            CarePlanId(request.path_params["id"]), status, by=_actor(session), now=self.console.services.clock.now()
        )
        return answer({"plan": plan_fields(plan)})

    async def enrol(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/patients/{id}/enrol`: put a known patient on plans."""
        asked = await body_of(request, Enrolling)
        discharge = Discharge(
            event_id=f"console:{asked.id or uuid4().hex}",
            patient=PatientId(request.path_params["id"]),
            plan_ids=tuple(PlanId(one) for one in asked.plans),
            days={Anchor(name): day for name, day in asked.dates().items()},
            consented=asked.consented,
        )
        if self.console.enrolment is None:
            raise Unavailable("follow-up")
        plans = await self.console.enrolment.enrol(discharge, by=_actor(session))
        return answer({"plans": [plan_fields(one) for one in plans]}, status=201)

    async def of_patient(self, patient_id: PatientId) -> dict[str, Any]:
        """A patient's plans, answers, alerts and diary."""
        follow_up, now = self.console.follow_up, self.console.services.clock.now()
        plans = await follow_up.of_patient(patient_id)
        readings = await follow_up.diary.readings(patient_id, since=now - timedelta(days=DIARY_DAYS))
        return {
            "plans": [plan_fields(one) for one in plans],
            "tasks": [task_fields(task) for one in plans for task in await follow_up.tasks(one.id)],
            "responses": list(await follow_up.responses.of_patient(patient_id)),
            "alerts": [alert_fields(one) for one in await follow_up.alerts.of_patient(patient_id)],
            "diary": diary_fields(readings),
            "reminders": list(await follow_up.reminders.of_patient(patient_id)),
        }

    def _plans(self) -> tuple[PlanDefinition, ...]:
        return self.console.enrolment.plans() if self.console.enrolment else ()


def alert_fields(one: Alert) -> dict[str, Any]:
    """An alert as the board reads it."""
    return {
        "id": one.id,
        "patient_id": one.patient_id,
        "level": one.level.value,
        "status": one.status.value,
        "rule_id": one.rule_id,
        "text": one.text,
        "quote": one.quote,
        "disposition": one.disposition.name if one.disposition is not None else None,
        "raised_at": stamp(one.raised_at),
        "act_by": stamp(one.act_by),
        "care_plan_id": one.care_plan_id,
        "task_id": one.task_id,
        "session_id": one.session_id,
        "closing_reason": one.closing_reason,
        "closed_at": stamp(one.closed_at),
    }


def task_fields(one: Task) -> dict[str, Any]:
    """A task as the board reads it."""
    return {
        "id": one.id,
        "code": one.code.value,
        "care_plan_id": one.care_plan_id,
        "patient_id": one.patient_id,
        "plan_id": one.plan_id,
        "step": one.step,
        "due_at": stamp(one.due_at),
        "status": one.status.value,
        "tries": one.tries,
        "owner": one.owner,
    }


def plan_fields(one: CarePlan) -> dict[str, Any]:
    """A care plan as the patient's page reads it."""
    return {
        "id": one.id,
        "plan_id": one.plan_id,
        "version": one.plan_version,
        "anchor": one.anchor.isoformat(),
        "status": one.status.value,
        "enrolled_at": stamp(one.enrolled_at),
    }


def diary_fields(readings: Iterable[Observation]) -> dict[str, Any]:
    """Readings by measure, oldest first, each with its unit."""
    measures: dict[str, Any] = {}
    for one in readings:
        drawn = measures.setdefault(one.measure.value, {"unit": one.measure.unit, "points": []})
        drawn["points"].append([stamp(one.at), one.value])
    return measures


def _actor(session: StaffSession) -> Actor:
    return Actor(id=session.staff.id, person=True)
