"""What the doctor reads beside an appointment: why the patient comes, where the patient gave it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.clinical import Disposition
from domain.errors import NotFound
from domain.scheduling import AppointmentId
from domain.visit_reason import VisitReason
from tests.hospital.stage import BookingStage, SqlStage
from tests.hospital.steps import SESSION, TOMORROW, book, hold, move

pytestmark = pytest.mark.contract

REASON = VisitReason(complaint="胃疼了三天了，吃完饭就胀", conclusion="今天或明天看医生", urgency=Disposition.VISIT_24H)


async def booked_for(stage: BookingStage, reason: VisitReason) -> AppointmentId:
    """An appointment whose doctor is told why."""
    held, patient_id = await hold(stage, await stage.open_slot(TOMORROW)), await stage.patient()
    now = stage.clock.now()
    booked = await stage.scheduling.confirm(held.id, patient_id, session_id=SESSION, key="c", now=now, reason=reason)
    again = await stage.scheduling.confirm(held.id, patient_id, session_id=SESSION, key="c", now=now, reason=reason)
    assert again == booked
    return booked.id


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


async def test_the_reason_is_sealed_on_the_disk(embedded: SqlStage, tmp_path: Path) -> None:
    """No file of the database holds a word of it."""
    await booked_for(embedded, REASON)
    files = [file.read_bytes() for file in tmp_path.iterdir()]  # noqa: ASYNC240 - nothing else waits here
    assert files
    assert all(REASON.complaint.encode() not in file for file in files)
