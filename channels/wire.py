"""What every part of protocol v1's wire shares: limits, codes, ids and strictness."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

MESSAGE_LIMIT_CHARACTERS = 2_000
TEXT_FRAME_LIMIT_BYTES = 16 * 1024
AUDIO_FRAME_LIMIT_BYTES = 8 * 1024
SOCKET_LIMIT_BYTES = 1024 * 1024
WAITING_INPUTS_LIMIT = 5
SUBPROTOCOL = "banyi.v1"
TOKEN_SUBPROTOCOL_PREFIX = "token."  # noqa: S105 - the prefix a token is sent behind, not a token

ErrorCode: TypeAlias = Literal[
    "bad_json",
    "unknown_type",
    "bad_fields",
    "too_long",
    "busy",
    "rate_limited",
    "consent_required",
    "not_found",
    "expired",
    "forbidden",
    "identity_required",
    "conflict",
    "unavailable",
    "unsupported_audio",
    "internal",
]
PurposeId: TypeAlias = Literal["care_chat", "voice_recording", "follow_up", "transcript_review", "model_improvement"]
ClientId: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
"""An id a client makes, unique in its session."""
Opaque: TypeAlias = Annotated[str, Field(max_length=512)]


class Strict(BaseModel):
    """A value of the wire: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
