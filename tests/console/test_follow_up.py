"""After discharge: what stands on the board, who closes it, and how a patient is reached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.clinical import Disposition, RuleId
from domain.diary import Measure, Observation
from domain.follow_up import Answered, PlanId, QuestionnaireResponse, ResponseStatus, TaskId
from domain.follow_up_alert import Alert, AlertId, AlertLevel
from domain.patient import Identity, PatientId
from tests.console.station import Nurse, Station

pytestmark = pytest.mark.e2e
IDENTITY = Identity(name="王小梅", id_number="11010519900307232X", phone="13800138000")
MOTHER = Identity(name="陈静", id_number="11010519880607002X", phone="13700137000")


async def home(station: Station, identity: Identity = IDENTITY) -> PatientId:
    """A patient the hospital knows."""
    return await station.bedside.hospital.patients.register(identity)


async def enrolled(station: Station, nurse: Nurse, patient_id: PatientId) -> dict[str, Any]:
    """The patient went home today and is followed up for COPD; the care plan."""
    today = station.bedside.clock.now().date().isoformat()
    body = {"id": "e1", "plans": ["copd"], "days": {"discharge": today}, "consented": True}
    [plan] = (await nurse.post(f"/patients/{patient_id}/enrol", 201, body=body))["plans"]
    return dict(plan)


def alert(station: Station, patient_id: PatientId) -> Alert:
    """Something red of the diary."""
    now = station.bedside.clock.now()
    return Alert(
        id=AlertId("al_1"),
        patient_id=patient_id,
        level=AlertLevel.RED,
        rule_id=RuleId("diary.L09@1"),
        text="血氧低于88%",
        quote="血氧85",
        disposition=Disposition.CALL_120,
        raised_at=now,
        act_by=now + timedelta(minutes=6),
    )


async def test_a_patient_is_put_on_a_plan_whose_call_stands_on_the_board_until_somebody_makes_it(
    station: Station,
) -> None:
    """Without consent or a day to count from nobody is enrolled; the same form twice enrols once."""
    nurse, patient_id = await station.nurse(), await home(station)
    today = {"discharge": station.bedside.clock.now().date().isoformat()}
    form: dict[str, Any] = {"id": "e0", "plans": ["copd"], "days": {"surgery": "2026-03-02"}, "consented": True}
    await nurse.post(f"/patients/{patient_id}/enrol", 422, body=form)
    await nurse.post(f"/patients/{patient_id}/enrol", 403, body={**form, "days": today, "consented": False})
    born = {**form, "id": "e2", "plans": ["postpartum"], "days": {"delivery": today["discharge"]}}
    await nurse.post(f"/patients/{await home(station, MOTHER)}/enrol", 201, body=born)
    plan = await enrolled(station, nurse, patient_id)
    assert (await enrolled(station, nurse, patient_id))["id"] == plan["id"]
    assert plan["title"] == "慢阻肺随访"
    station.bedside.clock.advance(timedelta(days=8))
    nurse = await station.signed_in("lihua")
    board = await nurse.get("/follow-up")
    [task] = [one for one in board["tasks"] if one["patient_id"] == patient_id]
    assert (task["step"], task["title"], task["status"]) == ("D7", "慢阻肺随访", "requested")
    assert board["patients"][patient_id].startswith("王**")
    assert {one["id"]: one["anchor"] for one in board["plans"]}["postpartum"] == "delivery"
    call = await station.bedside.archive.follow_up.missed(TaskId(task["id"]), now=station.bedside.clock.now())
    assert call is not None
    taken = await nurse.post(f"/follow-up/tasks/{call.id}/take")
    assert (taken["task"]["code"], taken["task"]["owner"]) == ("call", nurse.id)
    await nurse.post(f"/follow-up/tasks/{call.id}/complete")
    assert task["id"] not in [one["id"] for one in (await nurse.get("/follow-up"))["tasks"]]
    await nurse.post(f"/follow-up/plans/{plan['id']}/revoked")
    await nurse.post(f"/follow-up/plans/{plan['id']}/active", 409)


async def test_answers_are_shown_in_words_and_readings_with_the_values_nobody_minds(station: Station) -> None:
    """Newest first, with what was asked; the limits are those of the pack's tables."""
    session_id, _ = await station.patient()
    nurse, patient_id = await station.nurse(), await home(station)
    await enrolled(station, nurse, patient_id)
    follow_up, now = station.bedside.archive.follow_up, station.bedside.clock.now()
    [care_plan] = await follow_up.of_patient(patient_id)
    task, *_ = await follow_up.tasks(care_plan.id)
    await follow_up.responses.save(
        QuestionnaireResponse(
            task_id=task.id,
            patient_id=patient_id,
            plan_id=PlanId("copd"),
            plan_version=care_plan.plan_version,
            status=ResponseStatus.COMPLETED,
            authored_at=now,
            session_id=session_id,
            items=(
                Answered(link_id="spo2", value=91.0, at=now, quote="九十一"),
                Answered(link_id="drowsy", value=False, at=now),
                Answered(link_id="gone", value="x", at=now),
            ),
            scores={"mmrc": 2.0},
        )
    )
    reading = Observation(id="o1", patient_id=patient_id, measure=Measure.SYSTOLIC, value=151.0, at=now)
    await follow_up.diary.add([reading])
    page = (await nurse.get(f"/patients/{patient_id}"))["follow_up"]
    [response] = page["responses"]
    assert [(one["question"], one["answer"]) for one in response["items"]] == [
        ("血氧多少？没有血氧仪就说没量", "91%"),
        ("总想睡、叫着费劲", "没有"),
        ("gone", "x"),
    ]
    assert response["scores"][0]["value"] == 2.0
    diary = page["diary"]["sbp"]
    assert (diary["label"], diary["low"], diary["high"], diary["points"][0][1]) == ("高压", 90.0, 140.0, 151.0)
    opened = await nurse.get(f"/follow-up/tasks/{task.id}")
    assert opened["responses"] == [response]


async def test_a_red_alert_stands_until_a_person_closes_it_with_a_reason(station: Station) -> None:
    """Seen is not closed, and nothing is closed without saying why."""
    nurse, patient_id = await station.nurse(), await home(station)
    await enrolled(station, nurse, patient_id)
    await station.bedside.archive.follow_up.alerts.raise_alert(alert(station, patient_id))
    [one] = (await nurse.get("/follow-up"))["alerts"]
    assert (one["level"], one["text"], one["disposition"]) == ("red", "血氧低于88%", "CALL_120")
    await nurse.post("/alerts/al_1/acknowledge", 204)
    await nurse.post("/alerts/al_1/acknowledge", 409)
    await nurse.post("/alerts/al_1/close", 422, reason="")
    await nurse.post("/alerts/al_1/close", 204, reason="已送急诊")
    assert (await nurse.get("/follow-up"))["alerts"] == []
    [closed] = (await nurse.get(f"/patients/{patient_id}"))["follow_up"]["alerts"]
    assert (closed["status"], closed["closing_reason"]) == ("closed", "已送急诊")


async def test_a_patient_is_called_written_to_and_booked_for_and_each_stands_in_the_chain(station: Station) -> None:
    """What is sent twice under one id is sent once; a place is booked for the patient, and never a second one."""
    nurse, patient_id = await station.nurse(), await home(station)
    verify = station.bedside.archive.archive.verify
    before = (await verify()).rows
    assert (await nurse.post(f"/patients/{patient_id}/phone"))["phone"] == IDENTITY.phone
    for _ in range(2):
        await nurse.post(f"/patients/{patient_id}/messages", 204, id="m1")
    [notice] = await station.bedside.hospital.inbox.unread(patient_id)
    assert "慢阻肺" not in notice.text
    department = (await nurse.get("/slots"))["departments"][0]["id"]
    slot = (await nurse.get(f"/slots?department={department}"))["slots"][0]
    path = f"/patients/{patient_id}/appointments"
    booked = (await nurse.post(path, 201, id="b1", slot_id=slot["id"]))["appointment"]
    assert (booked["date"], booked["start"]) == (slot["date"], slot["start"])
    await nurse.post(path, 409, id="b2", slot_id=slot["id"])
    assert [one["id"] for one in (await nurse.get(f"/patients/{patient_id}"))["appointments"]] == [booked["id"]]
    chain = await verify()
    assert (chain.rows, chain.broken_at) == (before + 5, None)
    await nurse.post("/patients/p_nobody/messages", 404, id="m2")
