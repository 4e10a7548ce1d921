"""Open the hospital's system: one connection pool, one login, and the ports behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from domain.booking_rules import BookingRules
from domain.ports import Clock
from domain.related_person import AccountId
from tools.hospital.fhir.auth import BackendServices, Client, StaticToken
from tools.hospital.fhir.capabilities import Capabilities
from tools.hospital.fhir.client import TIMEOUT, FhirClient
from tools.hospital.fhir.inbox import FhirInbox
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.notes import FhirVisitNotes
from tools.hospital.fhir.patients import FhirPatientIndex
from tools.hospital.fhir.people import FhirRelatedPeople
from tools.hospital.fhir.records import FhirRecords
from tools.hospital.fhir.scheduling import FhirScheduling


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirHospital:
    """What a hospital behind FHIR offers; `capabilities` says what it does not."""

    client: FhirClient
    scheduling: FhirScheduling
    patients: FhirPatientIndex
    notes: FhirVisitNotes
    people: FhirRelatedPeople
    inbox: FhirInbox
    records: FhirRecords
    capabilities: Capabilities


@asynccontextmanager
async def open_client(base_url: str, login: StaticToken | Client, clock: Clock) -> AsyncIterator[FhirClient]:
    """A client of the endpoint; nothing is asked yet."""
    url = base_url.rstrip("/")
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        auth = BackendServices(http, url, login, clock) if isinstance(login, Client) else login
        yield FhirClient(http, url, auth)


@asynccontextmanager
async def open_fhir(
    base_url: str,
    login: StaticToken | Client,
    *,
    mapping: Mapping,
    rules: BookingRules,
    account: Callable[[str], AccountId],
    clock: Clock,
) -> AsyncIterator[FhirHospital]:
    """The hospital's ports over FHIR; `account` makes an account of a phone."""
    async with open_client(base_url, login, clock) as client:
        patients = FhirPatientIndex(client, mapping)
        yield FhirHospital(
            client=client,
            scheduling=FhirScheduling(client, mapping, rules, clock),
            patients=patients,
            notes=FhirVisitNotes(client, mapping),
            people=FhirRelatedPeople(client, mapping, rules, patients, account),
            inbox=FhirInbox(client, mapping),
            records=FhirRecords(client, mapping),
            capabilities=Capabilities(),
        )
