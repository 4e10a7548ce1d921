"""What goes to the doctor over FHIR is R4 and says that an assistant wrote it."""

from __future__ import annotations

import pytest

from tests.fhir.stage import FhirStage
from tests.hospital.notes import REASON, SUMMARY, booked_for
from tools.hospital.fhir.resources import checked

pytestmark = pytest.mark.contract


async def test_what_is_written_over_fhir_carries_the_ai_label(behind: FhirStage) -> None:
    """Summary and conclusion are resources of R4, labelled, and the appointment leads to both."""
    appointment_id = await booked_for(behind, REASON)
    await behind.notes.hand_over(appointment_id, SUMMARY, patient_id=await behind.patient())
    (appointment,) = behind.server.store.all("Appointment")
    written = [*behind.server.store.all("QuestionnaireResponse"), *behind.server.store.all("GuidanceResponse")]
    leads_to = {one["reference"] for one in appointment["supportingInformation"]}
    assert leads_to == {f"{one['resourceType']}/{one['id']}" for one in written}
    assert len(leads_to) == 2
    for one in (appointment, *written):
        assert checked(one)["meta"]["security"][0]["code"] == "AIAST"
