"""A whole conversation with a hospital's own system: triage, booking, moving, cancelling, a report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.turn import Turns
from domain.records import DiagnosticReport, ReportId, ReportStatus
from memory.codec import codec
from tests.fhir.stage import FhirStage, fhir_stage
from tests.hospital.stage import ATTENDING
from tests.hospital.steps import NINE, THREE
from tests.turn.bedside import IDENTITY, Answer, Bedside
from tools.hospital.fhir.capabilities import Feature, Undeclared
from tools.identity import read_identity

pytestmark = pytest.mark.turn


@pytest.fixture
async def his(patient: Bedside) -> AsyncIterator[tuple[Bedside, FhirStage]]:
    """The patient's conversation, with a hospital behind FHIR instead of the embedded one."""
    async with fhir_stage(patient.clock) as behind:
        away: Any = Undeclared(Feature.WAITLIST)
        deps = replace(
            patient.deps,
            scheduling=behind.scheduling,
            notes=behind.notes,
            people=behind.people,
            inbox=behind.inbox,
            patients=behind.patients,
            files=behind.patients,
            records=behind.records,
            waitlist=away,
            front_desk=away,
        )
        turns = Turns(build(InMemorySaver(serde=codec)), deps)
        yield replace(patient, deps=deps, turns=turns), behind


async def triaged(patient: Bedside) -> Answer:
    """The outcome of an interview in which the patient denies everything."""
    answer = await patient.say("胃疼了三天了，吃完饭就胀")
    while "triage_result" not in answer.kinds:
        answer = await patient.say("都没有")
        assert answer.kinds, answer.text
    return answer


async def test_a_whole_conversation_over_fhir(his: tuple[Bedside, FhirStage]) -> None:
    """The department of the triage, its reason at the doctor's, one appointment that moves and ends, and a report."""
    patient, behind = his
    await behind.open_slot(NINE, capacity=2)
    await behind.open_slot(THREE + timedelta(days=1), doctor=ATTENDING, capacity=2)
    outcome = (await triaged(patient)).card("triage_result")
    shown = await patient.tap(outcome["actions"][0])
    assert [one["doctor"] for one in shown.card("slots")["items"]] == ["王怀仁", "林雨桐"]
    assert (await patient.say("第一个")).kinds == ["identity_form"]
    review = await patient.submit(IDENTITY)
    assert review.card("booking_review")["reason"].startswith("胃疼了三天了")
    first = (await patient.say("确认")).card("appointment")
    assert await behind.notes.told(first["appointment_id"])
    await patient.say("换个医生")
    assert "原来的号" in (await patient.say("第一个")).text
    moved = (await patient.say("确认")).card("appointment")
    assert moved["doctor"] == "林雨桐"
    assert await behind.notes.reason(moved["appointment_id"]) == await behind.notes.reason(first["appointment_id"])
    await patient.say("我要退号")
    assert (await patient.say("是的")).card("appointment")["status"] == "cancelled"
    statuses = sorted(one["status"] for one in behind.server.store.all("Appointment"))
    assert statuses == ["cancelled", "cancelled"]
    assert {one["status"] for one in behind.server.store.all("Slot")} == {"free"}
    assert await behind.broken() == []
    identity = read_identity(IDENTITY, today=patient.clock.now().date())
    await behind.put_report(
        DiagnosticReport(
            id=ReportId("r1"),
            patient_id=await behind.put_on_file(identity),
            title="血常规",
            department="检验科",
            status=ReportStatus.FINAL,
            collected_at=patient.clock.now() - timedelta(hours=2),
            text="血红蛋白 112 g/L ↓（参考 115～150）",
        )
    )
    await patient.say("我的血常规报告出来了吗")
    report = await patient.submit(IDENTITY)
    assert "血红蛋白 112 g/L ↓（参考 115～150）" in str(report.cards)


async def test_what_the_hospitals_system_does_not_offer_is_said(his: tuple[Bedside, FhirStage]) -> None:
    """加号 is answered as unavailable, and the conversation goes on."""
    patient, behind = his
    await behind.open_slot(NINE, capacity=2)
    await patient.say("我的预约")
    await patient.submit(IDENTITY)
    assert (await patient.say("帮我在消化科加个号")).cards == []
    assert "slots" in (await patient.say("我想挂消化科")).kinds
