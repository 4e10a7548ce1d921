"""Example sessions, messages and decisions."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from domain.clinical import DecisionRecord, DepartmentId, Disposition, RuleId
from domain.model_call import ModelCall, ModelPurpose
from domain.patient import Consent, PatientProfile, Purpose, Relation, Sex
from domain.ports import SessionRecord
from domain.session import Author, Channel, InputId, Message, Session, SessionId
from tests.stores import MONDAY_MORNING

SESSION = SessionId("session-1")
SAID = "我妈胸口闷一阵一阵的出冷汗"


def sha256(text: str) -> str:
    """Hex digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def a_record(session_id: SessionId = SESSION, *, resume: str = "resume") -> SessionRecord:
    """A session with a full profile and consent to the chat."""
    profile = PatientProfile(
        age_years=0.5,
        sex=Sex.FEMALE,
        pregnant=False,
        temperature_celsius=38.5,
        relation=Relation.CHILD,
        conditions={"diabetes": True, "anticoag": False},
    )
    session = Session(
        id=session_id,
        channel=Channel.WEB,
        locale="zh-CN",
        profile=profile,
        consent=Consent(version="2026-01", purposes=frozenset({Purpose.CARE_CHAT}), at=MONDAY_MORNING),
        created_at=MONDAY_MORNING,
        expires_at=MONDAY_MORNING + timedelta(days=1),
    )
    return SessionRecord(session=session, token_sha256=sha256("token"), resume_sha256=sha256(resume + session_id))


def a_message(
    text: str = SAID,
    *,
    author: Author = Author.PATIENT,
    input_id: str = "input-1",
    session_id: SessionId = SESSION,
    after_seconds: int = 0,
) -> Message:
    """A message of the conversation."""
    return Message(
        session_id=session_id,
        author=author,
        text=text,
        at=MONDAY_MORNING + timedelta(seconds=after_seconds, microseconds=123_457),
        input_id=InputId(input_id),
        origin="" if author is Author.PATIENT else "fixed",
        label="" if author is Author.PATIENT else "AI 生成",
        trace_id="trace-1",
    )


def a_decision(
    trace_id: str = "trace-1", *, session_id: SessionId = SESSION, input_id: str = "input-1"
) -> DecisionRecord:
    """The record of an emergency decided."""
    return DecisionRecord(
        trace_id=trace_id,
        session_id=session_id,
        input_id=input_id,
        at=MONDAY_MORNING,
        input_sha256=sha256(SAID),
        rule_ids=(RuleId("RF-001"), RuleId("RF-002")),
        quotes=("胸口闷", "出冷汗"),
        answers={"chest_pain": "true", "minutes": "20"},
        disposition=Disposition.CALL_120,
        departments=(DepartmentId("D01"),),
        knowledge_version="2026.03",
        model="r1@d1",
        model_calls=(
            ModelCall(
                purpose=ModelPurpose.UNDERSTAND,
                prompt_sha256="a" * 64,
                model="r1@d1",
                outcome="done",
                milliseconds=812.5,
            ),
        ),
    )
