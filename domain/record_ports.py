"""Reading a patient's records. Whoever calls has proven `IdentityLevel.REAL_NAME` for this very patient."""

from __future__ import annotations

from typing import Protocol

from domain.patient import PatientId
from domain.records import Account, DiagnosticReport, Invoice, ReportId


class Records(Protocol):
    """Reports, bills and stays as the hospital keeps them.

    All methods raise `Unavailable` when the hospital's system does not answer. What is not this patient's does not
    exist for them: `NotFound`.
    """

    async def reports(self, patient_id: PatientId) -> tuple[DiagnosticReport, ...]:
        """All reports a patient may know of, newest first; of one that is not released the text is empty."""

    async def report(self, report_id: ReportId, *, patient_id: PatientId) -> DiagnosticReport:
        """One report.

        Raises:
            NotFound: the patient has no such report.
        """

    async def bills(self, patient_id: PatientId) -> tuple[Invoice, ...]:
        """The bills of visits, newest first; what waits to be paid is `issued`."""

    async def account(self, patient_id: PatientId) -> Account | None:
        """The patient's stay, the last one if it is over; nothing without any."""

    async def daily_list(self, account: Account, *, patient_id: PatientId) -> tuple[Invoice, ...]:
        """One bill for each day of a stay, newest first.

        Raises:
            NotFound: the patient has no such account.
        """

    async def any_report(self, report_id: ReportId) -> DiagnosticReport:
        """A report, for whoever tells the staff of its critical value.

        Raises:
            NotFound: no such report.
        """
