"""Bodies of the HTTP calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from channels.wire import ErrorCode, PurposeId, Strict


class NoticePurpose(Strict):
    """One purpose the patient is asked about."""

    id: PurposeId
    title: str
    text: str
    required: bool


class Notice(Strict):
    """What the patient is told and asked before anything is kept."""

    text: str
    consent_version: str
    purposes: list[NoticePurpose]


class ProfileFields(Strict):
    """What the caller knows of the person who is ill; what is left out is unknown."""

    age_years: Annotated[float, Field(ge=0, le=130)] | None = None
    sex: Literal["male", "female"] | None = None
    pregnant: bool | None = None
    relation: Literal["self", "child", "parent", "other"] = "self"


class OpenSession(Strict):
    """Body of `POST /v1/sessions`."""

    channel: Literal["web", "kiosk", "wechat", "api"]
    locale: Literal["zh-CN"] = "zh-CN"
    profile: ProfileFields = ProfileFields()
    resume_token: Annotated[str, Field(max_length=256)] | None = None


class SessionOpened(Strict):
    """Answer of `POST /v1/sessions`; the tokens are shown this once."""

    session_id: str
    token: str
    resume_token: str
    expires_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    notice: Notice


class Continuation(Strict):
    """Answer of `POST /v1/sessions/{id}/continue`: an address, and the same as a QR code, good once until then."""

    url: str
    svg: str
    expires_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class ContinueWith(Strict):
    """Body of `POST /v1/continue`."""

    code: Annotated[str, Field(max_length=256)]


class Leave(Strict):
    """Body of `POST /v1/sessions/{id}/leave`: `sure` leaves although staff has not come yet."""

    sure: bool = False


class Left(Strict):
    """Answer of `POST /v1/sessions/{id}/leave`."""

    status: Literal["wiped", "ringing"]


class ClipHeard(Strict):
    """Answer of `POST /v1/sessions/{id}/voice`: what was understood, nothing when it was not."""

    item_id: str
    text: str


class Erasure(Strict):
    """Answer of `DELETE /v1/sessions/{id}`."""

    status: Literal["erased", "deferred"]
    reason: str | None = None


class Problem(Strict):
    """RFC 9457 problem details with the protocol's `code`."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    code: ErrorCode
    detail: str
