"""Frames a client may send. Incoming frames are validated against these models."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, TypeAdapter

from channels.wire import ClientId, Opaque, PurposeId, Strict


class AudioFormats(Strict):
    """Which audio the client sends and wants."""

    input: Literal["pcm16;rate=16000"] | None = None
    output: Literal["pcm16;rate=24000", "none"] | None = None


class SessionUpdate(Strict):
    """Changes how the session sounds and reads; what is left out stays.

    With `privacy` names, numbers of identity and results are not said aloud. `patience` is for how long a pause may be.
    """

    type: Literal["session.update"]
    audio: AudioFormats | None = None
    locale: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    speech_rate: Annotated[float, Field(ge=0.7, le=1.3)] | None = None
    captions: bool | None = None
    privacy: bool | None = None
    patience: Literal["ordinary", "elder"] | None = None


class ConsentGive(Strict):
    """The patient's answer to the notice: exactly `purposes` are agreed to; none is a refusal."""

    type: Literal["consent.give"]
    version: Annotated[str, Field(max_length=64)]
    purposes: list[PurposeId]


class ConsentWithdraw(Strict):
    """The patient takes consent back for `purposes`."""

    type: Literal["consent.withdraw"]
    version: Annotated[str, Field(max_length=64)]
    purposes: list[PurposeId]


class InputText(Strict):
    """What the patient wrote; at most 2,000 characters (longer is screened, then answered `too_long`)."""

    type: Literal["input_text"]
    id: ClientId
    text: str


class InputChoice(Strict):
    """A tapped choice or card action, echoed as it was offered."""

    type: Literal["input_choice"]
    id: ClientId
    action: Opaque
    value: Opaque


class InputForm(Strict):
    """Sensitive fields; never in transcripts, replay or logs."""

    type: Literal["input_form"]
    id: ClientId
    form: Opaque
    fields: Annotated[dict[Annotated[str, Field(max_length=64)], Opaque], Field(max_length=32)]


class InputAudioStart(Strict):
    """Push-to-talk begins."""

    type: Literal["input_audio.start"]


class InputAudioCommit(Strict):
    """Push-to-talk ends: what was said is an utterance now."""

    type: Literal["input_audio.commit"]


class ResponseCancel(Strict):
    """Stops the saying of a response, never the doing."""

    type: Literal["response.cancel"]
    response_id: Opaque
    audio_played_ms: Annotated[int, Field(ge=0)] = 0


class HandoffRequest(Strict):
    """The patient asks for a person."""

    type: Literal["handoff.request"]
    reason: Annotated[str, Field(max_length=500)] = ""


class TypingNow(Strict):
    """The patient types; shown to the nurse who answers, kept by nobody. At most every three seconds."""

    type: Literal["typing"]


class FeedbackGive(Strict):
    """The patient's judgement of one response."""

    type: Literal["feedback.give"]
    response_id: Opaque
    rating: Literal[-1, 1]
    comment: Annotated[str, Field(max_length=500)] = ""


ClientFrame: TypeAlias = Annotated[
    SessionUpdate
    | ConsentGive
    | ConsentWithdraw
    | InputText
    | InputChoice
    | InputForm
    | InputAudioStart
    | InputAudioCommit
    | ResponseCancel
    | HandoffRequest
    | TypingNow
    | FeedbackGive,
    Field(discriminator="type"),
]

CLIENT_FRAMES: TypeAdapter[Any] = TypeAdapter(ClientFrame)
CLIENT_TYPES = frozenset(
    get_args(model.model_fields["type"].annotation)[0] for model in get_args(get_args(ClientFrame)[0])
)
