"""The hospital's guide: quoted by its words alone, read by a model by words and meaning together."""

from __future__ import annotations

from collections.abc import Sequence

from domain.guide import GuidePage, GuidePart
from domain.ports import Passage
from knowledge.guidebook import GuideEntry
from tools.guidance.fusion import fused
from tools.guidance.meanings import Meanings, key_of
from tools.guidance.search import GuideSearch

CANDIDATES = 20
"""How many passages each way of searching names."""


class HospitalGuide:
    """Implements `domain.guide.GuideBook`. `meanings` is shared by all packs; where it is empty, words alone find."""

    def __init__(self, entries: Sequence[GuideEntry], meanings: Meanings | None = None) -> None:
        self._words = GuideSearch(entries)
        self._meanings = meanings or Meanings()
        self._pages = {entry.id: _page(entry) for entry in entries}
        self._passages = {
            key_of(passage): passage
            for page in self._pages.values()
            for part in page.sections
            for passage in (Passage(id=page.id, title=page.title, section=part.heading, text=part.text, score=0.0),)
        }
        self._every = tuple(self._passages.values())

    def search(self, question: str, *, limit: int = 3) -> tuple[Passage, ...]:
        """Passages that answer, best first; empty when nothing is good enough to be quoted."""
        return self._words.search(question, limit=limit)

    @property
    def by_meaning(self) -> bool:
        """Whether a question's vector helps to find passages now."""
        return self._meanings.index is not None

    async def retrieve(
        self, question: str, vector: Sequence[float] | None = None, *, limit: int = 6
    ) -> tuple[Passage, ...]:
        """Passages that may have to do with the question, best first."""
        by_words = [key_of(one) for one in self._words.sections(question, limit=CANDIDATES)]
        by_meaning = await self._meanings.nearest(vector, limit=CANDIDATES) if vector is not None else ()
        known = [key for key in by_meaning if key in self._passages]
        return tuple(_scored(self._passages[key], score) for key, score in fused(by_words, known)[:limit])

    def passages(self) -> tuple[Passage, ...]:
        """Every passage there is."""
        return self._every

    def page(self, entry_id: str) -> GuidePage | None:
        """The whole subject of this id."""
        return self._pages.get(entry_id)


def _scored(passage: Passage, score: float) -> Passage:
    return Passage(
        id=passage.id, title=passage.title, section=passage.section, text=passage.text, score=round(score, 5)
    )


def _page(entry: GuideEntry) -> GuidePage:
    return GuidePage(
        id=entry.id,
        title=entry.title,
        effective=entry.effective.isoformat(),
        owner=entry.owner,
        sections=tuple(GuidePart(heading=one.heading, text=one.text) for one in entry.sections),
    )
