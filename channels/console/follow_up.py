"""The follow-up board and alerts: what is due, what was answered, who has to act. Only a person closes a red alert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import Enrolling, Handling
from channels.console.course import Course, alert_fields, reminder_fields
from channels.console.door import answer, body_of, done
from channels.console.ports import Console
from channels.problems import Refusal
from domain.errors import BanyiError, Unavailable
from domain.follow_up import (
    Actor,
    Anchor,
    CarePlanId,
    CarePlanStatus,
    Discharge,
    PlanDefinition,
    PlanId,
    TaskId,
)
from domain.follow_up_alert import AlertId
from domain.patient import PatientId
from domain.staff import StaffSession

log = structlog.get_logger(__name__)

DIARY_DAYS: Final = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPages:
    """The calls around follow-up."""

    console: Console

    @property
    def course(self) -> Course:
        """Ids in the words of the pack at work."""
        return Course(names=self.console.names)

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
                "tasks": [self.course.task(one) for one in tasks],
                "patients": {one: await self._masked(one) for one in sorted(patients)},
                "plans": [{"id": one.id, "title": one.title, "anchor": one.anchor.value} for one in self._plans()],
            }
        )

    async def task(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/follow-up/tasks/{id}`: one task with its answers and the earlier ones."""
        task = await self.console.follow_up.task(TaskId(request.path_params["id"]))
        responses = await self.console.follow_up.responses.of_patient(task.patient_id)
        detail = {"patient": task.patient_id, "task": task.id}
        await self.console.work.viewed("follow_up.task_opened", by=session.staff.id, detail=detail)
        return answer({"task": self.course.task(task), "responses": [self.course.response(one) for one in responses]})

    async def take(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/follow-up/tasks/{id}/take`: this nurse makes the call."""
        now = self.console.services.clock.now()
        task = await self.console.follow_up.take(TaskId(request.path_params["id"]), by=_actor(session), now=now)
        return answer({"task": self.course.task(task)})

    async def complete(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/follow-up/tasks/{id}/complete`."""
        now = self.console.services.clock.now()
        task = await self.console.follow_up.complete(TaskId(request.path_params["id"]), by=_actor(session), now=now)
        return answer({"task": self.course.task(task)})

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
        return answer({"plan": self.course.plan(plan)})

    async def enrol(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/patients/{id}/enrol`: put a known patient on plans."""
        asked = await body_of(request, Enrolling)
        days = {Anchor(name): day for name, day in asked.dates().items()}
        chosen = [one for one in self._plans() if one.id in asked.plans]
        if Anchor.DISCHARGE not in days and any(one.anchor not in days for one in chosen):
            raise Refusal("bad_fields")
        discharge = Discharge(
            event_id=f"console:{asked.id or uuid4().hex}",
            patient=PatientId(request.path_params["id"]),
            plan_ids=tuple(PlanId(one) for one in asked.plans),
            days=days,
            consented=asked.consented,
        )
        if self.console.enrolment is None:
            raise Unavailable("follow-up")
        plans = await self.console.enrolment.enrol(discharge, by=_actor(session))
        return answer({"plans": [self.course.plan(one) for one in plans]}, status=201)

    async def of_patient(self, patient_id: PatientId) -> dict[str, Any]:
        """A patient's plans, answers, alerts and diary."""
        follow_up, now = self.console.follow_up, self.console.services.clock.now()
        plans = await follow_up.of_patient(patient_id)
        readings = await follow_up.diary.readings(patient_id, since=now - timedelta(days=DIARY_DAYS))
        return {
            "plans": [self.course.plan(one) for one in plans],
            "tasks": [self.course.task(task) for one in plans for task in await follow_up.tasks(one.id)],
            "responses": [self.course.response(one) for one in await follow_up.responses.of_patient(patient_id)],
            "alerts": [alert_fields(one) for one in await follow_up.alerts.of_patient(patient_id)],
            "diary": self.course.diary(readings),
            "reminders": [reminder_fields(one) for one in await follow_up.reminders.of_patient(patient_id)],
        }

    async def _masked(self, patient_id: PatientId) -> str:
        """Who it is, masked; nothing where the hospital knows them no more, so that the others stay to be seen."""
        try:
            return await self.console.patients.masked(patient_id)
        except BanyiError as error:
            log.warning("patient_unreadable", code=error.code)
            return ""

    def _plans(self) -> tuple[PlanDefinition, ...]:
        return self.console.enrolment.plans() if self.console.enrolment else ()


def _actor(session: StaffSession) -> Actor:
    return Actor(id=session.staff.id, person=True)
