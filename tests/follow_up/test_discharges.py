"""Discharges over HTTP and out of FHIR: who may report one, what it enrols, what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from channels.discharges import Discharges
from channels.problems import Problems, Refusal
from domain.diary import Reminder
from domain.errors import BanyiError, NotFound
from domain.follow_up import PATIENT, Anchor, CarePlan, CarePlanStatus, Discharge
from domain.patient import Identity, PatientId
from tests.follow_up.stage import PATIENT_ID, book
from tests.stores import SetClock
from tools.follow_up.encounter import discharge_of
from tools.follow_up.enrolling import Enrolling

pytestmark = pytest.mark.unit
TOKEN = {"Authorization": "Bearer hospital-secret"}
BODY: dict[str, Any] = {
    "event_id": "his-1",
    "patient_id": PATIENT_ID,
    "plan_ids": ["postop_d3", "postop_d7"],
    "days": {"discharge": "2026-03-02", "surgery": "2026-03-01"},
    "consented": True,
}
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "e9",
    "status": "finished",
    "subject": {"reference": f"Patient/{PATIENT_ID}"},
    "period": {"end": "2026-03-02T16:00:00+08:00"},
    "reasonCode": [{"coding": [{"code": "I63.9"}]}],
}


@dataclass
class FakePatients:
    """A patient index that knows one patient."""

    registered: list[Identity] = field(default_factory=list)

    async def register(self, identity: Identity) -> PatientId:
        """The one patient."""
        self.registered.append(identity)
        return PATIENT_ID

    async def masked(self, patient_id: PatientId) -> str:
        """Their name, starred."""
        if patient_id != PATIENT_ID:
            raise NotFound("patient")
        return "王*"


@dataclass
class FakeCarePlans:
    """Care plans in memory, the first of an id."""

    kept: dict[str, CarePlan] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)

    async def start(self, care_plan: CarePlan, steps: Sequence[tuple[str, datetime]], *, now: datetime) -> CarePlan:
        """Keep a new one."""
        del now
        self.steps.setdefault(care_plan.plan_id, [name for name, _ in steps])
        return self.kept.setdefault(care_plan.id, care_plan)


@dataclass
class FakeReminders:
    """Reminders in memory."""

    kept: dict[str, Reminder] = field(default_factory=dict)

    async def set(self, reminder: Reminder, *, now: datetime) -> None:
        """Keep or replace one."""
        del now
        self.kept[reminder.id] = reminder


class Words:
    """Says the text's id."""

    def say(self, text_id: str, /, **_values: str | int) -> str:
        """The id."""
        return text_id

    def __contains__(self, text_id: object) -> bool:
        return True


@dataclass
class Desk:
    """The call over HTTP, with what it enrolled."""

    http: httpx.AsyncClient
    plans: FakeCarePlans
    patients: FakePatients
    reminders: FakeReminders

    async def post(self, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
        """Report a discharge."""
        return await self.http.post("/v1/discharges", json=body, headers=TOKEN if headers is None else headers)


@pytest.fixture
async def desk(clock: SetClock) -> AsyncIterator[Desk]:
    """The endpoint on fakes of our own ports."""
    plans, patients, reminders = FakeCarePlans(), FakePatients(), FakeReminders()
    enrolling = Enrolling(plans, patients, clock, book=book)
    calls = Discharges(
        enrolment=enrolling,
        reminders=reminders,
        clock=clock,
        read_encounter=lambda encounter, *, consented: discharge_of(encounter, book(), consented=consented),
        token="hospital-secret",
    )
    problems = Problems(Words())
    app = Starlette(routes=calls.routes(), exception_handlers={Refusal: problems.refused, BanyiError: problems.raised})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        yield Desk(http, plans, patients, reminders)


async def test_a_discharge_enrols_once(desk: Desk) -> None:
    """Each plan counts from its own day; the same event again gives the same care plans."""
    first = await desk.post(BODY)
    assert first.status_code == 201
    plans = first.json()["care_plans"]
    assert [(one["plan_id"], one["day_zero"]) for one in plans] == [
        ("postop_d3", "2026-03-01"),
        ("postop_d7", "2026-03-01"),
    ]
    assert (await desk.post(BODY)).json() == first.json()
    assert len(desk.plans.kept) == len(plans)


async def test_only_the_hospital_reports_discharges(desk: Desk) -> None:
    """Without its token nobody is enrolled."""
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic hospital-secret"}):
        assert (await desk.post(BODY, headers)).status_code == 401
    assert desk.plans.kept == {}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"consented": False}, 403),
        ({"plan_ids": []}, 422),
        ({"plan_ids": ["nobody"]}, 404),
        ({"patient_id": "p_2"}, 404),
        ({"days": {"surgery": "2026-03-01"}}, 422),
        ({"days": {"discharge": "2025-01-01"}}, 422),
        ({"days": {"discharge": "soon"}}, 422),
        ({"dose": "1"}, 422),
        ({"encounter": {**ENCOUNTER, "status": "in-progress"}}, 422),
        ({"encounter": {**ENCOUNTER, "subject": {"reference": "Group/1"}}}, 422),
        ({"encounter": {**ENCOUNTER, "reasonCode": []}}, 422),
        ({"encounter": {}}, 422),
    ],
)
async def test_what_cannot_be_followed_up_is_refused(desk: Desk, change: dict[str, Any], status: int) -> None:
    """Without consent, plan, patient, day or a finished encounter nobody is enrolled."""
    assert (await desk.post({**BODY, **change})).status_code == status
    assert desk.plans.kept == {}


async def test_the_hospital_orders_reminders_with_a_discharge(desk: Desk) -> None:
    """Once each, however often the event comes; a wrong time is refused."""
    ordered = {"kind": "medication", "at": "08:00", "first_day": "2026-03-03", "last_day": "2026-03-30"}
    body = {**BODY, "reminders": [ordered]}
    assert [(await desk.post(body)).status_code for _ in range(2)] == [201, 201]
    [reminder] = desk.reminders.kept.values()
    assert (reminder.kind, reminder.patient_id, f"{reminder.at:%H:%M}") == ("medication", PATIENT_ID, "08:00")
    assert (await desk.post({**BODY, "reminders": [{**ordered, "at": "8点"}]})).status_code == 422


async def test_a_report_sent_again_revives_no_reminder_that_was_stopped(desk: Desk) -> None:
    """The plans were revoked meanwhile: the patient took their consent back."""
    ordered = {"kind": "medication", "at": "08:00", "first_day": "2026-03-03", "last_day": "2026-03-30"}
    await desk.post({**BODY, "reminders": [ordered]})
    for name, plan in desk.plans.kept.items():
        desk.plans.kept[name] = replace(plan, status=CarePlanStatus.REVOKED)
    desk.reminders.kept.clear()
    assert (await desk.post({**BODY, "reminders": [ordered]})).status_code == 201
    assert desk.reminders.kept == {}


async def test_a_patient_may_be_named_instead_of_numbered(desk: Desk) -> None:
    """The index finds or enrols them; the answer holds nothing of it."""
    named = {key: value for key, value in BODY.items() if key != "patient_id"}
    who = {"name": "王小梅", "id_number": "11010519900307232X", "phone": "13800138000"}
    answer = await desk.post({**named, "patient": who})
    assert answer.status_code == 201
    assert desk.patients.registered[0].name == "王小梅"
    assert "王" not in answer.text


async def test_an_encounter_leads_to_its_plans(desk: Desk) -> None:
    """A stroke's code with its subdivision leads to the stroke plan, from the day the encounter ended."""
    answer = await desk.post({"encounter": ENCOUNTER, "consented": True})
    [plan] = answer.json()["care_plans"]
    assert (plan["plan_id"], plan["day_zero"]) == ("stroke", "2026-03-02")
    assert desk.plans.steps == {"stroke": ["D3", "D7", "D30", "D90"]}


async def test_steps_that_are_over_are_left_out(clock: SetClock) -> None:
    """Somebody enrolled on day 10 is asked from day 14 on."""
    plans = FakeCarePlans()
    enrolling = Enrolling(plans, FakePatients(), clock, book=book)
    discharge = Discharge(
        event_id="late",
        patient=PATIENT_ID,
        plan_ids=(next(iter(name for name in book().courses if name == "joint")),),
        days={Anchor.DISCHARGE: date(2026, 2, 20)},
        consented=True,
    )
    await enrolling.enrol(discharge, by=PATIENT)
    assert plans.steps == {"joint": ["D14", "D30", "D90", "D365"]}
