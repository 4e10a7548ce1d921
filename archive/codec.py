"""What is sealed, as bytes: JSON `[tag, version, fields]`, read back strictly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from domain.clinical import DecisionRecord, DepartmentId, Disposition, RuleId
from domain.errors import CodecError
from domain.model_call import ModelCall, ModelPurpose
from domain.patient import Consent, PatientProfile, Purpose, Relation, Sex
from domain.session import Author, InputId, Message, SessionId

_VERSIONS = {"profile": 1, "message": 1, "decision": 1}


def encode_profile(profile: PatientProfile) -> bytes:
    """A profile as bytes."""
    return _encode(
        "profile",
        {
            "age_years": profile.age_years,
            "sex": profile.sex,
            "pregnant": profile.pregnant,
            "gestation_weeks": profile.gestation_weeks,
            "postpartum": profile.postpartum,
            "temperature_celsius": profile.temperature_celsius,
            "relation": profile.relation,
            "conditions": profile.conditions,
        },
    )


def decode_profile(stored: bytes) -> PatientProfile:
    """The profile `encode_profile` wrote."""
    fields = _decode("profile", stored)
    sex = fields.pop("sex")
    relation = fields.pop("relation")
    return PatientProfile(sex=Sex(sex) if sex else None, relation=Relation(relation), **fields)


def encode_message(message: Message) -> bytes:
    """The part of a message no column shows."""
    return _encode(
        "message",
        {"text": message.text, "origin": message.origin, "label": message.label, "trace_id": message.trace_id},
    )


def decode_message(stored: bytes, *, session_id: str, author: str, at: datetime, input_id: str) -> Message:
    """The message `encode_message` wrote, with its columns."""
    return Message(
        session_id=SessionId(session_id),
        author=Author(author),
        at=at,
        input_id=InputId(input_id),
        **_decode("message", stored),
    )


def encode_decision(decision: DecisionRecord) -> bytes:
    """The part of a decision record no column shows."""
    return _encode(
        "decision",
        {
            "input_sha256": decision.input_sha256,
            "rule_ids": decision.rule_ids,
            "quotes": decision.quotes,
            "answers": decision.answers,
            "disposition": None if decision.disposition is None else decision.disposition.name,
            "departments": decision.departments,
            "knowledge_version": decision.knowledge_version,
            "model": decision.model,
            "model_calls": decision.model_calls,
        },
    )


def decode_decision(stored: bytes, *, trace_id: str, session_id: str, input_id: str, at: datetime) -> DecisionRecord:
    """The decision record `encode_decision` wrote, with its columns."""
    fields = _decode("decision", stored)
    disposition = fields.pop("disposition")
    return DecisionRecord(
        trace_id=trace_id,
        session_id=session_id,
        input_id=input_id,
        at=at,
        rule_ids=tuple(RuleId(rule) for rule in fields.pop("rule_ids")),
        quotes=tuple(fields.pop("quotes")),
        departments=tuple(DepartmentId(department) for department in fields.pop("departments")),
        disposition=None if disposition is None else Disposition[disposition],
        model_calls=tuple(_model_call(call) for call in fields.pop("model_calls", ())),
        **fields,
    )


def _model_call(fields: dict[str, Any]) -> ModelCall:
    return ModelCall(purpose=ModelPurpose(fields.pop("purpose")), **fields)


def encode_purposes(consent: Consent) -> str:
    """The purposes agreed to, as sorted JSON text."""
    return orjson.dumps(sorted(consent.purposes)).decode()


def decode_purposes(stored: str) -> frozenset[Purpose]:
    """The purposes `encode_purposes` wrote."""
    return frozenset(Purpose(purpose) for purpose in orjson.loads(stored))


def _encode(tag: str, fields: dict[str, Any]) -> bytes:
    return orjson.dumps([tag, _VERSIONS[tag], fields])


def _decode(tag: str, stored: bytes) -> dict[str, Any]:
    found, version, fields = orjson.loads(stored)
    if (found, version) != (tag, _VERSIONS[tag]):
        raise CodecError(found, version, f"{tag} v{_VERSIONS[tag]} expected")
    read: dict[str, Any] = fields
    return read
