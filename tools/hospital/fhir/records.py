"""Reports, bills and stays: FHIR DiagnosticReport with its Observations, Invoice with its ChargeItems, Account."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from collections.abc import Mapping as Map
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import quote

from domain.errors import NotFound
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
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.places import moment
from tools.hospital.fhir.resources import Resource, extension, identifier, reference_id

CRITICAL: Final = frozenset({"AA", "HH", "LL"})
"""Codes of v3-ObservationInterpretation for a value the staff must hear of at once."""

_TAKEN_OFF: Final = frozenset({"deduction", "discount"})
S = TypeVar("S", bound=StrEnum)


class FhirRecords:
    """Implements `Records`. Whatever is not released has no text here, whatever the hospital's system sent."""

    def __init__(self, client: FhirClient, mapping: Mapping) -> None:
        self._client = client
        self._mapping = mapping

    async def reports(self, patient_id: PatientId) -> tuple[DiagnosticReport, ...]:
        """All reports a patient may know of, newest first."""
        read = await self._of_patient("DiagnosticReport", patient_id, _include="DiagnosticReport:result")
        results = read.get("Observation", {})
        found = (self._report(one, results) for one in read.get("DiagnosticReport", {}).values())
        listed = (one for one in found if one.patient_id == patient_id and one.status.listed)
        return tuple(sorted(listed, key=lambda one: (-one.collected_at.timestamp(), one.id)))

    async def report(self, report_id: ReportId, *, patient_id: PatientId) -> DiagnosticReport:
        """One report; raises as the port says."""
        report = await self.any_report(report_id)
        if report.patient_id != patient_id or not report.status.listed:
            raise NotFound("report")
        return report

    async def any_report(self, report_id: ReportId) -> DiagnosticReport:
        """A report by its id alone; raises as the port says."""
        one = await self._client.read("DiagnosticReport", quote(report_id, safe=""))
        named = (reference_id(result, "Observation") for result in one.get("result", ()))
        results = {name: await self._client.read("Observation", name) for name in named if name is not None}
        return self._report(one, results)

    async def bills(self, patient_id: PatientId) -> tuple[Invoice, ...]:
        """The bills of visits, newest first."""
        return tuple(one for one in await self._invoices(patient_id) if one.account_id is None)

    async def account(self, patient_id: PatientId) -> Account | None:
        """The patient's last stay."""
        read = await self._of_patient("Account", patient_id)
        stays = (one for one in read.get("Account", {}).values() if one["status"] in _ACCOUNT_STATUSES)
        found = [self._account(one, patient_id) for one in stays if _subject(one) == patient_id]
        return max(found, key=lambda one: (one.admitted_on, one.id), default=None)

    async def daily_list(self, account: Account, *, patient_id: PatientId) -> tuple[Invoice, ...]:
        """One bill for each day of a stay, newest first; raises as the port says."""
        if _subject(await self._client.read("Account", quote(account.id, safe=""))) != patient_id:
            raise NotFound("account")
        return tuple(one for one in await self._invoices(patient_id) if one.account_id == account.id)

    async def _invoices(self, patient_id: PatientId) -> list[Invoice]:
        read = (await self._of_patient("Invoice", patient_id)).get("Invoice", {}).values()
        known = [one for one in read if _subject(one) == patient_id and one["status"] in _INVOICE_STATUSES]
        found = [await self._invoice(one, patient_id) for one in known]
        return sorted(found, key=lambda one: (-one.day.toordinal(), one.id))

    async def _of_patient(self, kind: str, patient_id: PatientId, **asked: str) -> Map[str, Map[str, Resource]]:
        """What the system has of a kind for a patient, and what is included, by kind and id."""
        read: dict[str, dict[str, Resource]] = {}
        async for one in self._client.search(kind, {"patient": f"Patient/{patient_id}"} | asked):
            read.setdefault(one["resourceType"], {})[one["id"]] = one
        return read

    def _report(self, one: Resource, results: Map[str, Resource]) -> DiagnosticReport:
        status = _code(ReportStatus, one, "DiagnosticReport")
        named = [reference_id(result, "Observation") for result in one.get("result", ())]
        mine = [results[name] for name in named if name is not None and name in results]
        expected = extension(one, self._mapping.extensions.expected)
        return DiagnosticReport(
            id=ReportId(one["id"]),
            patient_id=PatientId(_subject(one) or ""),
            title=_words(one.get("code")),
            department=next((who["display"] for who in one.get("performer", ()) if "display" in who), ""),
            status=status,
            collected_at=self._moment(_taken(one)),
            expected_at=None if expected is None else self._moment(expected),
            issued_at=self._moment(one["issued"]) if "issued" in one else None,
            text=_text(one, mine) if status.released else "",
            critical=any(_critical(result) for result in mine),
        )

    async def _invoice(self, one: Resource, patient_id: PatientId) -> Invoice:
        account = reference_id(one.get("account"), "Account")
        return Invoice(
            id=InvoiceId(one["id"]),
            patient_id=patient_id,
            title=_words(one.get("type")),
            day=self._day(one.get("date")),
            status=_code(InvoiceStatus, one, "Invoice"),
            items=tuple([await self._charge(line) for line in one.get("lineItem", ())]),
            receipt=identifier(one, self._mapping.receipt) or "",
            account_id=None if account is None else BillingAccountId(account),
        )

    async def _charge(self, line: Resource) -> ChargeItem:
        amount = _cents(line.get("priceComponent", ()))
        quantity, title = 1, _words(line.get("chargeItemCodeableConcept"))
        charged = reference_id(line.get("chargeItemReference"), "ChargeItem")
        if charged is not None:
            item = await self._client.read("ChargeItem", charged)
            quantity, title = int(item.get("quantity", {}).get("value", 1)), _words(item.get("code"))
        return ChargeItem(title=title, quantity=quantity, amount_cents=amount)

    def _account(self, one: Resource, patient_id: PatientId) -> Account:
        period = one.get("servicePeriod", {})
        deposit = extension(one, self._mapping.extensions.deposit)
        return Account(
            id=BillingAccountId(one["id"]),
            patient_id=patient_id,
            ward=one.get("name", ""),
            status=_code(AccountStatus, one, "Account"),
            admitted_on=self._day(period.get("start")),
            deposit_cents=0 if deposit is None else _money(deposit),
            discharged_on=self._day(period["end"]) if "end" in period else None,
        )

    def _moment(self, text: object) -> datetime:
        return moment(text).astimezone(self._mapping.zone)

    def _day(self, text: object) -> date:
        """The hospital's day of a date or a dateTime."""
        try:
            return date.fromisoformat(str(text))
        except ValueError:
            return self._moment(text).date()


_ACCOUNT_STATUSES: Final = frozenset(one.value for one in AccountStatus)
_INVOICE_STATUSES: Final = frozenset(one.value for one in InvoiceStatus)


def _code(codes: type[S], one: Resource, kind: str) -> S:
    try:
        return codes(one["status"])
    except ValueError as error:
        raise HospitalFailed("garbage", f"{kind}.status is not one we know") from error


def _subject(one: Resource) -> str | None:
    """The patient a record is of; an Account may have several subjects."""
    subject = one.get("subject")
    named = subject if isinstance(subject, list) else [subject]
    return next((found for each in named if (found := reference_id(each, "Patient")) is not None), None)


def _taken(one: Resource) -> object:
    period = one.get("effectivePeriod", {})
    return one.get("effectiveDateTime") or period.get("end") or period.get("start") or one.get("issued")


def _words(concept: Any) -> str:
    """What a concept is called."""
    if not isinstance(concept, dict):
        return ""
    displays = (coding["display"] for coding in concept.get("coding", ()) if "display" in coding)
    return str(concept.get("text") or next(displays, ""))


def _text(report: Resource, results: Iterable[Resource]) -> str:
    """The report in the hospital's own words: its plain text, its conclusion, or else its values line by line."""
    for form in report.get("presentedForm", ()):
        if form.get("contentType", "").startswith("text/plain") and "data" in form:
            try:
                return base64.b64decode(form["data"], validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise HospitalFailed("garbage", "DiagnosticReport.presentedForm is no text") from error
    return str(report.get("conclusion") or "\n".join(_line(one) for one in results))


def _line(observation: Resource) -> str:
    """One value as it stands: name, value, unit and the hospital's reference text."""
    quantity = observation.get("valueQuantity", {})
    value = observation.get("valueString") or _words(observation.get("valueCodeableConcept"))
    shown = value or f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip()
    ranges = (one["text"] for one in observation.get("referenceRange", ()) if "text" in one)
    reference = next((f"（参考 {text}）" for text in ranges), "")
    return f"{_words(observation.get('code'))} {shown}{reference}".strip()


def _critical(observation: Resource) -> bool:
    codings = (coding for one in observation.get("interpretation", ()) for coding in one.get("coding", ()))
    return any(coding.get("code") in CRITICAL for coding in codings)


def _cents(components: Iterable[Resource]) -> int:
    """What a line costs: what is informational does not count."""
    total = 0
    for one in components:
        if one.get("type") != "informational" and "amount" in one:
            total += -_money(one["amount"]) if one.get("type") in _TAKEN_OFF else _money(one["amount"])
    return total


def _money(given: Any) -> int:
    """FHIR Money in fen."""
    try:
        if given.get("currency", "CNY") == "CNY":
            return round(Decimal(str(given["value"])) * 100)
    except (KeyError, InvalidOperation, AttributeError):
        pass
    raise HospitalFailed("garbage", "Money is not in CNY")
