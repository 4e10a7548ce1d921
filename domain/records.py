"""What the hospital has on record for a patient: reports, bills, stays. FHIR R4 names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from domain.patient import PatientId

ReportId = NewType("ReportId", str)
InvoiceId = NewType("InvoiceId", str)
BillingAccountId = NewType("BillingAccountId", str)


class ReportStatus(StrEnum):
    """FHIR R4 `DiagnosticReport.status`."""

    REGISTERED = "registered"
    PARTIAL = "partial"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    CORRECTED = "corrected"
    APPENDED = "appended"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"
    UNKNOWN = "unknown"

    @property
    def released(self) -> bool:
        """Whether the hospital has released the report: only then may its text be read."""
        return self in _RELEASED

    @property
    def listed(self) -> bool:
        """Whether a patient is told of the report at all."""
        return self not in {ReportStatus.ENTERED_IN_ERROR, ReportStatus.UNKNOWN}


_RELEASED = frozenset({ReportStatus.FINAL, ReportStatus.AMENDED, ReportStatus.CORRECTED, ReportStatus.APPENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticReport:
    """One report. `text` is the hospital's own wording, empty until it is released.

    `expected_at` is when it should be there, `issued_at` when it was released. `critical` marks a value the staff
    must hear of at once; it is never shown to a patient.
    """

    id: ReportId
    patient_id: PatientId
    title: str
    department: str
    status: ReportStatus
    collected_at: datetime
    expected_at: datetime | None = None
    issued_at: datetime | None = None
    text: str = field(default="", repr=False)
    critical: bool = False


class InvoiceStatus(StrEnum):
    """FHIR R4 `Invoice.status`: `issued` waits to be paid, `balanced` is paid."""

    DRAFT = "draft"
    ISSUED = "issued"
    BALANCED = "balanced"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeItem:
    """One line of a bill."""

    title: str
    quantity: int
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One bill: of a visit, or of one day of a stay (`account_id`). `receipt` is the electronic receipt's number."""

    id: InvoiceId
    patient_id: PatientId
    title: str
    day: date
    status: InvoiceStatus
    items: tuple[ChargeItem, ...]
    receipt: str = ""
    account_id: BillingAccountId | None = None

    @property
    def total_cents(self) -> int:
        """The sum of its lines, in fen."""
        return sum(item.amount_cents for item in self.items)


class AccountStatus(StrEnum):
    """FHIR R4 `Account.status`."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a stay costs: one `Invoice` for each of its days. `discharged_on` is unset while it lasts."""

    id: BillingAccountId
    patient_id: PatientId
    ward: str
    status: AccountStatus
    admitted_on: date
    deposit_cents: int
    discharged_on: date | None = None
