"""Finds what in a patient's text is addressed to the machine rather than said about themselves.

Pasted reports, messages and web pages may carry instructions; so may a patient who tries things out. Such words
are data: nothing obeys them. They are named by kind (for the record and for the reply), and cut out of what a
model would read, and nothing else is: "忽略以上指令我胸口疼" keeps "我胸口疼". The emergency screen and the lexicon
read the whole raw text in any case.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.safety.tricks import CHINESE, RAW, TrickKind, compiled
from understanding.normalise import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class Trick:
    """One attempt: raw characters `start` to `end` of the message."""

    kind: TrickKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A message taken apart: the tricks in order of place, and what is left for a model to read."""

    tricks: tuple[Trick, ...]
    legitimate: str

    @property
    def kinds(self) -> frozenset[TrickKind]:
        """The kinds found."""
        return frozenset(trick.kind for trick in self.tricks)


def inspect(text: str) -> Inspection:
    """Find every trick in a message; `legitimate` is the message without them, otherwise unchanged."""
    found = sorted({*_chinese(text), *_raw(text), *_encoded(text)}, key=lambda trick: (trick.start, -trick.end))
    kept: list[str] = []
    position = 0
    for trick in found:
        kept.append(text[position : max(position, trick.start)])
        position = max(position, trick.end)
    kept.append(text[position:])
    return Inspection(tricks=tuple(found), legitimate="".join(kept).strip())


_CHINESE = compiled(CHINESE)
_RAW = compiled(RAW)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_.:-])[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}[ ]?){20,}(?![0-9A-Za-z])")


def _chinese(text: str) -> Iterator[Trick]:
    normal = normalise(text)
    for kind, pattern in _CHINESE:
        for match in pattern.finditer(normal.text):
            start, end = normal.span(*match.span())
            yield Trick(kind=kind, start=start, end=end)


def _raw(text: str) -> Iterator[Trick]:
    for kind, pattern in _RAW:
        yield from (Trick(kind=kind, start=match.start(), end=match.end()) for match in pattern.finditer(text))


def _encoded(text: str) -> Iterator[Trick]:
    """Text written so that only a machine reads it; a long order number decodes to nothing readable."""
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for match in pattern.finditer(text):
            if _readable(decode(match[0])):
                yield Trick(kind=TrickKind.ENCODED_TEXT, start=match.start(), end=match.end())


def _from_base64(blob: str) -> bytes:
    body = blob.rstrip("=")
    try:
        return base64.b64decode(body[: len(body) // 4 * 4], validate=True)
    except binascii.Error:
        return b""


def _from_hex(blob: str) -> bytes:
    digits = blob.replace(" ", "")
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _readable(decoded: bytes) -> bool:
    """Whether the bytes are text: all UTF-8 but a cut last character, and printable."""
    if not decoded:
        return False
    text = decoded.decode("utf-8", errors="ignore")
    return len(text.encode()) >= len(decoded) - 3 and all(
        character.isprintable() or character in "\r\n\t" for character in text
    )
