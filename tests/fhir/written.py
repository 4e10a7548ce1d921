"""Records as a hospital writes them in FHIR R4."""

from __future__ import annotations

import base64
from typing import Any

from domain.records import Account, DiagnosticReport, Invoice
from tests.fhir.store import Resource
from tools.hospital.fhir.mapping import Mapping


def report(one: DiagnosticReport, mapping: Mapping) -> list[Resource]:
    """The report with its text as a form, and the value it rests on."""
    value: Resource = {
        "resourceType": "Observation",
        "id": f"{one.id}.1",
        "status": "final",
        "code": {"text": one.title},
        "subject": {"reference": f"Patient/{one.patient_id}"},
        "valueString": "见报告",
        "interpretation": [{"coding": [{"code": "AA" if one.critical else "N"}]}],
    }
    made: Resource = {
        "resourceType": "DiagnosticReport",
        "id": one.id,
        "status": one.status.value,
        "code": {"text": one.title},
        "subject": {"reference": f"Patient/{one.patient_id}"},
        "performer": [{"display": one.department}],
        "effectiveDateTime": one.collected_at.isoformat(),
        "result": [{"reference": f"Observation/{one.id}.1"}],
        "presentedForm": [{"contentType": "text/plain", "data": base64.b64encode(one.text.encode()).decode()}],
    }
    if one.issued_at:
        made["issued"] = one.issued_at.isoformat()
    if one.expected_at:
        url = mapping.extensions.expected
        made["extension"] = [{"url": url, "valueDateTime": one.expected_at.isoformat()}]
    return [value, made]


def bill(one: Invoice, mapping: Mapping) -> list[Resource]:
    """The bill; a line of several is a ChargeItem."""
    made: list[Resource] = []
    lines: list[dict[str, Any]] = []
    for number, item in enumerate(one.items):
        amount = {"value": item.amount_cents / 100, "currency": "CNY"}
        line: dict[str, Any] = {"priceComponent": [{"type": "base", "amount": amount}]}
        if item.quantity == 1:
            line["chargeItemCodeableConcept"] = {"text": item.title}
        else:
            line["chargeItemReference"] = {"reference": f"ChargeItem/{one.id}.{number}"}
            made.append(
                {
                    "resourceType": "ChargeItem",
                    "id": f"{one.id}.{number}",
                    "status": "billed",
                    "code": {"text": item.title},
                    "subject": {"reference": f"Patient/{one.patient_id}"},
                    "quantity": {"value": item.quantity},
                }
            )
        lines.append(line)
    invoice: Resource = {
        "resourceType": "Invoice",
        "id": one.id,
        "status": one.status.value,
        "type": {"text": one.title},
        "subject": {"reference": f"Patient/{one.patient_id}"},
        "date": one.day.isoformat(),
        "lineItem": lines,
    }
    if one.receipt:
        invoice["identifier"] = [{"system": mapping.receipt, "value": one.receipt}]
    if one.account_id:
        invoice["account"] = {"reference": f"Account/{one.account_id}"}
    return [*made, invoice]


def account(one: Account, mapping: Mapping) -> list[Resource]:
    """The stay."""
    period = {"start": one.admitted_on.isoformat()}
    if one.discharged_on:
        period["end"] = one.discharged_on.isoformat()
    deposit = {"value": one.deposit_cents / 100, "currency": "CNY"}
    return [
        {
            "resourceType": "Account",
            "id": one.id,
            "status": one.status.value,
            "name": one.ward,
            "subject": [{"reference": f"Patient/{one.patient_id}"}],
            "servicePeriod": period,
            "extension": [{"url": mapping.extensions.deposit, "valueMoney": deposit}],
        }
    ]
