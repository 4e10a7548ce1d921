"""Server events as plain mappings, built without validation; tests hold them against `server_events`."""

from __future__ import annotations

from typing import Final

from domain.patient import Consent, Purpose
from domain.session import Pending
from domain.turn import ChoicesReady, Escalated, HandoffQueued, Json, TurnDone

LIVE_TYPES: Final = frozenset(
    {
        "input_audio.speech_started",
        "input_audio.speech_stopped",
        "transcript.delta",
        "response.text.delta",
        "response.audio.started",
        "response.audio.done",
        "typing",
    }
)
"""Events that are never replayed and bear no number."""

SPOKEN_FORMAT: Final = "pcm16;rate=24000"

END_TYPES: Final = frozenset({"response.done", "response.cancelled", "error"})
"""Events that end an accepted input."""


def greeting(
    *,
    resumed: bool,
    mode: str,
    audio: dict[str, Json],
    notice: dict[str, Json],
    consent: Consent,
    pending: Pending | None,
) -> dict[str, Json]:
    """`session.created` or `session.resumed`."""
    return {
        "type": "session.resumed" if resumed else "session.created",
        "mode": mode,
        "audio": audio,
        "notice": notice,
        "consent": consented(consent),
        "pending": pending_question(pending) if pending else None,
    }


def consented(consent: Consent) -> dict[str, Json]:
    """Each purpose and whether it was agreed to."""
    return {purpose.value: consent.allows(purpose) for purpose in Purpose}


def pending_question(pending: Pending) -> dict[str, Json]:
    """What a client may know of a pending question."""
    return {
        "kind": pending.kind.value,
        "question": pending.question,
        "options": [{"label": option.label, "value": f"{pending.id}:{option.value}"} for option in pending.options],
    }


def accepted(input_id: str, *, duplicate: bool) -> dict[str, Json]:
    """`input.accepted`."""
    return {"type": "input.accepted", "id": input_id, "duplicate": duplicate}


def created(response_id: str, number: int, in_reply_to: str | None) -> dict[str, Json]:
    """`response.created`."""
    return {"type": "response.created", "response_id": response_id, "number": number, "in_reply_to": in_reply_to}


def delta(response_id: str, text: str) -> dict[str, Json]:
    """`response.text.delta`."""
    return {"type": "response.text.delta", "response_id": response_id, "text": text}


def card(response_id: str, shown: dict[str, Json]) -> dict[str, Json]:
    """`response.card`."""
    return {"type": "response.card", "response_id": response_id, "card": shown}


def choices(response_id: str, offered: ChoicesReady) -> dict[str, Json]:
    """`response.choices`."""
    return {
        "type": "response.choices",
        "response_id": response_id,
        "choices": [
            {"label": option.label, "action": offered.action, "value": option.value} for option in offered.choices
        ],
        "free_text": offered.free_text,
    }


def speech_started(audio_ms: int) -> dict[str, Json]:
    """`input_audio.speech_started`."""
    return {"type": "input_audio.speech_started", "audio_ms": audio_ms}


def speech_stopped(audio_ms: int) -> dict[str, Json]:
    """`input_audio.speech_stopped`."""
    return {"type": "input_audio.speech_stopped", "audio_ms": audio_ms}


def transcribing(item_id: str, text: str) -> dict[str, Json]:
    """`transcript.delta`."""
    return {"type": "transcript.delta", "item_id": item_id, "text": text}


def transcribed(item_id: str, text: str) -> dict[str, Json]:
    """`transcript.completed`."""
    return {"type": "transcript.completed", "item_id": item_id, "text": text}


def audio_started(response_id: str, number: int, text: str | None) -> dict[str, Json]:
    """`response.audio.started`."""
    return {
        "type": "response.audio.started",
        "response_id": response_id,
        "format": SPOKEN_FORMAT,
        "number": number,
        "text": text,
    }


def audio_done(response_id: str, number: int, reason: str) -> dict[str, Json]:
    """`response.audio.done`."""
    return {
        "type": "response.audio.done",
        "response_id": response_id,
        "format": SPOKEN_FORMAT,
        "number": number,
        "reason": reason,
    }


def cancelled(response_id: str, in_reply_to: str | None, reason: str) -> dict[str, Json]:
    """`response.cancelled`."""
    return {"type": "response.cancelled", "response_id": response_id, "in_reply_to": in_reply_to, "reason": reason}


def done(response_id: str, in_reply_to: str | None, reply: TurnDone) -> dict[str, Json]:
    """`response.done`."""
    return {
        "type": "response.done",
        "response_id": response_id,
        "in_reply_to": in_reply_to,
        "text": reply.text,
        "origin": reply.origin.value,
        "label": reply.label,
        "sources": [{"id": source.id, "title": source.title, "section": source.section} for source in reply.sources],
        "timing_ms": {stage: round(milliseconds, 2) for stage, milliseconds in reply.timing_ms.items()},
        "trace_id": reply.trace_id,
        "generated": _generated(reply),
    }


def _generated(reply: TurnDone) -> Json:
    if reply.generated is None:
        return None
    by = reply.generated
    return {"model": by.model, "digest": by.digest, "prompt_sha256": by.prompt_sha256}


def escalation(in_reply_to: str | None, raised: Escalated) -> dict[str, Json]:
    """`escalation.raised`."""
    return {
        "type": "escalation.raised",
        "in_reply_to": in_reply_to,
        "disposition": raised.disposition.name,
        "rule_ids": list(raised.rule_ids),
        "text": raised.text,
        "phone": raised.phone,
        "crisis": raised.crisis,
    }


def handoff_queued(queued: HandoffQueued) -> dict[str, Json]:
    """`handoff.queued`."""
    return {"type": "handoff.queued", "queue_position": queued.queue_position, "by": None}


def error(code: str, message: str, *, retryable: bool, in_reply_to: str | None) -> dict[str, Json]:
    """`error`."""
    return {"type": "error", "code": code, "message": message, "retryable": retryable, "in_reply_to": in_reply_to}
