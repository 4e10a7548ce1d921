"""The embedded hospital's records behind the `Records` port, and the hand that writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from archive.columns import insert_new
from archive.database import Database
from archive.sealing import Cipher, MasterKey
from domain.errors import NotFound
from domain.notices import DueKind
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
from tools.hospital.sql.schema import patients
from tools.hospital.sql.schema_life import due
from tools.hospital.sql.schema_records import accounts, invoices, reports


class SqlRecords:
    """Implements `Records`; `put_…` is the hospital's own hand."""

    def __init__(self, database: Database, *, cipher: Cipher, master: MasterKey) -> None:
        self._database = database
        self._cipher = cipher
        self._master = master

    async def reports(self, patient_id: PatientId) -> tuple[DiagnosticReport, ...]:
        """All reports a patient may know of, newest first."""
        wanted = select(reports).where(reports.c.patient_id == patient_id)
        rows, key = await self._read(wanted.order_by(reports.c.collected_at.desc(), reports.c.id), patient_id)
        found = (self._report(row, key) for row in rows)
        return tuple(report for report in found if report.status.listed)

    async def report(self, report_id: ReportId, *, patient_id: PatientId) -> DiagnosticReport:
        """One report; raises as the port says."""
        wanted = select(reports).where(reports.c.id == report_id, reports.c.patient_id == patient_id)
        rows, key = await self._read(wanted, patient_id)
        found = [report for row in rows if (report := self._report(row, key)).status.listed]
        if not found:
            raise NotFound("report")
        return found[0]

    async def any_report(self, report_id: ReportId) -> DiagnosticReport:
        """A report by its id alone; raises as the port says."""
        wanted = select(reports.c.patient_id).where(reports.c.id == report_id)
        patient_id = await self._database.read(lambda c: c.execute(wanted).scalar())
        if patient_id is None:
            raise NotFound("report")
        return await self.report(report_id, patient_id=PatientId(patient_id))

    async def bills(self, patient_id: PatientId) -> tuple[Invoice, ...]:
        """The bills of visits, newest first."""
        wanted = select(invoices).where(invoices.c.patient_id == patient_id, invoices.c.account_id.is_(None))
        return await self._invoices(wanted, patient_id)

    async def account(self, patient_id: PatientId) -> Account | None:
        """The patient's last stay."""
        wanted = select(accounts).where(accounts.c.patient_id == patient_id)
        rows, key = await self._read(wanted.order_by(accounts.c.admitted_on.desc(), accounts.c.id).limit(1), patient_id)
        return self._account(rows[0], key) if rows else None

    async def daily_list(self, account: Account, *, patient_id: PatientId) -> tuple[Invoice, ...]:
        """One bill for each day of a stay, newest first; raises as the port says."""
        mine = select(accounts.c.id).where(accounts.c.id == account.id, accounts.c.patient_id == patient_id)
        if await self._database.read(lambda c: c.execute(mine).first()) is None:
            raise NotFound("account")
        wanted = select(invoices).where(invoices.c.patient_id == patient_id, invoices.c.account_id == account.id)
        return await self._invoices(wanted, patient_id)

    async def put_report(self, report: DiagnosticReport, *, now: datetime) -> None:
        """Write a report, or its next state. A critical value is told to the staff, once."""

        def work(connection: Connection) -> None:
            payload = [report.title, report.department, report.text]
            row = {
                "id": report.id,
                "patient_id": report.patient_id,
                "status": report.status,
                "collected_at": report.collected_at,
                "expected_at": report.expected_at,
                "issued_at": report.issued_at,
                "critical": report.critical,
                "sealed": self._seal(connection, report.patient_id, report.id, payload),
            }
            if not insert_new(connection, reports, row):
                connection.execute(update(reports).where(reports.c.id == report.id).values(**row))
            if report.critical:
                due.plan_once(connection, DueKind.CRITICAL_VALUE, report.id, now)

        await self._database.write(work)

    async def put_bill(self, bill: Invoice) -> None:
        """Write a bill, or its next state."""

        def work(connection: Connection) -> None:
            lines = [[item.title, item.quantity, item.amount_cents] for item in bill.items]
            row = {
                "id": bill.id,
                "patient_id": bill.patient_id,
                "account_id": bill.account_id,
                "day": bill.day,
                "status": bill.status,
                "sealed": self._seal(connection, bill.patient_id, bill.id, [bill.title, bill.receipt, lines]),
            }
            connection.execute(delete(invoices).where(invoices.c.id == bill.id))
            connection.execute(insert(invoices), row)

        await self._database.write(work)

    async def put_account(self, account: Account) -> None:
        """Write a stay, or its next state."""

        def work(connection: Connection) -> None:
            row = {
                "id": account.id,
                "patient_id": account.patient_id,
                "status": account.status,
                "admitted_on": account.admitted_on,
                "discharged_on": account.discharged_on,
                "sealed": self._seal(connection, account.patient_id, account.id, [account.ward, account.deposit_cents]),
            }
            if not insert_new(connection, accounts, row):
                connection.execute(update(accounts).where(accounts.c.id == account.id).values(**row))

        await self._database.write(work)

    async def _read(self, wanted: Any, patient_id: str) -> tuple[list[Row[Any]], bytes]:
        """The rows and the key they are sealed with."""

        def work(connection: Connection) -> tuple[list[Row[Any]], bytes]:
            rows = list(connection.execute(wanted))
            return rows, self._key(connection, patient_id) if rows else b""

        return await self._database.read(work)

    async def _invoices(self, wanted: Any, patient_id: str) -> tuple[Invoice, ...]:
        rows, key = await self._read(wanted.order_by(invoices.c.day.desc(), invoices.c.id), patient_id)
        return tuple(self._invoice(row, key) for row in rows)

    def _key(self, connection: Connection, patient_id: str) -> bytes:
        wrapped = connection.execute(select(patients.c.wrapped_key).where(patients.c.id == patient_id)).scalar()
        if wrapped is None:
            raise NotFound("patient")
        return self._master.unwrap(wrapped, patient_id.encode())

    def _seal(self, connection: Connection, patient_id: str, row_id: str, payload: list[Any]) -> bytes:
        return self._cipher.seal(self._key(connection, patient_id), orjson.dumps(payload), row_id.encode())

    def _open(self, row: Row[Any], key: bytes) -> Any:
        return orjson.loads(self._cipher.unseal(key, row.sealed, row.id.encode()))

    def _report(self, row: Row[Any], key: bytes) -> DiagnosticReport:
        title, department, text = self._open(row, key)
        status = ReportStatus(row.status)
        return DiagnosticReport(
            id=ReportId(row.id),
            patient_id=PatientId(row.patient_id),
            title=title,
            department=department,
            status=status,
            collected_at=row.collected_at,
            expected_at=row.expected_at,
            issued_at=row.issued_at,
            text=text if status.released else "",
            critical=row.critical,
        )

    def _invoice(self, row: Row[Any], key: bytes) -> Invoice:
        title, receipt, lines = self._open(row, key)
        return Invoice(
            id=InvoiceId(row.id),
            patient_id=PatientId(row.patient_id),
            title=title,
            day=row.day,
            status=InvoiceStatus(row.status),
            items=tuple(ChargeItem(title=name, quantity=count, amount_cents=cents) for name, count, cents in lines),
            receipt=receipt,
            account_id=BillingAccountId(row.account_id) if row.account_id else None,
        )

    def _account(self, row: Row[Any], key: bytes) -> Account:
        ward, deposit_cents = self._open(row, key)
        return Account(
            id=BillingAccountId(row.id),
            patient_id=PatientId(row.patient_id),
            ward=ward,
            status=AccountStatus(row.status),
            admitted_on=row.admitted_on,
            deposit_cents=deposit_cents,
            discharged_on=row.discharged_on,
        )
