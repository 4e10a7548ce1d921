"""What a received frame says: the frame itself if it is one, and in any case every word a patient put in it.

Pure. The words are for the emergency screen, which reads bad frames too.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from channels.client_frames import (
    CLIENT_FRAMES,
    CLIENT_TYPES,
    ClientFrame,
    FeedbackGive,
    HandoffRequest,
    InputForm,
    InputText,
)
from channels.wire import MESSAGE_LIMIT_CHARACTERS, TEXT_FRAME_LIMIT_BYTES, ErrorCode

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_KEPT_CONTROLS = "\n\t"


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame read: `frame`, or the `code` of what is wrong with it; `words` is all text in it."""

    frame: ClientFrame | None
    code: ErrorCode | None
    input_id: str | None
    words: str


def hear(raw: str) -> Heard:
    """Read a text frame; never raises."""
    too_long = len(raw) > TEXT_FRAME_LIMIT_BYTES or len(raw.encode(errors="replace")) > TEXT_FRAME_LIMIT_BYTES
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return Heard(None, "too_long" if too_long else "bad_json", None, _cleaned(_words_of_rubbish(raw)))
    input_id = _input_id(value)
    if too_long:
        return Heard(None, "too_long", input_id, _cleaned(_words(value)))
    if not isinstance(value, dict):
        return Heard(None, "bad_fields", None, _cleaned(_words(value)))
    if value.get("type") not in CLIENT_TYPES:
        return Heard(None, "unknown_type", input_id, _cleaned(_words(value)))
    try:
        frame: ClientFrame = CLIENT_FRAMES.validate_python(value)
    except ValidationError:
        return Heard(None, "bad_fields", input_id, _cleaned(_words(value)))
    return _checked(frame, input_id)


def hear_bytes(raw: bytes) -> str:
    """Whatever words a binary frame may hold; audio holds none."""
    return _cleaned(raw.decode(errors="ignore"))


def readable(text: str) -> str:
    """`text` without control characters, which no patient types on purpose; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        character for character in text if character in _KEPT_CONTROLS or unicodedata.category(character) != "Cc"
    )


def _checked(frame: ClientFrame, input_id: str | None) -> Heard:
    if isinstance(frame, InputText):
        words = _cleaned(frame.text)
        if len(frame.text) > MESSAGE_LIMIT_CHARACTERS:
            return Heard(None, "too_long", input_id, words)
        if not words.strip():
            return Heard(None, "bad_fields", input_id, "")
        return Heard(frame, None, input_id, words)
    if isinstance(frame, InputForm):
        return Heard(frame, None, input_id, _cleaned("\n".join(frame.fields.values())))
    if isinstance(frame, HandoffRequest):
        return Heard(frame, None, None, _cleaned(frame.reason))
    if isinstance(frame, FeedbackGive):
        return Heard(frame, None, None, _cleaned(frame.comment))
    return Heard(frame, None, input_id, "")


def _input_id(value: Any) -> str | None:
    candidate = value.get("id") if isinstance(value, dict) else None
    return candidate if isinstance(candidate, str) and _ID.fullmatch(candidate) else None


def _words(value: Any) -> str:
    """Every string of a JSON value in order, keys that are words included, the protocol's own left out."""
    found: list[str] = []
    left: list[Any] = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, list):
            left.extend(reversed(item))
        elif isinstance(item, dict):
            for key, inner in reversed(item.items()):
                if key not in {"type", "id"} or not isinstance(inner, str) or not inner.isascii():
                    left.append(inner)
                if not key.isascii():
                    left.append(key)
    return "\n".join(filter(None, found))


def _words_of_rubbish(raw: str) -> str:
    """The words of text that is not JSON: lone surrogates and cut-off objects keep what they say."""
    try:
        return _words(json.loads(raw))
    except (ValueError, RecursionError):
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), raw)


def _cleaned(text: str) -> str:
    """Words as the screen reads them: nothing invisible between the characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        for character in text
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
