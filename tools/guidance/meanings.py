"""Which passages mean what a question means: the index in use, put in place and replaced while the service runs."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from domain.ports import Passage

LEAST_COSINE: Final = 0.35
"""A text farther from the question has nothing to do with it."""


class Nearest(Protocol):
    """An index of vectors."""

    def nearest(self, vector: Sequence[float], *, limit: int, least: float) -> tuple[str, ...]:
        """Keys of the nearest texts, best first."""


def content(passage: Passage) -> str:
    """What of a passage is turned into a vector."""
    return f"{passage.title}\n{passage.section}\n{passage.text}"


def key_of(passage: Passage) -> str:
    """Names a passage by its content: one that is unchanged in a new pack keeps its vector. 32 hex digits."""
    return hashlib.sha256(content(passage).encode()).hexdigest()[:32]


class Meanings:
    """The index in use, none at first. It may know texts that are gone and not yet know new ones."""

    def __init__(self) -> None:
        self.index: Nearest | None = None

    async def nearest(self, vector: Sequence[float], *, limit: int) -> tuple[str, ...]:
        """Keys of the passages nearest to a question's vector; computed in a thread."""
        if self.index is None:
            return ()
        return await asyncio.to_thread(self.index.nearest, vector, limit=limit, least=LEAST_COSINE)
