"""A conversation as a file: JSON, CSV, FHIR or PDF, every line of the agent's with its AI label."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from channels.transcripts import as_pdf
from domain.clinical import DecisionRecord
from domain.desk import Case
from domain.session import Author, Message, SessionId

SENDERS: Final = {
    Author.PATIENT: {"type": "Patient", "display": "患者"},
    Author.AGENT: {"type": "Device", "display": "AI 助手"},
    Author.NURSE: {"type": "Practitioner", "display": "护士"},
}
AI_ASSERTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}
COLUMNS: Final = ("at", "author", "text", "origin", "label", "trace_id", "rule_ids", "disposition", "knowledge_version")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters a spreadsheet reads as a formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is exported; times are in the zone of `made_at`."""

    session_id: SessionId
    case: Case
    messages: Sequence[Message]
    decisions: Sequence[DecisionRecord]
    made_at: datetime

    def decision_of(self, message: Message) -> DecisionRecord | None:
        """The judgement an answer of the agent rests on."""
        if message.author is not Author.AGENT:
            return None
        return next((one for one in self.decisions if one.trace_id == message.trace_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One format."""

    name: str
    suffix: str
    media_type: str
    write: Callable[[Record], bytes]


def as_json(record: Record) -> bytes:
    """Everything, as one object."""
    return orjson.dumps(
        {
            "session_id": record.session_id,
            "exported_at": record.made_at.isoformat(timespec="seconds"),
            "channel": record.case.channel,
            "disposition": record.case.disposition or None,
            "tags": record.case.tags,
            "messages": [_line(record, one) for one in record.messages],
        }
    )


def as_csv(record: Record) -> bytes:
    """One line a message, UTF-8 with a byte order mark; nothing a spreadsheet would execute."""
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS)
    writer.writeheader()
    for one in record.messages:
        writer.writerow({name: _cell(value) for name, value in _line(record, one).items()})
    return sheet.getvalue().encode("utf-8-sig")


def as_fhir(record: Record) -> bytes:
    """A FHIR R4 bundle of one `Communication` a message; what the agent said is marked as such."""
    entries = [{"resource": _communication(record, number, one)} for number, one in enumerate(record.messages, 1)]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": record.made_at.isoformat(timespec="seconds"),
        "entry": entries,
    }
    return orjson.dumps(bundle)


def _pdf(record: Record) -> bytes:
    return as_pdf(record.session_id, record.messages, record.made_at.tzinfo)


EXPORTS: Final[Mapping[str, Export]] = {
    one.name: one
    for one in (
        Export(name="json", suffix="json", media_type="application/json", write=as_json),
        Export(name="csv", suffix="csv", media_type="text/csv; charset=utf-8", write=as_csv),
        Export(name="fhir", suffix="fhir.json", media_type="application/fhir+json", write=as_fhir),
        Export(name="pdf", suffix="pdf", media_type="application/pdf", write=_pdf),
    )
}


def _line(record: Record, message: Message) -> dict[str, Any]:
    decision = record.decision_of(message)
    disposition = decision.disposition if decision else None
    return {
        "at": message.at.astimezone(record.made_at.tzinfo).isoformat(timespec="seconds"),
        "author": message.author.value,
        "text": message.text,
        "origin": message.origin,
        "label": message.label,
        "trace_id": message.trace_id,
        "rule_ids": list(decision.rule_ids) if decision else [],
        "disposition": disposition.name if disposition is not None else "",
        "knowledge_version": decision.knowledge_version if decision else "",
    }


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _communication(record: Record, number: int, message: Message) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Communication",
        "id": f"{record.session_id}-{number}".replace("_", "-"),
        "status": "completed",
        "category": [{"text": "chat-turn"}],
        "sender": SENDERS[message.author],
        "sent": message.at.astimezone(record.made_at.tzinfo).isoformat(timespec="seconds"),
        "payload": [{"contentString": message.text}],
    }
    if message.author is Author.AGENT:
        resource["meta"] = {"security": [AI_ASSERTED]}
        resource["note"] = [{"text": message.label}]
    return resource
