"""How loud a chunk is, and how loud the place is when nobody speaks."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from typing import Final

import numpy as np

QUIETEST: Final = 30.0
"""Root mean square of 16-bit samples (-61 dB of full scale) below which a room counts as silent."""

MEMORY_CHUNKS: Final = 94
KNOWN_CHUNKS: Final = 16
"""The noise is judged over the last 3 s in which nobody spoke, and known after half a second."""


def loudness(chunk: bytes) -> float:
    """Root mean square of PCM16LE, 0 to 32768."""
    samples = np.frombuffer(chunk, "<i2").astype(np.float32)
    return float(np.sqrt(np.dot(samples, samples) / samples.size))


class NoiseFloor:
    """The median loudness of the last 3 s without speech; until it is known, the quietest moment."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._sorted: list[float] = []

    @property
    def level(self) -> float:
        """The noise as a root mean square, `QUIETEST` at least."""
        if not self._sorted:
            return QUIETEST
        return max(QUIETEST, self._sorted[len(self._sorted) // 2 if self.known else 0])

    @property
    def known(self) -> bool:
        """Whether enough was heard to tell."""
        return len(self._recent) >= KNOWN_CHUNKS

    def hear(self, level: float) -> None:
        """Take the loudness of one chunk without speech."""
        self._recent.append(level)
        insort(self._sorted, level)
        if len(self._recent) > MEMORY_CHUNKS:
            del self._sorted[bisect_left(self._sorted, self._recent.popleft())]

    def become(self, levels: Iterable[float]) -> None:
        """Forget what was: from now on this is the noise."""
        self._recent.clear()
        self._sorted.clear()
        for level in levels:
            self.hear(level)
