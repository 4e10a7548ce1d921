"""What the doctor reads beside an appointment: why the patient comes, where the patient gave it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.clinical import Disposition
from domain.errors import NotFound
from domain.scheduling import AppointmentId
from domain.visit_reason import VisitReason
from tests.hospital.notes import REASON, SUMMARY, booked_for
from tests.hospital.stage import BookingStage, SqlStage
from tests.hospital.steps import TOMORROW, book, move

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("urgency", Disposition)
async def test_the_doctor_reads_what_the_patient_gave(stage: BookingStage, urgency: Disposition) -> None:
    """Complaint, conclusion and urgency come back as they were given."""
    reason = VisitReason(complaint=REASON.complaint, conclusion=REASON.conclusion, urgency=urgency)
    assert await stage.notes.reason(await booked_for(stage, reason)) == reason


async def test_a_booking_without_a_reason_has_none(stage: BookingStage) -> None:
    """Nothing was given, nothing is there."""
    visit = await book(stage, await stage.open_slot(TOMORROW))
    assert await stage.notes.reason(visit.id) is None


async def test_the_reason_goes_along_when_an_appointment_is_moved(stage: BookingStage) -> None:
    """The doctor of the new time reads it too."""
    earlier = await booked_for(stage, REASON)
    moved = await move(stage, earlier, await stage.open_slot(TOMORROW + timedelta(days=1)))
    assert await stage.notes.reason(moved.id) == REASON


async def test_nobody_reads_beside_an_appointment_that_is_not_there(stage: BookingStage) -> None:
    """An unknown id is not found."""
    with pytest.raises(NotFound):
        await stage.notes.reason(AppointmentId("nothing"))


async def test_the_doctor_reads_what_the_patient_told_before(stage: BookingStage) -> None:
    """Every word under its heading; the first summary counts, and it goes along when the appointment is moved."""
    appointment_id, patient_id = await booked_for(stage, REASON), await stage.patient()
    assert await stage.notes.told(appointment_id) == {}
    await stage.notes.hand_over(appointment_id, SUMMARY, patient_id=patient_id)
    await stage.notes.hand_over(appointment_id, replace(SUMMARY, sections={}), patient_id=patient_id)
    told = {section: items for section, items in SUMMARY.sections.items() if items}
    assert await stage.notes.told(appointment_id) == told
    moved = await move(stage, appointment_id, await stage.open_slot(TOMORROW + timedelta(days=1)))
    assert await stage.notes.told(moved.id) == told


async def test_nothing_is_handed_over_to_somebody_elses_appointment(stage: BookingStage) -> None:
    """Another patient's appointment is not found, and nothing is written."""
    appointment_id, stranger = await booked_for(stage, REASON), await stage.patient(2)
    with pytest.raises(NotFound):
        await stage.notes.hand_over(appointment_id, SUMMARY, patient_id=stranger)
    assert await stage.notes.told(appointment_id) == {}


async def test_the_reason_is_sealed_on_the_disk(embedded: SqlStage, tmp_path: Path) -> None:
    """No file of the database holds a word of it."""
    appointment_id = await booked_for(embedded, REASON)
    await embedded.notes.hand_over(appointment_id, SUMMARY, patient_id=await embedded.patient())
    files = [file.read_bytes() for file in tmp_path.iterdir()]  # noqa: ASYNC240 - nothing else waits here
    assert files
    assert not any(word.encode() in file for word in (REASON.complaint, "胃疼了三天了") for file in files)
