"""Cards of records. Each carries its words in `title` and `text` too, for clients that know no more of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.cards import action, yuan
from agent.phrases import Phrases
from domain.records import DiagnosticReport, Invoice, InvoiceStatus, ReportStatus
from domain.turn import Json

REPORT = "report"
RECORDS = "records"

_REPORT_WORDS = {
    ReportStatus.REGISTERED: "records.status_registered",
    ReportStatus.PARTIAL: "records.status_partial",
    ReportStatus.PRELIMINARY: "records.status_preliminary",
    ReportStatus.FINAL: "records.status_final",
    ReportStatus.AMENDED: "records.status_changed",
    ReportStatus.CORRECTED: "records.status_changed",
    ReportStatus.APPENDED: "records.status_changed",
    ReportStatus.CANCELLED: "records.status_cancelled",
}


def status_words(report: DiagnosticReport, texts: Phrases) -> str:
    """「初步做完了，等医生审核」."""
    return texts.say(_REPORT_WORDS[report.status])


def bill_words(bill: Invoice, texts: Phrases) -> str:
    """「待交费」; a day of a stay is paid at the end."""
    if bill.status is InvoiceStatus.BALANCED:
        return texts.say("records.bill_paid")
    if bill.status is InvoiceStatus.CANCELLED:
        return texts.say("records.bill_cancelled")
    return texts.say("records.bill_running" if bill.account_id else "records.bill_unpaid")


def day_words(at: datetime) -> str:
    """「3月2日 15:00」."""
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def report_list(patient: str, reports: Sequence[DiagnosticReport], texts: Phrases) -> dict[str, Json]:
    """Reports and how far they are; each that is released has an action that opens it."""
    lines = [
        f"{one.title}：{status_words(one, texts)}（{one.collected_at.month}月{one.collected_at.day}日）"
        for one in reports
    ]
    return {
        "type": "report_list",
        "title": patient,
        "text": "\n".join(lines),
        "items": [
            {
                "report_id": one.id,
                "title": one.title,
                "department": one.department,
                "status": one.status.value,
                "status_text": status_words(one, texts),
                "collected_at": one.collected_at.isoformat(),
                "expected_at": one.expected_at.isoformat() if one.expected_at else None,
                "issued_at": one.issued_at.isoformat() if one.issued_at else None,
            }
            for one in reports
        ],
        "actions": [action(one.title, REPORT, one.id) for one in reports if one.status.released],
    }


def report(patient: str, one: DiagnosticReport, texts: Phrases) -> dict[str, Json]:
    """One released report, word for word as the hospital wrote it."""
    return {
        "type": "report",
        "report_id": one.id,
        "title": f"{one.title} {patient}",
        "text": one.text,
        "department": one.department,
        "status": one.status.value,
        "status_text": status_words(one, texts),
        "collected_at": one.collected_at.isoformat(),
        "issued_at": one.issued_at.isoformat() if one.issued_at else None,
        "actions": [],
    }


def bill_list(patient: str, kind: str, bills: Sequence[Invoice], texts: Phrases, total: int) -> dict[str, Json]:
    """Bills with their lines; `kind` is `bills`, `unpaid`, `stay` or `receipts`."""
    return {
        "type": "bill_list",
        "kind": kind,
        "title": patient,
        "text": "\n".join(_bill_line(bill, texts) for bill in bills),
        "items": [
            {
                "invoice_id": bill.id,
                "title": bill.title,
                "date": bill.day.isoformat(),
                "status": bill.status.value,
                "status_text": bill_words(bill, texts),
                "amount_cents": bill.total_cents,
                "receipt": bill.receipt,
                "lines": [
                    {"title": item.title, "quantity": item.quantity, "amount_cents": item.amount_cents}
                    for item in bill.items
                ],
            }
            for bill in bills
        ],
        "total_cents": total,
        "actions": [],
    }


def _bill_line(bill: Invoice, texts: Phrases) -> str:
    lines = "，".join(f"{item.title} {yuan(item.amount_cents)}" for item in bill.items)
    receipt = f"，票据号 {bill.receipt}" if bill.receipt else ""
    head = f"{bill.day.month}月{bill.day.day}日 {bill.title} {yuan(bill.total_cents)} {bill_words(bill, texts)}"
    return f"{head}（{lines}{receipt}）"
