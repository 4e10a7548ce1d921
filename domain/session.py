"""A conversation: its session, its messages and what the agent asked last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.patient import Consent, PatientProfile

SessionId = NewType("SessionId", str)
InputId = NewType("InputId", str)
ResponseId = NewType("ResponseId", str)


class Channel(StrEnum):
    """Where the patient is."""

    WEB = "web"
    KIOSK = "kiosk"
    WECHAT = "wechat"
    API = "api"


class Author(StrEnum):
    """Who said a message."""

    PATIENT = "patient"
    AGENT = "agent"
    NURSE = "nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One patient's conversation; tokens are kept only as hashes elsewhere."""

    id: SessionId
    channel: Channel
    locale: str
    profile: PatientProfile
    consent: Consent
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the transcript. Form contents never become messages."""

    session_id: SessionId
    author: Author
    text: str
    at: datetime
    input_id: InputId
    origin: str = ""
    label: str = ""
    trace_id: str = ""


class PendingKind(StrEnum):
    """What kind of answer the agent is waiting for."""

    RED_FLAG = "red_flag"
    TRIAGE_QUESTION = "triage_question"
    CARD_CLOSING = "card_closing"
    OPEN_QUESTION = "open_question"
    SLOT_CHOICE = "slot_choice"
    DEPARTMENT_CHOICE = "department_choice"
    IDENTITY_FORM = "identity_form"
    CODE_FORM = "code_form"
    REPORT_CHOICE = "report_choice"
    BOOKING_REVIEW = "booking_review"
    CANCEL_CHOICE = "cancel_choice"
    CANCEL_REVIEW = "cancel_review"
    BOOKING_OFFER = "booking_offer"
    MOVE_CHOICE = "move_choice"
    WAYS_CHOICE = "ways_choice"
    OFFER_REPLY = "offer_reply"
    STOP_CHOICE = "stop_choice"
    PERSON_CHOICE = "person_choice"
    HANDOFF_OFFER = "handoff_offer"
    FOLLOW_UP_QUESTION = "follow_up_question"
    FOLLOW_UP_STOP = "follow_up_stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One tap choice: `value` is opaque to clients, `label` is what the patient reads."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What the agent asked last and how an answer is read.

    `id` is unique in the session and is the seed of idempotency keys. `subject` names what is asked
    about: a red flag's rule id, a question id of a complaint, a hold, an appointment. `expires_at`, when
    set, is when silence counts as the dangerous answer.
    """

    id: str
    kind: PendingKind
    question: str
    subject: str
    options: tuple[Option, ...] = ()
    expires_at: datetime | None = None
    facts: dict[str, str] = field(default_factory=dict)
