"""What the triage learned goes to the doctor with the booking, unless the patient leaves it out."""

from __future__ import annotations

import pytest

from domain.clinical import Disposition
from domain.scheduling import AppointmentId
from tests.turn.bedside import IDENTITY, Answer, Bedside

pytestmark = pytest.mark.turn

COMPLAINT = "胃疼了三天了，吃完饭就胀，电话13800138000"
MOTHER = {"name": "李秀英", "id_number": "110105196003074022", "phone": "13800138000"}
LONGEST = 12
"""More questions than the interview asks."""


async def triaged(patient: Bedside) -> Answer:
    """The outcome of an interview in which the patient denies everything."""
    answer = await patient.say(COMPLAINT)
    for _ in range(LONGEST):
        if "triage_result" in answer.kinds:
            return answer
        answer = await patient.say("都没有")
    raise AssertionError(answer.text)


async def reviewed(patient: Bedside) -> Answer:
    """The review of a booking in the department the triage led to."""
    outcome = (await triaged(patient)).card("triage_result")
    await patient.tap(outcome["actions"][0])
    await patient.say("第一个")
    return await patient.submit(IDENTITY)


async def told(patient: Bedside, booked: Answer) -> tuple[object, object]:
    """What the doctor of the appointment reads."""
    notes, appointment_id = patient.hospital.notes, AppointmentId(booked.card("appointment")["appointment_id"])
    return await notes.reason(appointment_id), await notes.told(appointment_id)


async def test_the_reason_is_shown_at_the_review_and_goes_to_the_doctor(patient: Bedside) -> None:
    """The patient's own words, numbers starred, with what the triage made of them and how urgent it is."""
    review = await reviewed(patient)
    shown = review.card("booking_review")["reason"]
    assert shown.startswith("胃疼了三天了，吃完饭就胀，电话*********00")
    assert "胃疼了三天了" in review.text
    appointment_id = AppointmentId((await patient.say("确认")).card("appointment")["appointment_id"])
    reason = await patient.hospital.notes.reason(appointment_id)
    assert reason is not None
    assert shown == f"{reason.complaint}（{reason.conclusion}）"
    assert reason.urgency is Disposition.VISIT_24H
    assert "胃疼了三天了" in str(await patient.hospital.notes.told(appointment_id))


@pytest.mark.parametrize("how", ["tap", "别告诉医生原因", "就诊原因去掉吧"])
async def test_the_patient_leaves_the_reason_out(patient: Bedside, how: str) -> None:
    """By a tap or in words; the review comes again without it, and the doctor is told nothing."""
    review = await reviewed(patient)
    if how == "tap":
        actions = review.card("booking_review")["actions"]
        again = await patient.tap(next(one for one in actions if one["label"] == "就诊原因不告诉医生"))
    else:
        again = await patient.say(how)
    assert "reason" not in again.card("booking_review")
    assert COMPLAINT[:4] not in again.text
    assert await told(patient, await patient.say("确认")) == (None, {})


async def test_the_reason_of_one_patient_never_goes_along_for_another(patient: Bedside) -> None:
    """Asked about oneself, booked for the mother: nothing is told."""
    outcome = (await triaged(patient)).card("triage_result")
    await patient.tap(outcome["actions"][0])
    await patient.say("给我妈挂，第一个")
    await patient.say("第一个")
    review = await patient.submit(MOTHER)
    assert "reason" not in review.card("booking_review")
    assert await told(patient, await patient.say("确认")) == (None, {})


async def test_another_department_is_told_nothing(patient: Bedside) -> None:
    """The eye clinic does not read of the stomach."""
    await triaged(patient)
    await patient.say("我想挂眼科")
    await patient.say("第一个")
    review = await patient.submit(IDENTITY)
    assert "reason" not in review.card("booking_review")
