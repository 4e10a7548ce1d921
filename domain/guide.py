"""The hospital's guide as its readers see it, people and models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.ports import Guide, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidePart:
    """A section as it is read by everybody."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidePage:
    """One subject of the guide as it is read by everybody; `effective` is an ISO date."""

    id: str
    title: str
    effective: str
    owner: str
    sections: tuple[GuidePart, ...]


class GuideBook(Guide, Protocol):
    """The guide as a whole: quoted from, read by a model, and opened by its readers."""

    @property
    def by_meaning(self) -> bool:
        """Whether a question's vector helps to find passages now."""

    async def retrieve(
        self, question: str, vector: Sequence[float] | None = None, *, limit: int = 6
    ) -> tuple[Passage, ...]:
        """Passages that may have to do with the question, best first, for a model to read.

        By words alone, or by words and meaning together where the question's `vector` is given.
        """

    def passages(self) -> tuple[Passage, ...]:
        """Every passage there is, with no score."""

    def page(self, entry_id: str) -> GuidePage | None:
        """The whole subject of this id."""
