"""Chooses the hospital: its own system where one is set, the embedded one otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.hospital_settings import HospitalSettings
from domain.booking_rules import BookingRules
from domain.errors import SettingsError
from domain.hospital_ports import FrontDesk, Inbox, RelatedPeople, VisitNotes, Waitlist
from domain.identity_ports import PatientFiles
from domain.ports import Clock, PatientIndex, Scheduling
from domain.record_ports import Records
from tools.hospital.sql.opening import OpenHospital

if TYPE_CHECKING:
    from tools.hospital.fhir.auth import Client, StaticToken
    from tools.hospital.fhir.mapping import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalPorts:
    """What the conversation asks the hospital through."""

    scheduling: Scheduling
    waitlist: Waitlist
    front_desk: FrontDesk
    notes: VisitNotes
    people: RelatedPeople
    inbox: Inbox
    patients: PatientIndex
    files: PatientFiles
    records: Records


@asynccontextmanager
async def open_ports(
    settings: HospitalSettings, embedded: OpenHospital, *, knowledge_dir: Path, rules: BookingRules, clock: Clock
) -> AsyncIterator[HospitalPorts]:
    """The ports of the hospital that the settings name.

    Raises:
        SettingsError: the key of the login cannot be read.
        KnowledgeError: the mapping is wrong.
    """
    if settings.fhir_url is None:
        patients = embedded.patients
        yield HospitalPorts(
            scheduling=embedded.scheduling,
            waitlist=embedded.waitlist,
            front_desk=embedded.front_desk,
            notes=embedded.notes,
            people=embedded.people,
            inbox=embedded.inbox,
            patients=patients,
            files=patients,
            records=embedded.records,
        )
        return
    from tools.hospital.fhir.capabilities import Feature, Undeclared  # noqa: PLC0415 - only where FHIR is set
    from tools.hospital.fhir.opening import open_fhir  # noqa: PLC0415

    mapping = read_mapping(settings, knowledge_dir)
    account = embedded.people.account
    async with open_fhir(
        settings.fhir_url, login(settings), mapping=mapping, rules=rules, account=account, clock=clock
    ) as hospital:
        yield HospitalPorts(
            scheduling=hospital.scheduling,
            waitlist=cast("Waitlist", Undeclared(Feature.WAITLIST)),
            front_desk=cast("FrontDesk", Undeclared(Feature.FRONT_DESK)),
            notes=hospital.notes,
            people=hospital.people,
            inbox=hospital.inbox,
            patients=hospital.patients,
            files=hospital.patients,
            records=hospital.records,
        )


def read_mapping(settings: HospitalSettings, knowledge_dir: Path) -> Mapping:
    """The hospital's mapping.

    Raises:
        KnowledgeError: it is missing or wrong.
    """
    from tools.hospital.fhir.mapping import load_mapping  # noqa: PLC0415

    return load_mapping(settings.fhir_mapping or knowledge_dir / "hospital" / "fhir.yaml")


def login(settings: HospitalSettings) -> StaticToken | Client:
    """How the service logs in.

    Raises:
        SettingsError: the key cannot be read.
    """
    from tools.hospital.fhir.auth import Client, StaticToken  # noqa: PLC0415

    if settings.fhir_client_id is None or settings.fhir_key_file is None:
        return StaticToken(value=settings.fhir_token.get_secret_value() if settings.fhir_token else None)
    try:
        private_key = settings.fhir_key_file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("BANYI_FHIR_KEY_FILE", "cannot be read") from error
    return Client(
        client_id=settings.fhir_client_id,
        private_key=private_key,
        key_id=settings.fhir_key_id,
        algorithm=settings.fhir_algorithm,
        token_url=settings.fhir_token_url,
    )
