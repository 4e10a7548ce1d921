"""The small hospital behind FHIR, as a stage for the contracts of booking."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from domain.patient import Identity, PatientId
from domain.records import Account, DiagnosticReport, Invoice
from domain.related_person import AccountId
from domain.scheduling import PractitionerId, SlotId, Title
from tests.fhir import written
from tests.fhir.server import FhirServer, serving
from tests.fhir.store import Resource
from tests.hospital.stage import CHIEF, SMALL_HOSPITAL, an_identity
from tests.stores import DEMO_YAML, SetClock, booking_rules
from tools.hospital.fhir.auth import StaticToken
from tools.hospital.fhir.client import TIMEOUT, FhirClient
from tools.hospital.fhir.inbox import FhirInbox
from tools.hospital.fhir.mapping import Mapping, load_mapping
from tools.hospital.fhir.notes import FhirVisitNotes
from tools.hospital.fhir.patients import FhirPatientIndex
from tools.hospital.fhir.people import FhirRelatedPeople
from tools.hospital.fhir.places import own_slot_id
from tools.hospital.fhir.records import FhirRecords
from tools.hospital.fhir.scheduling import FhirScheduling


def _account(phone: str) -> AccountId:
    return AccountId(f"phone:{hash(phone)}")


MAPPING_YAML = DEMO_YAML.with_name("fhir.yaml")


@dataclass(slots=True)
class FhirStage:
    """A FHIR server with the small hospital, and our adapters in front of it."""

    server: FhirServer
    scheduling: FhirScheduling
    patients: FhirPatientIndex
    notes: FhirVisitNotes
    people: FhirRelatedPeople
    inbox: FhirInbox
    records: FhirRecords
    mapping: Mapping
    clock: SetClock
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def open_slot(
        self,
        start: datetime,
        *,
        doctor: PractitionerId = CHIEF,
        capacity: int = 1,
        sold: int = 0,
        first_number: int = 1,
        stopped: bool = False,
    ) -> SlotId:
        """One Slot for each place, all of one Schedule of their own."""
        opened = next(self._numbers)
        known = next(one for one in SMALL_HOSPITAL.doctors if one.id == doctor)
        urls = self.mapping.extensions
        self.server.store.put(
            {
                "resourceType": "Schedule",
                "id": f"schedule-{opened:03}",
                "actor": [{"reference": f"PractitionerRole/role-{doctor}"}],
                "extension": [{"url": urls.fee, "valueMoney": {"value": known.fee_yuan, "currency": "CNY"}}],
            }
        )
        place: Resource = {}
        for number in range(capacity):
            taken = "busy" if number < sold else "free"
            place = {
                "resourceType": "Slot",
                "id": f"slot-{opened:03}-{number:03}",
                "schedule": {"reference": f"Schedule/schedule-{opened:03}"},
                "status": "busy-unavailable" if stopped else taken,
                "start": start.astimezone(UTC).isoformat(),
                "end": (start + timedelta(minutes=30)).astimezone(UTC).isoformat(),
                "extension": [{"url": urls.number, "valueInteger": first_number + number}],
            }
            self.server.store.put(place)
        return own_slot_id(place)

    async def stop(self, slot_id: SlotId) -> None:
        """Stop every place of a time."""
        for place in self.server.store.all("Slot"):
            if own_slot_id(place) == slot_id:
                self.server.store.put(place | {"status": "busy-unavailable"})

    async def patient(self, number: int = 1) -> PatientId:
        """Register an example."""
        return await self.patients.register(an_identity(number))

    @property
    def files(self) -> FhirPatientIndex:
        """The hospital's files."""
        return self.patients

    async def put_on_file(self, identity: Identity) -> PatientId:
        """The desk makes the phone one on file."""
        patient_id = await self.patients.register(identity)
        patient = self.server.store.read("Patient", patient_id)
        on_file = {"system": "phone", "value": identity.phone, "use": "mobile"}
        self.server.store.put(patient | {"telecom": [on_file]})
        return patient_id

    async def put_report(self, report: DiagnosticReport) -> None:
        """A DiagnosticReport with its text as a form, and an Observation."""
        self.server.store.put_all(written.report(report, self.mapping))

    async def put_bill(self, bill: Invoice) -> None:
        """An Invoice; lines of several are ChargeItems."""
        self.server.store.put_all(written.bill(bill, self.mapping))

    async def put_account(self, account: Account) -> None:
        """An Account."""
        self.server.store.put_all(written.account(account, self.mapping))

    async def broken(self) -> Collection[str]:
        """Places that two appointments have, booked places without one, and free places with one."""
        taken = self._places("booked")
        free = [one["id"] for one in self.server.store.all("Slot") if one["status"] == "free"]
        twice = [place for kept in (taken, self._places("pending")) for place, times in kept.items() if times > 1]
        return [*twice, *(place for place in free if taken[place])]

    def _places(self, status: str) -> Counter[str]:
        """How many appointments of a status each place has."""
        found = [one for one in self.server.store.all("Appointment") if one["status"] == status]
        return Counter(one["slot"][0]["reference"].removeprefix("Slot/") for one in found)


def furnish(server: FhirServer, mapping: Mapping) -> None:
    """Departments and doctors of the small hospital."""
    urls = mapping.extensions
    services = {one.id: one.service for one in mapping.departments}
    codes = {title: code for code, title in mapping.titles.items()}
    for one in SMALL_HOSPITAL.departments:
        texts = ((urls.building, one.building), (urls.floor, one.floor), (urls.area, one.area))
        server.store.put(
            {
                "resourceType": "HealthcareService",
                "id": services[one.id],
                "active": True,
                "name": one.name,
                "extension": [{"url": url, "valueString": text} for url, text in texts],
            }
        )
    for doctor in SMALL_HOSPITAL.doctors:
        server.store.put({"resourceType": "Practitioner", "id": doctor.id, "name": [{"text": doctor.name}]})
        server.store.put(
            {
                "resourceType": "PractitionerRole",
                "id": f"role-{doctor.id}",
                "active": True,
                "practitioner": {"reference": f"Practitioner/{doctor.id}"},
                "healthcareService": [{"reference": f"HealthcareService/{services[doctor.department]}"}],
                "code": [{"coding": [{"code": codes[Title(doctor.title)]}]}],
                "specialty": [{"text": doctor.speciality}],
            }
        )


@asynccontextmanager
async def fhir_stage(clock: SetClock) -> AsyncIterator[FhirStage]:
    """A server of its own, and the adapters connected to it."""
    mapping = load_mapping(MAPPING_YAML)
    server = FhirServer()
    furnish(server, mapping)
    async with serving(server), httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
        client = FhirClient(http, server.url, StaticToken())
        patients = FhirPatientIndex(client, mapping)
        yield FhirStage(
            server=server,
            scheduling=FhirScheduling(client, mapping, booking_rules(), clock),
            patients=patients,
            notes=FhirVisitNotes(client, mapping),
            people=FhirRelatedPeople(client, mapping, booking_rules(), patients, _account),
            inbox=FhirInbox(client, mapping),
            records=FhirRecords(client, mapping),
            mapping=mapping,
            clock=clock,
        )
