"""Open the hospital's system: one connection pool, one login, and the ports behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from domain.booking_rules import BookingRules
from domain.ports import Clock
from tools.hospital.fhir.auth import BackendServices, Client, StaticToken
from tools.hospital.fhir.capabilities import Capabilities
from tools.hospital.fhir.client import TIMEOUT, FhirClient
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.notes import FhirVisitNotes
from tools.hospital.fhir.patients import FhirPatientIndex
from tools.hospital.fhir.scheduling import FhirScheduling


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirHospital:
    """What a hospital behind FHIR offers; `capabilities` says what it does not."""

    client: FhirClient
    scheduling: FhirScheduling
    patients: FhirPatientIndex
    notes: FhirVisitNotes
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
    base_url: str, login: StaticToken | Client, *, mapping: Mapping, rules: BookingRules, clock: Clock
) -> AsyncIterator[FhirHospital]:
    """The hospital's ports over FHIR."""
    async with open_client(base_url, login, clock) as client:
        yield FhirHospital(
            client=client,
            scheduling=FhirScheduling(client, mapping, rules, clock),
            patients=FhirPatientIndex(client, mapping),
            notes=FhirVisitNotes(client, mapping),
            capabilities=Capabilities(),
        )
