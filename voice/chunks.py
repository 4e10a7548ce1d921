"""Cuts what is to be said into pieces a voice can begin with early. Pure.

The first piece ends at the first comma; the others at the ends of sentences, or at a comma where they would
grow longer than `LONGEST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voice.normalise import normalise

LONGEST: Final = 25
"""Characters of a piece that is not the first."""
SHORTEST: Final = 4
"""Fewer characters are no piece of their own where more follow (好的，)."""

_PART: Final = re.compile(r"[^，。！？；：,!?;]+[，。！？；：,!?;]*")
_STOP: Final = re.compile(r"[。！？；!?;]$")
_NUMERAL: Final = frozenset("零一二三四五六七八九十百千万亿点两半幺年月日分之元角")
"""No piece ends between two of these: 三十八点五, 八点半, 二十五元五角."""


def pieces(text: str, *, first: bool = True) -> Iterator[str]:
    """`text`, normalised for speech, in pieces; joined they are the whole again.

    `first` says that nothing has been said yet in this answer, so that the first words should be heard soon.
    """
    waiting = ""
    for part in _parts(normalise(text)):
        if waiting and len(waiting) + len(part) > LONGEST:
            yield waiting
            waiting, first = "", False
        waiting += part
        if len(waiting) >= SHORTEST and (first or _STOP.search(waiting)):
            yield waiting
            waiting, first = "", False
    if waiting:
        yield waiting


def _parts(text: str) -> Iterator[str]:
    """From one punctuation mark to the next, at most `LONGEST` characters."""
    for found in _PART.finditer(text):
        part = found[0]
        while len(part) > LONGEST:
            end = _end(part)
            yield part[:end]
            part = part[end:]
        yield part


def _end(part: str) -> int:
    """Where a part without punctuation may be cut: not inside a number, not inside Latin letters."""
    for end in range(LONGEST, SHORTEST, -1):
        before, after = part[end - 1], part[end]
        if not (_inside(before) and _inside(after)):
            return end
    return LONGEST


def _inside(character: str) -> bool:
    return character in _NUMERAL or (character.isascii() and not character.isspace())
