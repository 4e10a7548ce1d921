"""Records in the shapes hospitals write them: words of a report, lines of a bill, values that cannot wait."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.notices import Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.records import ChargeItem, DiagnosticReport, Invoice, InvoiceId, InvoiceStatus, ReportId, ReportStatus
from domain.session import SessionId
from tests.fhir.stage import FhirStage
from tests.stores import MONDAY_MORNING
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.resources import checked

pytestmark = pytest.mark.contract


def a_report(patient_id: PatientId, **given: Any) -> DiagnosticReport:
    """A blood count of this morning."""
    given = {"text": "白细胞 6.2", "status": ReportStatus.FINAL} | given
    return DiagnosticReport(
        id=ReportId("r1"),
        patient_id=patient_id,
        title="血常规",
        department="检验科",
        collected_at=MONDAY_MORNING,
        **given,
    )


async def test_a_value_that_cannot_wait_is_known_to_the_staff(behind: FhirStage) -> None:
    """By the hospital's own interpretation code."""
    mine = await behind.patient()
    report = a_report(mine, critical=True, expected_at=MONDAY_MORNING + timedelta(hours=3))
    await behind.put_report(report)
    assert await behind.records.any_report(report.id) == report


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"conclusion": "未见异常"}, "未见异常"),
        ({}, "血红蛋白 112 g/L（参考 115～150）\n幽门螺杆菌 阴性"),
    ],
)
async def test_a_report_without_a_form_is_its_conclusion_or_its_values(
    behind: FhirStage, changed: dict[str, str], text: str
) -> None:
    """Every value as it stands, none interpreted."""
    mine, store = await behind.patient(), behind.server.store
    subject = {"subject": {"reference": f"Patient/{mine}"}}
    hb = {"value": 112, "unit": "g/L"}
    store.put(
        {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "code": {"text": "血红蛋白"},
            "valueQuantity": hb,
        }
        | {"referenceRange": [{"text": "115～150"}]}
        | subject
    )
    store.put(
        {"resourceType": "Observation", "id": "o2", "status": "final", "code": {"coding": [{"display": "幽门螺杆菌"}]}}
        | {"valueCodeableConcept": {"text": "阴性"}}
        | subject
    )
    store.put(
        {"resourceType": "DiagnosticReport", "id": "r1", "status": "final", "code": {"text": "化验"}}
        | {"effectivePeriod": {"start": MONDAY_MORNING.isoformat()}}
        | {"result": [{"reference": "Observation/o1"}, {"reference": "Observation/o2"}]}
        | subject
        | changed
    )
    [report] = await behind.records.reports(mine)
    assert report.text == text
    assert not report.critical


async def test_a_bill_counts_items_and_takes_off_what_was_let(behind: FhirStage) -> None:
    """Several of one thing are one line; a discount is taken off, what is informational is not counted."""
    mine, store = await behind.patient(), behind.server.store
    item = ChargeItem(title="输液", quantity=3, amount_cents=4500)
    bill = Invoice(
        id=InvoiceId("b1"),
        patient_id=mine,
        title="治疗费",
        day=date(2026, 3, 1),
        status=InvoiceStatus.ISSUED,
        items=(item,),
    )
    await behind.put_bill(bill)
    assert await behind.records.bills(mine) == (bill,)
    written = store.read("Invoice", "b1")
    more = [
        {"type": "discount", "amount": {"value": 5, "currency": "CNY"}},
        {"type": "informational", "amount": {"value": 99, "currency": "CNY"}},
    ]
    written["lineItem"][0]["priceComponent"] += more
    assert (await behind.records.bills(mine))[0].total_cents == 4000
    written["lineItem"][0]["priceComponent"][0]["amount"]["currency"] = "USD"
    with pytest.raises(HospitalFailed, match="CNY"):
        await behind.records.bills(mine)


async def test_a_notice_is_kept_once_and_shown_once(behind: FhirStage) -> None:
    """As a Communication with the AI label; what the hospital writes itself is shown too."""
    mine, now = await behind.patient(), behind.clock.now()
    notice = Notice(
        id=NoticeId("n1"), kind=NoticeKind.CLINIC_STOPPED, patient_id=mine, subject="a1", text="停诊了", at=now
    )
    assert [await behind.inbox.put(notice), await behind.inbox.put(notice)] == [True, False]
    assert await behind.inbox.unread(mine) == (notice,)
    (ours,) = behind.server.store.all("Communication")
    assert checked(ours)["meta"]["security"][0]["code"] == "AIAST"
    behind.server.store.put(
        {"resourceType": "Communication", "id": "theirs", "status": "completed", "sent": now.isoformat()}
        | {"subject": {"reference": f"Patient/{mine}"}, "payload": [{"contentString": "请空腹"}]}
    )
    assert {one.text for one in await behind.inbox.unread(mine)} == {"停诊了", "请空腹"}
    await behind.inbox.watch(mine, SessionId("s"), until=now)
    assert await behind.inbox.watching(mine, now=now) == ()
    await behind.inbox.mark_read(mine, tuple(one.id for one in await behind.inbox.unread(mine)), now=now)
    assert await behind.inbox.unread(mine) == ()
    assert await behind.inbox.forget(before=now) == 0
