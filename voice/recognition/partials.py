"""When to look at an unfinished utterance, and how much of what is seen is settled. Pure."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

QUICKEST: Final = 0.6
BREATHER: Final = 1.5
"""A partial is made at most every 0.6 s, and after 1.5 times as long as the last ones took."""

MEMORY: Final = 0.5


class Pace:
    """How many seconds of audio lie between two partials on this machine."""

    def __init__(self) -> None:
        self._took = 0.0

    @property
    def seconds(self) -> float:
        """The pace now."""
        return max(QUICKEST, BREATHER * self._took)

    def took(self, seconds: float) -> None:
        """A partial took so long, waiting included."""
        self._took = seconds if self._took == 0.0 else (1 - MEMORY) * self._took + MEMORY * seconds


class Agreement:
    """LocalAgreement-2: what two partials in a row begin with alike is settled."""

    def __init__(self) -> None:
        self._last = ""

    def take(self, text: str) -> str:
        """The settled beginning after this partial."""
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(self._last, text, strict=False))
        self._last = text
        return "".join(character for character, _ in alike)
