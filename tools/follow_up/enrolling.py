"""Puts patients on plans when they go home; implements `Enrolment`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from domain.errors import ConsentRequired, InvalidFields, NotFound
from domain.follow_up import Actor, CarePlan, CarePlanId, CarePlanStatus, Discharge, PlanDefinition
from domain.follow_up_ports import Starting
from domain.patient import Identity
from domain.ports import Clock, PatientIndex
from knowledge.follow_up import FollowUpBook
from tools.follow_up.schedule import steps


class Enrolling:
    """Implements `Enrolment` on the pack in force; `book` gives it at the moment of enrolment."""

    def __init__(
        self, care_plans: Starting, patients: PatientIndex, clock: Clock, *, book: Callable[[], FollowUpBook]
    ) -> None:
        self._care_plans = care_plans
        self._patients = patients
        self._clock = clock
        self._book = book

    def plans(self) -> tuple[PlanDefinition, ...]:
        """What a patient can be put on."""
        return tuple(course.definition for course in self._book().courses.values())

    async def enrol(self, discharge: Discharge, *, by: Actor) -> tuple[CarePlan, ...]:
        """Put the patient on the discharge's plans; the same event again gives the same care plans."""
        if not discharge.consented:
            raise ConsentRequired("follow_up")
        if not discharge.plan_ids:
            raise InvalidFields({"plan_ids": "没有写随访计划"})
        courses = self._book().courses
        if unknown := [plan_id for plan_id in discharge.plan_ids if plan_id not in courses]:
            raise NotFound(f"plan {unknown[0]}")
        now = self._clock.now()
        planned = [(courses[one].plan, discharge.day(courses[one].plan.anchor)) for one in discharge.plan_ids]
        due = [steps(plan, day_zero, now=now) for plan, day_zero in planned]
        if not any(due):
            raise InvalidFields({"days": "这些随访的日子都已经过去了"})
        patient_id = discharge.patient
        if isinstance(patient_id, Identity):
            patient_id = await self._patients.register(patient_id)
        else:
            await self._patients.masked(patient_id)
        started = []
        for (plan, day_zero), ahead in zip(planned, due, strict=True):
            if not ahead:
                continue
            care_plan = CarePlan(
                id=_care_plan_id(discharge.event_id, plan.id),
                patient_id=patient_id,
                plan_id=plan.id,
                plan_version=plan.version,
                anchor=day_zero,
                status=CarePlanStatus.ACTIVE,
                enrolled_at=now,
                enrolled_by=by,
            )
            started.append(await self._care_plans.start(care_plan, ahead, now=now))
        return tuple(started)


def _care_plan_id(event_id: str, plan_id: str) -> CarePlanId:
    """The same event and plan always give the same id."""
    return CarePlanId("cp_" + hashlib.sha256(f"{event_id}\0{plan_id}".encode()).hexdigest()[:24])
