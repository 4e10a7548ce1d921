"""What the doctor reads beside an appointment, as it stands in the hospital's system."""

from __future__ import annotations

from urllib.parse import quote

from domain.scheduling import AppointmentId
from domain.visit_reason import VisitReason
from tools.hospital.fhir import visits
from tools.hospital.fhir.client import FhirClient


class FhirVisitNotes:
    """Implements `VisitNotes`."""

    def __init__(self, client: FhirClient) -> None:
        self._client = client

    async def reason(self, appointment_id: AppointmentId) -> VisitReason | None:
        """Why the patient comes; raises as the port says."""
        return visits.reason_of(await self._client.read("Appointment", quote(appointment_id, safe="")))
