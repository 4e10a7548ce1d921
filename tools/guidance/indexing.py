"""Keeps the index of vectors up to date in the background. Nothing waits for it; without it words alone find."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

from domain.errors import Unavailable
from domain.model import Embedder, ModelDigest
from domain.ports import Passage
from tools.guidance import vector_file
from tools.guidance.meanings import Meanings, content, key_of
from tools.guidance.vectors import Row, VectorIndex, row_of

log = structlog.get_logger(__name__)

BATCH: Final = 16
"""Texts sent to the embedder at a time."""


class Indexing:
    """Builds the index of `meanings` whenever the passages or the embedding model are others than it was built for.

    `model` says which model embeds now, if any does. Vectors are kept in `folder`, by the model's digest and the
    content of the passage.
    """

    def __init__(
        self, embedder: Embedder, model: Callable[[], ModelDigest | None], meanings: Meanings, *, folder: Path
    ) -> None:
        self._embedder = embedder
        self._model = model
        self._meanings = meanings
        self._folder = folder
        self._built: tuple[ModelDigest, Sequence[Passage]] | None = None
        self._building: asyncio.Task[None] | None = None

    def refresh(self, passages: Sequence[Passage]) -> None:
        """Begin to build if there is something to build and nothing is being built; returns at once."""
        model = self._model()
        if model is None or (self._building is not None and not self._building.done()):
            return
        if self._built is None or self._built[0] != model or self._built[1] is not passages:
            self._building = asyncio.create_task(self._build(model, passages))

    async def settled(self) -> None:
        """Wait for what is being built: for tests and evaluations, never for readiness."""
        if self._building is not None:
            await self._building

    async def aclose(self) -> None:
        """Build no further."""
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)

    async def _build(self, model: ModelDigest, passages: Sequence[Passage]) -> None:
        path = vector_file.place(self._folder, model)
        texts, kept = await asyncio.to_thread(
            lambda: ({key_of(one): content(one) for one in passages}, vector_file.load(path))
        )
        before = kept.rows()
        rows = {key: before[key] for key in texts if key in before}
        missing = [key for key in texts if key not in rows]
        whole = await self._embed(missing, texts, rows)
        if rows.keys() != before.keys():
            kept = await asyncio.to_thread(self._keep, path, rows)
        self._meanings.index = kept
        self._built = (model, passages) if whole else None
        log.info("guide_indexed", model=model.name, passages=len(rows), missing=len(missing), whole=whole)

    async def _embed(self, missing: Sequence[str], texts: Mapping[str, str], rows: dict[str, Row]) -> bool:
        """Add the rows that are missing; whether every batch was answered. A vector that is no use is left out."""
        length = next((row.size for row in rows.values()), None)
        for start in range(0, len(missing), BATCH):
            keys = missing[start : start + BATCH]
            try:
                vectors = await self._embedder.embed([texts[key] for key in keys])
            except Unavailable as error:
                log.warning("guide_not_indexed", code=error.code, missing=len(missing))
                return False
            for key, vector in zip(keys, vectors, strict=False):
                row = row_of(vector, length=length)
                if row is not None:
                    rows[key], length = row, row.size
        return True

    def _keep(self, path: Path, rows: dict[str, Row]) -> VectorIndex:
        """The rows as an index mapped from the file; where that cannot be written, in memory."""
        try:
            vector_file.save(path, rows)
        except OSError as error:
            log.warning("guide_vectors_not_kept", kind=type(error).__name__)
            return VectorIndex.of(rows)
        return vector_file.load(path)
