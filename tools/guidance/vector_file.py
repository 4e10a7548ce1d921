"""Keeps the vectors of one embedding model in a file, so that a start computes only those of texts that are new.

The file is an array of records `key` (32 hex digits) and `vector` (float32); it is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

import numpy as np

from domain.model import ModelDigest
from tools.guidance.vectors import Row, VectorIndex

_KEY: Final = "S32"


def place(folder: Path, model: ModelDigest) -> Path:
    """The file of one model's vectors."""
    return folder / f"{hashlib.sha256(f'{model.name}@{model.digest}'.encode()).hexdigest()[:16]}.npy"


def load(path: Path) -> VectorIndex:
    """The index kept in the file and mapped from it; an empty one when it is not there or not one of ours."""
    try:
        records = np.load(path, mmap_mode="r", allow_pickle=False)
        matrix = records["vector"]
        if matrix.ndim == 2 and matrix.dtype == np.float32:  # noqa: PLR2004 - texts and numbers
            return VectorIndex([key.decode() for key in records["key"].tolist()], matrix)
    except (OSError, ValueError, IndexError, EOFError, AttributeError):
        pass
    return VectorIndex.of({})


def save(path: Path, rows: dict[str, Row]) -> None:
    """Replace the file; those of other models, which nobody reads any more, go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    length = next(iter(rows.values())).size if rows else 0
    records = np.empty(len(rows), dtype=[("key", _KEY), ("vector", np.float32, (length,))])
    for number, (key, row) in enumerate(rows.items()):
        records[number] = (key.encode(), row)
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        np.save(file, records, allow_pickle=False)
    beside.replace(path)
    for other in path.parent.glob("*.npy"):
        if other != path:
            other.unlink(missing_ok=True)
