"""Identity typed into the chat: find ID numbers, phones and bank cards, and star them out.

Check digits are not asked for: a mistyped number is as private as a right one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_GAP = r"[ \-–—]?"
_DIGIT = "[0-9０-９]"
_EDGE_BEFORE, _EDGE_AFTER = rf"(?<!{_DIGIT})", rf"(?!{_DIGIT})"

_ID_NUMBER = re.compile(
    rf"{_EDGE_BEFORE}{_DIGIT}{{6}}{_GAP}(?:1[89]|20){_DIGIT}{{2}}{_GAP}[01]{_DIGIT}[0-3]{_DIGIT}{_GAP}{_DIGIT}{{3}}[0-9Xx０-９]{_EDGE_AFTER}"
)
_ID_SHAPED = re.compile(rf"{_EDGE_BEFORE}{_DIGIT}{{17}}[0-9XxＸ０-９]{_EDGE_AFTER}")
_OLD_ID_NUMBER = re.compile(rf"(?<=证)[号码是：:\s]*({_DIGIT}{{15}}){_EDGE_AFTER}")
_BANK_CARD = re.compile(
    rf"{_EDGE_BEFORE}{_DIGIT}{{4}}(?:{_GAP}{_DIGIT}{{4}}){{3}}(?:{_GAP}{_DIGIT}{{1,3}})?{_EDGE_AFTER}"
)
_MOBILE = re.compile(
    rf"(?:(?<!{_DIGIT})(?:\+?86{_GAP})?)(?<![.０-９])(1[3-9]{_DIGIT}{_GAP}{_DIGIT}{{4}}{_GAP}{_DIGIT}{{4}}|1[3-9]{_DIGIT}{{3}}{_GAP}{_DIGIT}{{3}}{_GAP}{_DIGIT}{{3}}){_EDGE_AFTER}"
)
_LANDLINE = re.compile(rf"{_EDGE_BEFORE}0\d{{2,3}}[ \-–—]\d{{7,8}}{_EDGE_AFTER}")
_SPOKEN = re.compile(
    r"[零〇一二三四五六七八九幺两]{11}(?:[零〇一二三四五六七八九幺两]{6}[零〇一二三四五六七八九幺两Xx])?"
)
_HINT = re.compile(rf"{_DIGIT}{{3}}|[零〇一二三四五六七八九幺]{{11}}")


class PrivateKind(StrEnum):
    """What kind of number was typed."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    BANK_CARD = "bank_card"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNumber:
    """A private number in a text; `start`/`end` are its offsets. The number itself is not kept."""

    kind: PrivateKind
    start: int
    end: int


def find(text: str) -> tuple[PrivateNumber, ...]:
    """Every private number of a text, left to right, none overlapping."""
    if not _HINT.search(text):
        return ()
    found: list[PrivateNumber] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span(pattern.groups and 1)
            if all(end <= other.start or start >= other.end for other in found):
                found.append(PrivateNumber(kind=kind, start=start, end=end))
    return tuple(sorted(found, key=lambda one: one.start))


def mask(text: str) -> str:
    """The text with every private number starred but its last two digits; its length stays the same."""
    masked = text
    for one in find(text):
        masked = masked[: one.start] + "*" * (one.end - one.start - 2) + masked[one.end - 2 :]
    return masked


_PATTERNS: tuple[tuple[PrivateKind, re.Pattern[str]], ...] = (
    (PrivateKind.ID_NUMBER, _ID_NUMBER),
    (PrivateKind.ID_NUMBER, _ID_SHAPED),
    (PrivateKind.ID_NUMBER, _OLD_ID_NUMBER),
    (PrivateKind.BANK_CARD, _BANK_CARD),
    (PrivateKind.PHONE, _MOBILE),
    (PrivateKind.PHONE, _LANDLINE),
    (PrivateKind.PHONE, _SPOKEN),
)
