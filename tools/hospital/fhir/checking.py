"""Looks what an endpoint lacks for each feature: what its CapabilityStatement says, and what its searches do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from domain.errors import BanyiError
from tools.hospital.fhir.capabilities import Feature
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.resources import Resource

_READ_SEARCH: Final = ("read", "search-type")
_WRITTEN: Final = (*_READ_SEARCH, "create", "update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a feature needs of one kind of resource; `versioned` for If-Match, `conditional` for If-None-Exist."""

    feature: Feature
    kind: str
    interactions: tuple[str, ...] = _READ_SEARCH
    searches: tuple[str, ...] = ()
    include: str | None = None
    versioned: bool = False
    conditional: bool = False


NEEDS: Final = (
    Need(feature=Feature.BOOKING, kind="HealthcareService", searches=("active",)),
    Need(
        feature=Feature.BOOKING, kind="PractitionerRole", searches=("active",), include="PractitionerRole:practitioner"
    ),
    Need(
        feature=Feature.BOOKING,
        kind="Slot",
        interactions=(*_READ_SEARCH, "update"),
        searches=("schedule", "start", "status"),
        include="Slot:schedule",
        versioned=True,
    ),
    Need(
        feature=Feature.BOOKING,
        kind="Appointment",
        interactions=_WRITTEN,
        searches=("identifier", "patient", "slot", "status"),
        include="Appointment:slot",
        versioned=True,
        conditional=True,
    ),
    Need(
        feature=Feature.PATIENTS,
        kind="Patient",
        interactions=_WRITTEN,
        searches=("identifier", "name"),
        versioned=True,
        conditional=True,
    ),
    Need(
        feature=Feature.PEOPLE,
        kind="RelatedPerson",
        interactions=_WRITTEN,
        searches=("identifier",),
        versioned=True,
        conditional=True,
    ),
    Need(feature=Feature.RECORDS, kind="DiagnosticReport", searches=("patient",), include="DiagnosticReport:result"),
    Need(feature=Feature.RECORDS, kind="Observation", interactions=("read",)),
    Need(feature=Feature.RECORDS, kind="Invoice", searches=("patient",)),
    Need(feature=Feature.RECORDS, kind="ChargeItem", interactions=("read",)),
    Need(feature=Feature.RECORDS, kind="Account", searches=("patient",)),
    Need(
        feature=Feature.VISIT_NOTES,
        kind="QuestionnaireResponse",
        interactions=("read", "create"),
        searches=("identifier",),
        conditional=True,
    ),
    Need(
        feature=Feature.VISIT_NOTES,
        kind="GuidanceResponse",
        interactions=("create",),
        searches=("identifier",),
        conditional=True,
    ),
    Need(
        feature=Feature.NOTICES,
        kind="Communication",
        interactions=_WRITTEN,
        searches=("identifier", "subject", "status"),
        versioned=True,
        conditional=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a feature lacks, each in a sentence; nothing when it can be used."""

    feature: Feature
    lacks: tuple[str, ...]


async def check(client: FhirClient, mapping: Mapping) -> tuple[Finding, ...]:
    """Look at /metadata and try every search.

    Raises:
        BanyiError: /metadata cannot be read at all.
    """
    rest: Resource = next(iter((await client.metadata()).get("rest", ())), {})
    lacks: dict[Feature, list[str]] = {need.feature: [] for need in NEEDS}
    lacks[Feature.BOOKING] += _transaction(rest)
    declared = {one.get("type"): one for one in rest.get("resource", ())}
    for need in NEEDS:
        lacks[need.feature] += _declared(need, declared.get(need.kind))
    for feature, kind, asked in _probes(mapping):
        lacks[feature] += await _tried(client, kind, asked)
    lacks[Feature.BOOKING] += await _departments(client, mapping)
    return tuple(Finding(feature=feature, lacks=tuple(found)) for feature, found in lacks.items())


def _transaction(rest: Resource) -> list[str]:
    codes = {one.get("code") for one in rest.get("interaction", ())}
    return [] if "transaction" in codes else ["没有声明 transaction：占号和改约要一次写成几个资源"]


def _declared(need: Need, resource: dict[str, Any] | None) -> list[str]:
    if resource is None:
        return [f"没有声明 {need.kind} 资源"]
    codes = {one.get("code") for one in resource.get("interaction", ())}
    names = {one.get("name") for one in resource.get("searchParam", ())}
    lacks = [f"{need.kind} 不支持 {code}" for code in need.interactions if code not in codes]
    lacks += [f"{need.kind} 不能按 {name} 查询" for name in need.searches if name not in names]
    if need.include is not None and not {need.include, "*"} & set(resource.get("searchInclude", ())):
        lacks.append(f"{need.kind} 查询不支持 _include={need.include}")
    if need.versioned and resource.get("versioning") != "versioned-update":
        lacks.append(f"{need.kind} 更新不支持 If-Match（versioning 要是 versioned-update）")
    if need.conditional and resource.get("conditionalCreate") is not True:
        lacks.append(f"{need.kind} 新建不支持 If-None-Exist（conditionalCreate）")
    return lacks


def _probes(mapping: Mapping) -> tuple[tuple[Feature, str, dict[str, str | list[str]]], ...]:
    """Every search the adapters do, with values that match nobody."""
    nobody = f"{mapping.system('hold')}|nobody"
    return (
        (Feature.BOOKING, "HealthcareService", {"active": "true"}),
        (Feature.BOOKING, "PractitionerRole", {"active": "true", "_include": "PractitionerRole:practitioner"}),
        (
            Feature.BOOKING,
            "Slot",
            {
                "status": "free,busy-tentative,busy-unavailable",
                "start": ["ge2000-01-01T00:00:00Z", "lt2000-01-02T00:00:00Z"],
                "schedule.actor": "PractitionerRole/nobody",
                "_include": "Slot:schedule",
                "_sort": "start",
            },
        ),
        (
            Feature.BOOKING,
            "Slot",
            {"schedule": "Schedule/nobody", "start": "2000-01-01T00:00:00Z", "_include": "Slot:schedule"},
        ),
        (Feature.BOOKING, "Appointment", {"identifier": nobody}),
        (Feature.BOOKING, "Appointment", {"patient": "Patient/nobody", "_include": "Appointment:slot"}),
        (Feature.BOOKING, "Appointment", {"slot": "Slot/nobody", "status": "pending"}),
        (Feature.PATIENTS, "Patient", {"identifier": nobody}),
        (Feature.PEOPLE, "RelatedPerson", {"identifier": nobody}),
        (
            Feature.RECORDS,
            "DiagnosticReport",
            {"patient": "Patient/nobody", "_include": "DiagnosticReport:result"},
        ),
        (Feature.RECORDS, "Invoice", {"patient": "Patient/nobody"}),
        (Feature.RECORDS, "Account", {"patient": "Patient/nobody"}),
        (Feature.NOTICES, "Communication", {"subject": "Patient/nobody", "status": "completed"}),
        (Feature.NOTICES, "Communication", {"identifier": nobody}),
    )


async def _tried(client: FhirClient, kind: str, asked: dict[str, str | list[str]]) -> list[str]:
    try:
        async for _ in client.search(kind, asked, sealed=kind == "Patient"):
            break
    except BanyiError as error:
        return [f"查询 {kind}（{'、'.join(asked)}）不成功：{error}"]
    return []


async def _departments(client: FhirClient, mapping: Mapping) -> list[str]:
    try:
        found = [one["id"] async for one in client.search("HealthcareService", {"active": "true"})]
    except BanyiError:
        return []  # told already
    missing = [one for one in mapping.departments if one.service not in found]
    return [f"对照表里的科室 {one.id}（{one.service}）在系统里找不到" for one in missing]
