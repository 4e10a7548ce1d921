"""What goes into a turn and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from domain.clinical import Disposition, RuleId, Screening
from domain.session import InputId, Option, Pending, SessionId

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A tapped choice or card action, echoed as it was offered."""

    action: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Sensitive fields; never logged, replayed or written to a transcript."""

    name: str
    fields: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One patient input. Exactly one of `text`, `choice`, `form` is set.

    `screening` is what the emergency screen found on receipt; the turn never screens less than that.
    `consented` says whether the patient agreed to care (`Purpose.CARE_CHAT`); without it there is guidance only.
    """

    session_id: SessionId
    input_id: InputId
    at: datetime
    text: str = ""
    choice: Choice | None = None
    form: Form | None = None
    screening: Screening = field(default_factory=Screening)
    consented: bool = True


class Origin(StrEnum):
    """Where a reply's words come from; decides its visible AI label."""

    FIXED = "fixed"
    KNOWLEDGE = "knowledge"
    MODEL = "model"
    NURSE = "nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A hospital text or guideline an answer rests on."""

    id: str
    title: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceReady:
    """A sentence that passed the safety check."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReady:
    """A card of protocol v1: `card["type"]` names it."""

    card: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicesReady:
    """Tap choices; `action` travels back unchanged in `input_choice`."""

    choices: tuple[Option, ...]
    action: str = "answer"
    free_text: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """An emergency: sent before any other part of the answer."""

    disposition: Disposition
    rule_ids: tuple[RuleId, ...]
    text: str
    phone: str
    crisis: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffQueued:
    """The patient waits for a person; `queue_position` is 1 for the next one."""

    queue_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What wrote the generated words of a reply: the model, the digest of its weights, the SHA-256 of its prompt."""

    model: str
    digest: str
    prompt_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDone:
    """The whole reply; the last event of a turn that was not cancelled.

    `pending` is what the agent now waits for; `timing_ms` maps a stage to milliseconds; `generated` is set
    when a model wrote words of it.
    """

    text: str
    origin: Origin
    label: str
    sources: tuple[Source, ...]
    timing_ms: dict[str, float]
    trace_id: str
    pending: Pending | None
    generated: Generated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCancelled:
    """The saying was stopped; the doing was finished."""

    reason: Literal["barge_in", "client", "handoff", "escalation", "restarted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFailed:
    """The turn ended in an error; `code` is one of the protocol's, `message` is for the patient."""

    code: str
    message: str
    retryable: bool


TurnEvent: TypeAlias = (
    SentenceReady | CardReady | ChoicesReady | Escalated | HandoffQueued | TurnDone | TurnCancelled | TurnFailed
)
