"""What a patient gives the doctor along with a booking, as examples."""

from __future__ import annotations

from domain.clinical import Disposition
from domain.patient import PatientProfile
from domain.scheduling import AppointmentId
from domain.summaries import Section, SummaryItem, VisitSummary
from domain.visit_reason import VisitReason
from tests.hospital.stage import BookingStage
from tests.hospital.steps import SESSION, TOMORROW, hold
from tests.stores import MONDAY_MORNING

REASON = VisitReason(complaint="胃疼了三天了，吃完饭就胀", conclusion="今天或明天看医生", urgency=Disposition.VISIT_24H)


SUMMARY = VisitSummary(
    session_id=SESSION,
    made_at=MONDAY_MORNING,
    profile=PatientProfile(),
    sections={
        Section.CHIEF_COMPLAINT: (SummaryItem(quote="胃疼了三天了", turn=1),),
        Section.PRESENT_ILLNESS: (
            SummaryItem(quote="没有", turn=2, asked="吐过血吗？", readings=("呕血：无",), origin="model"),
            SummaryItem(quote="吃完饭就胀", turn=1),
        ),
        Section.ALLERGIES: (),
    },
    knowledge_version="1",
    label="AI 整理",
)


async def booked_for(stage: BookingStage, reason: VisitReason) -> AppointmentId:
    """An appointment whose doctor is told why."""
    held, patient_id = await hold(stage, await stage.open_slot(TOMORROW)), await stage.patient()
    now = stage.clock.now()
    booked = await stage.scheduling.confirm(held.id, patient_id, session_id=SESSION, key="c", now=now, reason=reason)
    again = await stage.scheduling.confirm(held.id, patient_id, session_id=SESSION, key="c", now=now, reason=reason)
    assert again == booked
    return booked.id
