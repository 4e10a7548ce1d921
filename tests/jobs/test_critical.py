"""A critical value reaches the department once, and never the patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from domain.errors import Unavailable
from domain.notices import TextMessage
from domain.patient import PatientId
from domain.records import DiagnosticReport, ReportId, ReportStatus
from jobs.worker import Worker
from tests.hospital.stage import an_identity
from tests.jobs.ward import RememberingNotifier, RememberingSender, handlers
from tests.stores import MONDAY_MORNING, SetClock, sqlite_hospital
from tools.notices.gateway import HttpGateway

pytestmark = pytest.mark.contract

REPORT = DiagnosticReport(
    id=ReportId("r1"),
    patient_id=PatientId(""),
    title="血钾",
    department="检验科",
    status=ReportStatus.REGISTERED,
    collected_at=MONDAY_MORNING,
)
MESSAGE = TextMessage(id="m1", to="13800138000", text="验证码 123456", at=MONDAY_MORNING)


async def test_the_staff_hears_of_a_critical_value_once(tmp_path: Path, clock: SetClock) -> None:
    """When it is released, not before; written again it is not told again, and no value is in the message."""
    staff, patients = RememberingSender(), RememberingNotifier()
    async with sqlite_hospital(tmp_path, clock) as hospital:
        patient_id = await hospital.patients.open_file(an_identity())
        report = replace(REPORT, patient_id=patient_id)
        worker = Worker(hospital.due, handlers(hospital, patients, staff), clock)
        await hospital.records.put_report(report, now=clock.now())
        await worker.drain()
        assert staff.messages == []
        released = replace(report, status=ReportStatus.FINAL, text="血钾 6.4 mmol/L ↑", critical=True)
        for _ in range(2):
            await hospital.records.put_report(released, now=clock.now())
            clock.advance(timedelta(minutes=1))
            await worker.drain()
    [told] = staff.messages
    assert told.to == "检验科"
    assert "危急值：血钾" in told.text
    assert "张*" in told.text
    assert "6.4" not in told.text
    assert patients.notices == []


async def test_a_text_goes_to_the_gateway_with_its_id() -> None:
    """One POST of JSON with the token; the id travels twice, for gateways that look at headers only."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await HttpGateway("http://gateway.test/send", "secret", client=client).send(MESSAGE)
    [request] = seen
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.headers["Idempotency-Key"] == "m1"
    assert b'"to":"13800138000"' in request.content.replace(b": ", b":")


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_a_gateway_that_refuses_is_unavailable(status: int) -> None:
    """The caller may try again; nothing of the message is in the error."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(status))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(Unavailable) as caught:
            await HttpGateway("http://gateway.test/send", "", client=client).send(MESSAGE)
    assert "123456" not in str(caught.value)


async def test_a_gateway_that_is_away_is_unavailable() -> None:
    """Nobody listens."""

    def away(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    async with httpx.AsyncClient(transport=httpx.MockTransport(away)) as client:
        with pytest.raises(Unavailable):
            await HttpGateway("http://gateway.test/send", "", client=client).send(MESSAGE)
