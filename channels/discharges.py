"""`POST /v1/discharges`: the hospital reports that a patient went home, and follow-up begins."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.http import NO_STORE, bearer, body_of
from channels.problems import Refusal
from channels.wire import Strict
from domain.diary import Reminder, ReminderId, ReminderKind
from domain.errors import InvalidFields
from domain.follow_up import Actor, Anchor, CarePlan, Discharge, PlanId
from domain.follow_up_ports import Enrolment, ReminderOrders
from domain.patient import Document, Identity, PatientId
from domain.ports import Clock

HOSPITAL = Actor(id="hospital")
ReadEncounter = Callable[..., Discharge]
"""Makes a discharge of a FHIR R4 `Encounter`; `tools.follow_up.encounter.discharge_of` on the pack in force."""


class PatientFields(Strict):
    """Who went home, where the hospital does not send its patient id."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    id_number: Annotated[str, Field(min_length=1, max_length=32)]
    phone: Annotated[str, Field(pattern=r"^\d{11}$")]
    document: Document = Document.ID_CARD


class ReminderFields(Strict):
    """A reminder the hospital orders: daily at `at` (`HH:MM`, hospital's zone), both days included."""

    kind: Literal["medication", "revisit"]
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    first_day: date
    last_day: date


class DischargeBody(Strict):
    """Body of `POST /v1/discharges`: either the fields, or a FHIR `encounter`; `consented` is the patient's yes."""

    consented: bool
    encounter: dict[str, Any] | None = None
    event_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    patient_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    patient: PatientFields | None = None
    plan_ids: Annotated[list[str], Field(max_length=12)] = Field(default_factory=list)
    days: dict[Literal["discharge", "surgery", "delivery", "cycle"], date] = Field(default_factory=dict)
    reminders: Annotated[list[ReminderFields], Field(max_length=12)] = Field(default_factory=list)


class CarePlanBody(Strict):
    """One care plan that stands now."""

    care_plan_id: str
    plan_id: str
    plan_version: str
    day_zero: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharges:
    """The call. `token` is the hospital's; without one the call is closed to everybody."""

    enrolment: Enrolment
    reminders: ReminderOrders
    clock: Clock
    read_encounter: ReadEncounter
    token: str

    def routes(self) -> list[BaseRoute]:
        """The one route."""
        return [Route("/v1/discharges", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Put the patient on the plans; the same event again gives the same answer."""
        given = bearer(request)
        if not (self.token and given and hmac.compare_digest(given.encode(), self.token.encode())):
            raise Refusal("forbidden", status=401)
        try:
            body = DischargeBody.model_validate_json(orjson.dumps(await body_of(request)))
            discharge = self._discharge(body)
        except (ValidationError, InvalidFields) as error:
            raise Refusal("bad_fields") from error
        plans = await self.enrolment.enrol(discharge, by=HOSPITAL)
        going = any(plan.status.open for plan in plans)  # a report sent again revives nothing that was stopped
        for number, one in enumerate(body.reminders if going else ()):
            reminder = _reminder(plans[0], number, one)
            await self.reminders.set(reminder, now=self.clock.now())
        answer = {"care_plans": [_shown(plan).model_dump() for plan in plans]}
        return Response(orjson.dumps(answer), status_code=201, media_type="application/json", headers=NO_STORE)

    def _discharge(self, body: DischargeBody) -> Discharge:
        if body.encounter is not None:
            return self.read_encounter(body.encounter, consented=body.consented)
        days: Mapping[Anchor, date] = {Anchor(name): day for name, day in body.days.items()}
        patient: PatientId | Identity
        if body.patient_id is not None:
            patient = PatientId(body.patient_id)
        elif body.patient is not None:
            patient = Identity(**body.patient.model_dump())
        else:
            raise InvalidFields({"patient": "缺少患者"})
        if body.event_id is None or Anchor.DISCHARGE not in days:
            raise InvalidFields({"event_id": "缺少 event_id 或出院日期"})
        plan_ids = tuple(PlanId(one) for one in dict.fromkeys(body.plan_ids))
        return Discharge(
            event_id=body.event_id, patient=patient, plan_ids=plan_ids, days=days, consented=body.consented
        )


def _reminder(plan: CarePlan, number: int, fields: ReminderFields) -> Reminder:
    """A reminder of the patient's; the same event makes the same one."""
    return Reminder(
        id=ReminderId(f"{plan.id}-r{number}"),
        kind=ReminderKind(fields.kind),
        patient_id=plan.patient_id,
        care_plan_id=plan.id,
        at=time.fromisoformat(fields.at),
        first_day=fields.first_day,
        last_day=fields.last_day,
    )


def _shown(plan: CarePlan) -> CarePlanBody:
    return CarePlanBody(
        care_plan_id=plan.id,
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        day_zero=plan.anchor.isoformat(),
        status=plan.status.value,
    )
