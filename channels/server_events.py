"""Events the server sends. They are built as plain mappings by `channels.events` and held against these in tests."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from channels.cards import Action, Card, CitedSource
from channels.http_bodies import Notice
from channels.wire import ErrorCode, PurposeId, Strict


class Live(Strict):
    """An event that is never replayed and bears no number."""

    session_id: str
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Numbered(Live):
    """An event of the session's sequence; `seq` is null while memory is unreachable."""

    seq: Annotated[int, Field(ge=1)] | None


class PendingQuestion(Strict):
    """What the agent asked last and still waits for."""

    kind: str
    question: str
    options: list[dict[Literal["label", "value"], str]]


class AudioThere(Strict):
    """Whether speech is understood here, and whether answers can be spoken."""

    input: bool
    output: bool


class _Greeting(Numbered):
    mode: Literal["knowledge", "model"]
    audio: AudioThere
    notice: Notice
    consent: dict[PurposeId, bool]
    pending: PendingQuestion | None


class SessionCreated(_Greeting):
    """The first socket of a session."""

    type: Literal["session.created"]


class SessionResumed(_Greeting):
    """A later socket of a session; what was missed came before this."""

    type: Literal["session.resumed"]


class ConsentUpdated(Numbered):
    """The consent now in force."""

    type: Literal["consent.updated"]
    consent: dict[PurposeId, bool]


class InputAccepted(Numbered):
    """The input is journalled and will be answered; a duplicate is never executed twice."""

    type: Literal["input.accepted"]
    id: str
    duplicate: bool


class SpeechStarted(Live):
    """Voice activity began."""

    type: Literal["input_audio.speech_started"]
    audio_ms: int


class SpeechStopped(Live):
    """Voice activity ended."""

    type: Literal["input_audio.speech_stopped"]
    audio_ms: int


class TranscriptDelta(Live):
    """What was heard so far; for display, may be revised."""

    type: Literal["transcript.delta"]
    item_id: str
    text: str


class TranscriptCompleted(Numbered):
    """What was heard."""

    type: Literal["transcript.completed"]
    item_id: str
    text: str


class ResponseCreated(Numbered):
    """An answer begins; `number` heads its audio frames."""

    type: Literal["response.created"]
    response_id: str
    number: Annotated[int, Field(ge=1, lt=2**32)]
    in_reply_to: str | None


class ResponseTextDelta(Live):
    """A part of the answer that passed the safety check; the whole is in `response.done`."""

    type: Literal["response.text.delta"]
    response_id: str
    text: str


class ResponseCard(Numbered):
    """A card of the answer."""

    type: Literal["response.card"]
    response_id: str
    card: Card


class ResponseChoices(Numbered):
    """Tap choices of the answer; `free_text` says whether typing is welcome too."""

    type: Literal["response.choices"]
    response_id: str
    choices: list[Action]
    free_text: bool


class AudioStarted(Live):
    """Audio follows as binary frames headed by `number`, new each time; `text` is what stands nowhere else."""

    type: Literal["response.audio.started"]
    response_id: str
    format: Literal["pcm16;rate=24000"]
    number: Annotated[int, Field(ge=1, lt=2**32)]
    text: str | None


class AudioDone(Live):
    """No more audio with this number: it was played (`said`), failed, or is to be thrown away."""

    type: Literal["response.audio.done"]
    response_id: str
    format: Literal["pcm16;rate=24000"]
    number: Annotated[int, Field(ge=1, lt=2**32)]
    reason: Literal["said", "failed", "barge_in", "client", "handoff", "escalation", "superseded"]


class ResponseCancelled(Numbered):
    """The saying was stopped; `restarted` means the input is answered again."""

    type: Literal["response.cancelled"]
    response_id: str
    in_reply_to: str | None
    reason: Literal["barge_in", "client", "handoff", "escalation", "restarted"]


class GeneratedBy(Strict):
    """The model that wrote in an answer, the digest of its weights, and the SHA-256 of the prompt it was given."""

    model: str
    digest: str
    prompt_sha256: str


class ResponseDone(Numbered):
    """The whole answer. `label` is the visible AI label; `timing_ms` maps a stage to milliseconds.

    `generated` says what wrote the generated words; it is null when no model did.
    """

    type: Literal["response.done"]
    response_id: str
    in_reply_to: str | None
    text: str
    origin: Literal["fixed", "knowledge", "model", "nurse"]
    label: str
    sources: list[CitedSource]
    timing_ms: dict[str, float]
    trace_id: str
    generated: GeneratedBy | None


class EscalationRaised(Numbered):
    """An emergency; comes before any other part of the answer."""

    type: Literal["escalation.raised"]
    in_reply_to: str | None
    disposition: Literal["CALL_120", "ED_NOW", "VISIT_24H"]
    rule_ids: list[str]
    text: str
    phone: str
    crisis: bool


class HandoffQueued(Numbered):
    """The patient waits for a person; 1 is next."""

    type: Literal["handoff.queued"]
    queue_position: Annotated[int, Field(ge=0)]
    by: str | None


class HandoffStarted(Numbered):
    """A person answers now; `by` is a role, never a name."""

    type: Literal["handoff.started"]
    queue_position: None
    by: str


class HandoffEnded(Numbered):
    """The agent answers again."""

    type: Literal["handoff.ended"]
    queue_position: None
    by: str


class Typing(Live):
    """The nurse types; shown for a few seconds."""

    type: Literal["typing"]
    by: Literal["nurse"]


class Error(Numbered):
    """Something could not be done; `message` is for the patient."""

    type: Literal["error"]
    code: ErrorCode
    message: str
    retryable: bool
    in_reply_to: str | None


ServerEvent: TypeAlias = Annotated[
    SessionCreated
    | SessionResumed
    | ConsentUpdated
    | InputAccepted
    | SpeechStarted
    | SpeechStopped
    | TranscriptDelta
    | TranscriptCompleted
    | ResponseCreated
    | ResponseTextDelta
    | ResponseCard
    | ResponseChoices
    | AudioStarted
    | AudioDone
    | ResponseCancelled
    | ResponseDone
    | EscalationRaised
    | HandoffQueued
    | HandoffStarted
    | HandoffEnded
    | Typing
    | Error,
    Field(discriminator="type"),
]

SERVER_EVENTS: TypeAdapter[Any] = TypeAdapter(ServerEvent)
