"""What the doctor reads beside an appointment, as it stands in the hospital's system.

The reason is part of the Appointment. What the patient told is a QuestionnaireResponse, what the triage concluded a
GuidanceResponse; the Appointment's `supportingInformation` leads to both, and both carry the AI label.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from domain.errors import NotFound
from domain.patient import PatientId
from domain.scheduling import AppointmentId
from domain.summaries import Section, SummaryItem, VisitSummary
from domain.visit_reason import VisitReason
from tools.hospital.fhir import visits
from tools.hospital.fhir.client import Entry, FhirClient
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.resources import Resource, extension, reference_id, with_extension
from tools.hospital.fhir.retrying import until_fresh

HEADINGS: Final = {
    Section.CHIEF_COMPLAINT: "主诉",
    Section.PRESENT_ILLNESS: "现病史",
    Section.PAST_HISTORY: "既往史",
    Section.MEDICATION: "用药史",
    Section.ALLERGIES: "过敏史",
    Section.OTHER: "其他",
}
_SECTIONS: Final = frozenset(section.value for section in Section)
_UNASKED: Final = "患者自述"


class FhirVisitNotes:
    """Implements `VisitNotes`."""

    def __init__(self, client: FhirClient, mapping: Mapping) -> None:
        self._client = client
        self._mapping = mapping

    async def reason(self, appointment_id: AppointmentId) -> VisitReason | None:
        """Why the patient comes; raises as the port says."""
        return visits.reason_of(await self._appointment(appointment_id))

    async def hand_over(self, appointment_id: AppointmentId, summary: VisitSummary, *, patient_id: PatientId) -> None:
        """Write the first summary of an appointment, and what the triage concluded; raises as the port says."""

        async def attempt() -> None:
            appointment = await self._appointment(appointment_id)
            if visits.patient_of(appointment) != patient_id:
                raise NotFound("appointment")
            if _responses(appointment):
                return
            told = self._told(appointment_id, summary, patient_id)
            reason = visits.reason_of(appointment)
            made = [told] if reason is None else [told, self._concluded(appointment_id, summary, reason, patient_id)]
            entries = [self._created(one, appointment_id) for one in made]
            named = [{"reference": entry.full_url} for entry in entries]
            linked = appointment | {"supportingInformation": [*appointment.get("supportingInformation", ()), *named]}
            await self._client.transaction([*entries, Entry(resource=linked)])

        await until_fresh(attempt)

    async def told(self, appointment_id: AppointmentId) -> Map[Section, tuple[SummaryItem, ...]]:
        """What the patient told, by heading; raises as the port says."""
        found: dict[Section, tuple[SummaryItem, ...]] = {}
        for response_id in _responses(await self._appointment(appointment_id)):
            response = await self._client.read("QuestionnaireResponse", quote(response_id, safe=""))
            for one in response.get("item", ()):
                if one["linkId"] in _SECTIONS:
                    found[Section(one["linkId"])] = tuple(self._item(item) for item in one.get("item", ()))
        return found

    async def _appointment(self, appointment_id: AppointmentId) -> Resource:
        return await self._client.read("Appointment", quote(appointment_id, safe=""))

    def _told(self, appointment_id: str, summary: VisitSummary, patient_id: PatientId) -> Resource:
        return {
            "resourceType": "QuestionnaireResponse",
            "meta": visits.labelled(self._mapping),
            "identifier": {"system": self._mapping.system("summary"), "value": appointment_id},
            "status": "completed",
            "subject": {"reference": f"Patient/{patient_id}"},
            "authored": summary.made_at.isoformat(),
            "item": [
                {"linkId": section.value, "text": HEADINGS[section], "item": [self._answer(one) for one in items]}
                for section, items in summary.sections.items()
                if items
            ],
        }

    def _answer(self, item: SummaryItem) -> dict[str, Any]:
        """One thing said: the question, and as answers the words and what they were read as."""
        said = {
            "linkId": str(item.turn),
            "text": item.asked or _UNASKED,
            "answer": [{"valueString": words} for words in (item.quote, *item.readings)],
        }
        return with_extension(said, self._mapping.system("origin"), {"valueCode": item.origin})

    def _item(self, said: Resource) -> SummaryItem:
        words, *readings = (one["valueString"] for one in said["answer"])
        return SummaryItem(
            quote=words,
            turn=int(said["linkId"]),
            asked="" if said["text"] == _UNASKED else said["text"],
            readings=tuple(readings),
            origin="model" if extension(said, self._mapping.system("origin")) == "model" else "knowledge",
        )

    def _concluded(
        self, appointment_id: str, summary: VisitSummary, reason: VisitReason, patient_id: PatientId
    ) -> Resource:
        return {
            "resourceType": "GuidanceResponse",
            "meta": visits.labelled(self._mapping),
            "identifier": [{"system": self._mapping.system("triage"), "value": appointment_id}],
            "moduleUri": f"{self._mapping.system('triage')}/{summary.knowledge_version}",
            "status": "success",
            "subject": {"reference": f"Patient/{patient_id}"},
            "occurrenceDateTime": summary.made_at.isoformat(),
            "reasonCode": [{"text": reason.complaint}],
            "note": [{"text": reason.conclusion}],
        }

    def _created(self, resource: Resource, appointment_id: str) -> Entry:
        system = self._mapping.system("summary" if resource["resourceType"] == "QuestionnaireResponse" else "triage")
        return Entry(
            resource=resource,
            if_none_exist=f"identifier={quote(f'{system}|{appointment_id}')}",
            full_url=f"urn:uuid:{uuid5(NAMESPACE_URL, f'{system}|{appointment_id}')}",
        )


def _responses(appointment: Resource) -> list[str]:
    """The summaries an appointment leads to."""
    found = (reference_id(one, "QuestionnaireResponse") for one in appointment.get("supportingInformation", ()))
    return [one for one in found if one is not None]
