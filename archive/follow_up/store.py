"""Care plans and their tasks, behind the `FollowUp` port."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from archive.columns import insert_new
from archive.due import SqlDueWork
from archive.follow_up.alerts import SqlAlerts
from archive.follow_up.base import Base, actor_of, actor_text
from archive.follow_up.diary import SqlDiary
from archive.follow_up.reminders import SqlReminders
from archive.follow_up.responses import SqlResponses
from archive.schema_follow_up import alerts, care_plans, due, follow_up_patients, tasks
from domain.errors import Conflict, NotFound
from domain.follow_up import (
    AGENT,
    Actor,
    CarePlan,
    CarePlanId,
    CarePlanStatus,
    PlanId,
    Task,
    TaskCode,
    TaskId,
    TaskStatus,
)
from domain.follow_up_alert import AlertStatus
from domain.notices import DueKind
from domain.patient import PatientId

AHEAD = timedelta(days=1)
CALL_SUFFIX = "-call"
ERASED_EVENT = "follow_up.erased"
"""The audit chain's entry of an erased patient; it holds the digest of the key that no restore puts back."""
_OPEN_PLANS = [status for status in CarePlanStatus if status.open]
_OPEN = (TaskStatus.REQUESTED, TaskStatus.RECEIVED, TaskStatus.IN_PROGRESS)


class SqlFollowUp:
    """Implements `FollowUp`. A step is read, checked and written in one transaction."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._database = base.database
        self.responses = SqlResponses(base)
        self.alerts = SqlAlerts(base)
        self.diary = SqlDiary(base)
        self.reminders = SqlReminders(base)
        self.due = SqlDueWork(base.database, due)

    async def start(self, care_plan: CarePlan, steps: Sequence[tuple[str, datetime]], *, now: datetime) -> CarePlan:
        """Keep a care plan with one task and its due work per step; one with this id that is there is returned."""
        row = {
            "id": care_plan.id,
            "patient_id": care_plan.patient_id,
            "plan_id": care_plan.plan_id,
            "plan_version": care_plan.plan_version,
            "anchor": care_plan.anchor.isoformat(),
            "status": care_plan.status,
            "enrolled_at": care_plan.enrolled_at,
            "enrolled_by": actor_text(care_plan.enrolled_by),
        }

        def work(connection: Connection) -> CarePlan:
            self._base.enrol(connection, care_plan.patient_id)
            if not insert_new(connection, care_plans, row):
                return _care_plan(connection, care_plan.id)
            for step, due_at in steps:
                task = _planned(care_plan, step, due_at)
                connection.execute(insert(tasks), task)
                due.plan_once(connection, DueKind.FOLLOW_UP, task["id"], due_at)
            detail = {"care_plan": care_plan.id, "plan": care_plan.plan_id, "by": actor_text(care_plan.enrolled_by)}
            self._base.audit(connection, "follow_up.enrolled", now, **detail)
            return care_plan

        return await self._database.write(work)

    async def care_plan(self, care_plan_id: CarePlanId) -> CarePlan:
        """One care plan."""
        return await self._database.read(lambda c: _care_plan(c, care_plan_id, lock=False))

    async def of_patient(self, patient_id: PatientId) -> tuple[CarePlan, ...]:
        """All care plans of a patient, open ones first, newest first."""
        mine = select(care_plans).where(care_plans.c.patient_id == patient_id)
        ordered = mine.order_by(care_plans.c.enrolled_at.desc(), care_plans.c.id)
        rows = await self._database.read(lambda c: c.execute(ordered).all())
        return tuple(sorted((_plan_of(row) for row in rows), key=lambda plan: not plan.status.open))

    async def change(self, care_plan_id: CarePlanId, status: CarePlanStatus, *, by: Actor, now: datetime) -> CarePlan:
        """Hold, take up again, complete or revoke a plan."""
        return await self._database.write(lambda c: self._change(c, care_plan_id, status, by, now))

    async def task(self, task_id: TaskId) -> Task:
        """One task."""
        return await self._database.read(lambda c: _task(c, task_id, lock=False))

    async def tasks(self, care_plan_id: CarePlanId) -> tuple[Task, ...]:
        """All tasks of a care plan, soonest first."""
        mine = select(tasks).where(tasks.c.care_plan_id == care_plan_id).order_by(tasks.c.due_at, tasks.c.id)
        rows = await self._database.read(lambda c: c.execute(mine).all())
        return tuple(_task_of(row) for row in rows)

    async def waiting(self, patient_id: PatientId, *, now: datetime) -> tuple[Task, ...]:
        """What a patient can answer now, of active plans: begun first, then oldest first."""
        mine = (
            select(tasks)
            .join(care_plans, care_plans.c.id == tasks.c.care_plan_id)
            .where(
                tasks.c.patient_id == patient_id,
                tasks.c.code == TaskCode.QUESTIONNAIRE,
                tasks.c.status.in_(_OPEN),
                tasks.c.due_at <= now,
                care_plans.c.status == CarePlanStatus.ACTIVE,
            )
            .order_by(tasks.c.due_at, tasks.c.id)
        )
        rows = await self._database.read(lambda c: c.execute(mine).all())
        found = (_task_of(row) for row in rows)
        return tuple(sorted(found, key=lambda task: task.status is not TaskStatus.IN_PROGRESS))

    async def board(self, *, now: datetime, limit: int = 200) -> tuple[Task, ...]:
        """For the staff: calls to make, what is begun or overdue, and what is due within a day; soonest first."""
        shown = (
            select(tasks)
            .join(care_plans, care_plans.c.id == tasks.c.care_plan_id)
            .where(tasks.c.status.in_(_OPEN), tasks.c.due_at <= now + AHEAD)
            .where(care_plans.c.status == CarePlanStatus.ACTIVE)
            .order_by(tasks.c.due_at, tasks.c.id)
            .limit(limit)
        )
        rows = await self._database.read(lambda c: c.execute(shown).all())
        return tuple(sorted((_task_of(row) for row in rows), key=lambda task: task.code is not TaskCode.CALL))

    async def told(self, task_id: TaskId, *, tries: int, now: datetime) -> Task:
        """The patient was told for the `tries`-th time."""

        def work(connection: Connection) -> Task:
            task = _task(connection, task_id)
            if tries <= task.tries:
                return task
            received = TaskStatus.RECEIVED if task.status is TaskStatus.REQUESTED else task.status
            return _keep(connection, replace(task, status=received, tries=tries, told_at=now))

        return await self._database.write(work)

    async def begin(self, task_id: TaskId, *, now: datetime) -> Task:
        """The patient begins; a task that failed is taken up again and its call is not needed any more."""

        def work(connection: Connection) -> Task:
            task = _task(connection, task_id)
            if task.status is TaskStatus.IN_PROGRESS:
                return task
            begun = _keep(connection, replace(task, status=task.status.to(TaskStatus.IN_PROGRESS), ended_at=None))
            _cancel_calls(connection, [task_id + CALL_SUFFIX], now)
            return begun

        return await self._database.write(work)

    async def missed(self, task_id: TaskId, *, now: datetime) -> Task | None:
        """Nobody answered: the task has failed and a call stands for it; nothing if it was answered after all."""

        def work(connection: Connection) -> Task | None:
            task = _task(connection, task_id)
            if not task.status.open or task.status is TaskStatus.FAILED:
                return None
            _keep(connection, replace(task, status=task.status.to(TaskStatus.FAILED), ended_at=now))
            call = replace(task, id=TaskId(task.id + CALL_SUFFIX), code=TaskCode.CALL, status=TaskStatus.REQUESTED)
            call = replace(call, due_at=now, tries=0, told_at=None)
            insert_new(connection, tasks, _row(call))
            self._base.audit(connection, "follow_up.missed", now, task=task_id)
            return call

        return await self._database.write(work)

    async def take(self, task_id: TaskId, *, by: Actor, now: datetime) -> Task:
        """A nurse takes a call.

        Raises:
            NotFound: no such task.
            Conflict: it is ended, or somebody else has it.
        """

        def work(connection: Connection) -> Task:
            task = _task(connection, task_id)
            owner = actor_text(by)
            if task.status is TaskStatus.IN_PROGRESS and task.owner == owner:
                return task
            if task.code is not TaskCode.CALL or not by.person:
                raise Conflict("call")
            if task.status is TaskStatus.IN_PROGRESS:
                raise Conflict("taken")
            self._base.audit(connection, "follow_up.call_taken", now, task=task_id, by=owner)
            return _keep(connection, replace(task, status=task.status.to(TaskStatus.IN_PROGRESS), owner=owner))

        return await self._database.write(work)

    async def complete(self, task_id: TaskId, *, by: Actor, now: datetime) -> Task:
        """It is done; the care plan is completed with its last task."""

        def work(connection: Connection) -> Task:
            task = _task(connection, task_id)
            if task.status is TaskStatus.COMPLETED:
                return task
            done = _keep(connection, replace(task, status=task.status.to(TaskStatus.COMPLETED), ended_at=now))
            _cancel_calls(connection, [task_id + CALL_SUFFIX], now)
            detail = {"task": task_id, "by": actor_text(by)}
            self._base.audit(connection, "follow_up.completed", now, **detail)
            open_left = select(tasks.c.id).where(tasks.c.care_plan_id == task.care_plan_id, tasks.c.status.in_(_OPEN))
            plan = _care_plan(connection, task.care_plan_id)
            if plan.status is CarePlanStatus.ACTIVE and connection.execute(open_left.limit(1)).first() is None:
                self._change(connection, plan.id, CarePlanStatus.COMPLETED, AGENT, now)
            return done

        return await self._database.write(work)

    async def stop(self, patient_id: PatientId, *, by: Actor, now: datetime) -> int:
        """Revoke every open care plan and stop every reminder of a patient; how many plans. Alerts stay open."""
        mine = select(care_plans.c.id).where(
            care_plans.c.patient_id == patient_id, care_plans.c.status.in_(_OPEN_PLANS)
        )

        def work(connection: Connection) -> int:
            ids = connection.execute(mine).scalars().all()
            for care_plan_id in ids:
                self._change(connection, CarePlanId(care_plan_id), CarePlanStatus.REVOKED, by, now)
            self.reminders.stop_all(connection, patient_id)
            return len(ids)

        return await self._database.write(work)

    async def erase(self, patient_id: PatientId, *, now: datetime) -> bool:
        """Destroy the patient's key and everything under it; `False`, and nothing done, while an alert is open."""
        mine = follow_up_patients.c.patient_id == patient_id
        key, gone = select(follow_up_patients.c.wrapped_key).where(mine), delete(follow_up_patients).where(mine)
        waiting = select(alerts.c.id).where(alerts.c.patient_id == patient_id, alerts.c.status != AlertStatus.CLOSED)

        def work(connection: Connection) -> bool:
            if connection.execute(waiting.limit(1)).first() is not None:
                return False
            wrapped = connection.execute(key).scalar()
            if wrapped is not None:
                connection.execute(gone)  # the rest follows by its foreign keys
                self._base.audit(connection, ERASED_EVENT, now, key=hashlib.sha256(wrapped).hexdigest())
            return True

        erased = await self._database.write(work)
        await self._database.scrub()
        return erased

    def _change(
        self, connection: Connection, care_plan_id: CarePlanId, status: CarePlanStatus, by: Actor, now: datetime
    ) -> CarePlan:
        plan = _care_plan(connection, care_plan_id).moved(status, by=by, at=now)
        ended = {"ended_at": plan.ended_at, "ended_by": actor_text(plan.ended_by) if plan.ended_by else None}
        connection.execute(update(care_plans).where(care_plans.c.id == plan.id).values(status=plan.status, **ended))
        if not status.open:
            left = update(tasks).where(tasks.c.care_plan_id == plan.id, tasks.c.status.in_(_OPEN))
            connection.execute(left.values(status=TaskStatus.CANCELLED, ended_at=now))
        detail = {"care_plan": plan.id, "status": status.value, "by": actor_text(by)}
        self._base.audit(connection, "follow_up.changed", now, **detail)
        return plan


def _planned(care_plan: CarePlan, step: str, due_at: datetime) -> dict[str, Any]:
    return _row(
        Task(
            id=TaskId(f"{care_plan.id}-{step}"),
            code=TaskCode.QUESTIONNAIRE,
            care_plan_id=care_plan.id,
            patient_id=care_plan.patient_id,
            plan_id=care_plan.plan_id,
            step=step,
            due_at=due_at,
            status=TaskStatus.REQUESTED,
        )
    )


def _row(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "code": task.code,
        "care_plan_id": task.care_plan_id,
        "patient_id": task.patient_id,
        "plan_id": task.plan_id,
        "step": task.step,
        "due_at": task.due_at,
        "status": task.status,
        "tries": task.tries,
        "told_at": task.told_at,
        "ended_at": task.ended_at,
        "owner": task.owner,
    }


def _keep(connection: Connection, task: Task) -> Task:
    connection.execute(update(tasks).where(tasks.c.id == task.id).values(_row(task)))
    return task


def _cancel_calls(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    calls = update(tasks).where(tasks.c.id.in_(ids), tasks.c.status.in_(_OPEN))
    connection.execute(calls.values(status=TaskStatus.CANCELLED, ended_at=now))


def _care_plan(connection: Connection, care_plan_id: str, *, lock: bool = True) -> CarePlan:
    wanted = select(care_plans).where(care_plans.c.id == care_plan_id)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise NotFound("care plan")
    return _plan_of(row)


def _task(connection: Connection, task_id: str, *, lock: bool = True) -> Task:
    wanted = select(tasks).where(tasks.c.id == task_id)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise NotFound("task")
    return _task_of(row)


def _plan_of(row: Row[Any]) -> CarePlan:
    return CarePlan(
        id=CarePlanId(row.id),
        patient_id=PatientId(row.patient_id),
        plan_id=PlanId(row.plan_id),
        plan_version=row.plan_version,
        anchor=date.fromisoformat(row.anchor),
        status=CarePlanStatus(row.status),
        enrolled_at=row.enrolled_at,
        enrolled_by=actor_of(row.enrolled_by) or AGENT,
        ended_at=row.ended_at,
        ended_by=actor_of(row.ended_by),
    )


def _task_of(row: Row[Any]) -> Task:
    return Task(
        id=TaskId(row.id),
        code=TaskCode(row.code),
        care_plan_id=CarePlanId(row.care_plan_id),
        patient_id=PatientId(row.patient_id),
        plan_id=PlanId(row.plan_id),
        step=row.step,
        due_at=row.due_at,
        status=TaskStatus(row.status),
        tries=row.tries,
        told_at=row.told_at,
        ended_at=row.ended_at,
        owner=row.owner,
    )
