"""What the demo hospital has on record, rolled to today: everything follows from the file and the date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.patient import PatientId
from domain.records import (
    Account,
    AccountStatus,
    BillingAccountId,
    ChargeItem,
    DiagnosticReport,
    Invoice,
    InvoiceId,
    InvoiceStatus,
    ReportId,
    ReportStatus,
)
from knowledge.strict import Mark, load_list
from tools.hospital.sql.records import SqlRecords

_TAKEN, _READY = time(8, 40), time(15)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """One report; see the head of the file."""

    title: str
    department: str
    days_ago: int
    ready_days: int
    status: ReportStatus
    text: str = ""
    critical: bool = False

    def __post_init__(self) -> None:
        if self.status.released != bool(self.text):
            raise ValueError("已发布的报告才有 text，也一定要有")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCharge:
    """One line of a bill; `yuan` is for the whole quantity."""

    title: str
    quantity: int
    yuan: int

    @property
    def item(self) -> ChargeItem:
        """The line as the hospital keeps it."""
        return ChargeItem(title=self.title, quantity=self.quantity, amount_cents=self.yuan * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBill:
    """The bill of a visit."""

    title: str
    days_ago: int
    status: InvoiceStatus
    items: tuple[DemoCharge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStay:
    """A stay in a ward."""

    ward: str
    admitted_days_ago: int
    deposit_yuan: int
    daily: tuple[DemoCharge, ...]
    discharged_days_ago: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRecord:
    """Everything on record for one demo patient."""

    mark: Mark
    id_number: str
    reports: tuple[DemoReport, ...] = ()
    bills: tuple[DemoBill, ...] = ()
    stay: DemoStay | None = None


def load_records(path: Path) -> tuple[DemoRecord, ...]:
    """Read the demo records.

    Raises:
        KnowledgeError: the file is not what its head describes; names the line.
    """
    return load_list(path, DemoRecord)


async def write_records(
    records: SqlRecords, record: DemoRecord, patient_id: PatientId, *, now: datetime, zone: ZoneInfo
) -> int:
    """Put everything of one patient on record; how many entries that are. Times never lie in the future."""
    today = now.astimezone(zone).date()
    for one in record.reports:
        report = _report(one, patient_id, _id(record, "r", one.title), today, zone)
        await records.put_report(_by(now, report), now=now)
    for bill in record.bills:
        bill_id = InvoiceId(_id(record, "b", bill.title))
        await records.put_bill(_bill(bill, patient_id, bill_id, today))
    days = 0
    if record.stay is not None:
        days = await _write_stay(records, record, record.stay, patient_id, today)
    return len(record.reports) + len(record.bills) + days


def _report(one: DemoReport, patient_id: PatientId, report_id: str, today: date, zone: ZoneInfo) -> DiagnosticReport:
    taken = today - timedelta(days=one.days_ago)
    ready = datetime.combine(taken + timedelta(days=one.ready_days), _READY, tzinfo=zone)
    return DiagnosticReport(
        id=ReportId(report_id),
        patient_id=patient_id,
        title=one.title,
        department=one.department,
        status=one.status,
        collected_at=datetime.combine(taken, _TAKEN, tzinfo=zone),
        expected_at=ready,
        issued_at=ready if one.status.released else None,
        text=one.text.strip(),
        critical=one.critical,
    )


def _by(now: datetime, report: DiagnosticReport) -> DiagnosticReport:
    """The report as it can stand at `now`."""
    issued = report.issued_at and min(report.issued_at, now)
    return replace(report, issued_at=issued, collected_at=min(report.collected_at, now))


def _bill(bill: DemoBill, patient_id: PatientId, bill_id: InvoiceId, today: date) -> Invoice:
    paid = bill.status is InvoiceStatus.BALANCED
    return Invoice(
        id=bill_id,
        patient_id=patient_id,
        title=bill.title,
        day=today - timedelta(days=bill.days_ago),
        status=bill.status,
        items=tuple(charge.item for charge in bill.items),
        receipt=_receipt(bill_id) if paid else "",
    )


async def _write_stay(
    records: SqlRecords, record: DemoRecord, stay: DemoStay, patient_id: PatientId, today: date
) -> int:
    """The account and one bill a day, up to yesterday or the day of discharge; how many days."""
    account_id = BillingAccountId(_id(record, "a", stay.ward))
    over = stay.discharged_days_ago
    account = Account(
        id=account_id,
        patient_id=patient_id,
        ward=stay.ward,
        status=AccountStatus.ACTIVE if over is None else AccountStatus.INACTIVE,
        admitted_on=today - timedelta(days=stay.admitted_days_ago),
        deposit_cents=stay.deposit_yuan * 100,
        discharged_on=None if over is None else today - timedelta(days=over),
    )
    await records.put_account(account)
    last = 1 if over is None else over
    days = [today - timedelta(days=ago) for ago in range(stay.admitted_days_ago, last - 1, -1)]
    for day in days:
        bill_id = InvoiceId(_id(record, "d", f"{stay.ward} {day}"))
        await records.put_bill(
            Invoice(
                id=bill_id,
                patient_id=patient_id,
                title=stay.ward,
                day=day,
                status=InvoiceStatus.ISSUED if over is None else InvoiceStatus.BALANCED,
                items=tuple(charge.item for charge in stay.daily),
                receipt="" if over is None else _receipt(bill_id),
                account_id=account_id,
            )
        )
    return len(days)


def _id(record: DemoRecord, kind: str, name: str) -> str:
    """An id that is the same on every machine and tells nothing."""
    return kind + hashlib.sha256(f"{record.id_number}|{kind}|{name}".encode()).hexdigest()[:20]


def _receipt(bill_id: str) -> str:
    """A plausible number of an electronic receipt: ten digits."""
    return f"{int(hashlib.sha256(bill_id.encode()).hexdigest(), 16) % 10**10:010}"
