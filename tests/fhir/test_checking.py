"""`banyi hospital check`: what an endpoint lacks, in the words of the hospital's engineers."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import httpx
import pytest

from app.hospital_cli import lines
from domain.errors import Unavailable
from tests.fhir.server import Fault
from tests.fhir.stage import FhirStage
from tools.hospital.fhir.auth import StaticToken
from tools.hospital.fhir.capabilities import Capabilities, Feature, Undeclared
from tools.hospital.fhir.checking import NEEDS, Finding, check
from tools.hospital.fhir.client import ATTEMPTS, FhirClient
from tools.hospital.fhir.failures import HospitalFailed

pytestmark = pytest.mark.contract


def _everything() -> dict[str, Any]:
    """A CapabilityStatement that lacks nothing."""
    resources = [
        {
            "type": need.kind,
            "interaction": [{"code": code} for code in need.interactions],
            "searchParam": [{"name": name, "type": "token"} for name in need.searches],
            "searchInclude": [need.include] if need.include else [],
            "versioning": "versioned-update",
            "conditionalCreate": True,
        }
        for need in NEEDS
    ]
    for resource in resources:
        if not resource["searchInclude"]:
            del resource["searchInclude"]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-03-01",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "interaction": [{"code": "transaction"}], "resource": resources}],
    }


async def _check(behind: FhirStage, metadata: dict[str, Any]) -> dict[Feature, Finding]:
    behind.server.metadata = metadata
    async with httpx.AsyncClient(trust_env=False) as http:
        findings = await check(FhirClient(http, behind.server.url, StaticToken()), behind.mapping)
    return {one.feature: one for one in findings}


async def test_an_endpoint_with_everything_lacks_nothing(behind: FhirStage) -> None:
    """Every search the adapters do is tried, and said to work."""
    found = await _check(behind, _everything())
    assert {one.feature: one.lacks for one in found.values()} == dict.fromkeys(Capabilities().offered, ())
    assert lines(tuple(found.values()))[:2] == ["✓ 预约挂号：可以用", "✓ 就诊人建档：可以用"]


async def test_what_is_missing_is_named_for_its_feature(behind: FhirStage) -> None:
    """A resource, a search parameter, versions, conditional creation and transactions each have their sentence."""
    metadata = copy.deepcopy(_everything())
    rest = metadata["rest"][0]
    del rest["interaction"]
    kinds = {one["type"]: one for one in rest["resource"]}
    rest["resource"].remove(kinds["HealthcareService"])
    kinds["Slot"]["searchParam"] = kinds["Slot"]["searchParam"][1:]
    kinds["Appointment"]["versioning"] = "versioned"
    kinds["Patient"]["conditionalCreate"] = False
    found = await _check(behind, metadata)
    booking = "\n".join(found[Feature.BOOKING].lacks)
    for told in ("transaction", "HealthcareService 资源", "Slot 不能按 schedule", "Appointment 更新不支持 If-Match"):
        assert told in booking
    assert found[Feature.PATIENTS].lacks == ("Patient 新建不支持 If-None-Exist（conditionalCreate）",)


async def test_a_search_that_fails_and_a_department_that_is_not_there_are_told(behind: FhirStage) -> None:
    """What the endpoint claims is not believed."""
    del behind.server.store.kept["HealthcareService"]["svc-d05"]
    behind.server.faults = [Fault(kind="Appointment", status=500)] * ATTEMPTS
    lacks = "\n".join((await _check(behind, _everything()))[Feature.BOOKING].lacks)
    assert "查询 Appointment（identifier）不成功" in lacks
    assert "科室 D05（svc-d05）" in lacks


async def test_a_port_that_is_not_offered_says_so_as_unavailable() -> None:
    """The conversation tells the patient as it does when a system is away."""
    with pytest.raises(HospitalFailed) as refused:
        await asyncio.wait_for(Undeclared(Feature.RECORDS).reports("anybody"), 1)
    assert isinstance(refused.value, Unavailable)
    assert (refused.value.kind, refused.value.detail) == ("undeclared", "records.reports")
    assert Feature.WAITLIST in Capabilities().missing
