"""Vectors of texts in one matrix: which are nearest to a question's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Row: TypeAlias = NDArray[np.float32]


def row_of(vector: Sequence[float], *, length: int | None = None) -> Row | None:
    """The vector with length 1; `None` when it is empty, not finite, all zero, or not of this many numbers."""
    row = np.asarray(vector, dtype=np.float32)
    if row.ndim != 1 or not row.size or (length is not None and row.size != length):
        return None
    norm = float(np.linalg.norm(row.astype(np.float64)))
    return row / np.float32(norm) if np.isfinite(norm) and norm > 0 else None


class VectorIndex:
    """Unit vectors by the key of their text: a float32 matrix of (texts, numbers), searched whole.

    The matrix may be mapped from a file; then it is the system's to keep in memory or not.
    """

    def __init__(self, keys: Sequence[str], matrix: NDArray[np.float32]) -> None:
        self._keys = tuple(keys)
        self._matrix = matrix

    @classmethod
    def of(cls, rows: Mapping[str, Row]) -> VectorIndex:
        """An index of these rows, all of one length."""
        length = next(iter(rows.values())).size if rows else 0
        matrix = np.empty((len(rows), length), dtype=np.float32)
        for number, row in enumerate(rows.values()):
            matrix[number] = row
        return cls(tuple(rows), matrix)

    def __len__(self) -> int:
        return len(self._keys)

    def rows(self) -> dict[str, Row]:
        """The rows by key; they are not copied."""
        return dict(zip(self._keys, self._matrix, strict=True))

    def nearest(self, vector: Sequence[float], *, limit: int, least: float) -> tuple[str, ...]:
        """Keys of the nearest texts, best first, whose cosine is at least `least`; none for a vector that is no use."""
        asked = row_of(vector, length=self._matrix.shape[1])
        if asked is None or not self._keys:
            return ()
        cosines = self._matrix @ asked
        best = np.argpartition(-cosines, min(limit, len(cosines) - 1))[:limit]
        ordered = best[np.argsort(-cosines[best], kind="stable")]
        return tuple(self._keys[number] for number in ordered if cosines[number] >= least)
