"""The hospital's patient index: FHIR Patient. Numbers travel in bodies, never in the address of a search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from domain.errors import NotFound
from domain.patient import Document, Identity, PatientId
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.resources import Resource, identifier
from tools.hospital.fhir.roster import human_name

GIVEN = "temp"
"""The `use` of a phone that was given for a booking; any other stands on the hospital's own file."""


class FhirPatientIndex:
    """Implements `PatientIndex`, `Contacts` and `PatientFiles`.

    A patient is a document number together with a name and a phone, as in the embedded hospital. A phone given
    for a booking never counts as proof of who somebody is; only one the hospital's desk wrote down does.
    """

    def __init__(self, client: FhirClient, mapping: Mapping) -> None:
        self._client = client
        self._mapping = mapping

    async def register(self, identity: Identity) -> PatientId:
        """Find or enrol the patient."""
        async for patient in self._namesakes(identity):
            if any(one.get("value") == identity.phone for one in _phones(patient)):
                return PatientId(patient["id"])
        return PatientId((await self._enrol(identity))["id"])

    async def masked(self, patient_id: PatientId) -> str:
        """Name, number and phone with the middle starred.

        Raises:
            NotFound: no such patient.
        """
        return (await self.identity(patient_id)).masked()

    async def identity(self, patient_id: PatientId) -> Identity:
        """Who the patient is; stays inside the hospital's adapters.

        Raises:
            NotFound: no such patient.
        """
        patient = await self._client.read("Patient", quote(patient_id, safe=""))
        for document in Document:
            shown = identifier(patient, self._mapping.document_system(document))
            if shown:
                return Identity(name=human_name(patient), id_number=shown, phone=_phone(patient), document=document)
        raise HospitalFailed("garbage", "Patient has no identifier of the mapping's documents")

    async def phone(self, patient_id: PatientId) -> str:
        """The mobile phone; implements `Contacts`.

        Raises:
            NotFound: no such patient, or none without a phone.
        """
        found = _phone(await self._client.read("Patient", quote(patient_id, safe="")))
        if not found:
            raise NotFound("phone")
        return found

    async def matching(self, identity: Identity) -> PatientId | None:
        """The patient whose name, document number and phone are all these; implements `PatientFiles`."""
        async for patient in self._namesakes(identity):
            if identity.phone in [one.get("value") for one in _phones(patient) if one.get("use") != GIVEN]:
                return PatientId(patient["id"])
        return None

    async def _namesakes(self, identity: Identity) -> AsyncIterator[Resource]:
        """Patients with this document number and name."""
        wanted = {"identifier": f"{self._mapping.document_system(identity.document)}|{identity.id_number}"}
        async for patient in self._client.search("Patient", wanted, sealed=True):
            if patient["resourceType"] == "Patient" and human_name(patient) == identity.name:
                yield patient

    async def _enrol(self, identity: Identity) -> Resource:
        system = self._mapping.document_system(identity.document)
        patient = {
            "resourceType": "Patient",
            "active": True,
            "identifier": [{"system": system, "value": identity.id_number}],
            "name": [{"text": identity.name}],
            "telecom": [{"system": "phone", "value": identity.phone, "use": GIVEN}],
        }
        person = f"identifier={quote(f'{system}|{identity.id_number}')}&name:exact={quote(identity.name)}"
        unless = f"{person}&phone={quote(identity.phone)}"
        return await self._client.create(patient, if_none_exist=unless)


def _phones(patient: Resource) -> list[dict[str, str]]:
    return [one for one in patient.get("telecom", ()) if one.get("system") == "phone"]


def _phone(patient: Resource) -> str:
    """The phone given for a booking, or the first on the hospital's file."""
    phones = sorted(_phones(patient), key=lambda one: one.get("use") != GIVEN)
    return phones[0].get("value", "") if phones else ""
