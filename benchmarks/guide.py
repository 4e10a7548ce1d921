"""How long finding passages of the guide takes: by words in the real guide, by meaning in one as large as they come."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.figures import Figure
from domain.model import ModelDigest
from knowledge.guidebook import load_guide
from knowledge.loader import DIRECTORY
from tools.guidance import vector_file
from tools.guidance.guide import HospitalGuide
from tools.guidance.vectors import VectorIndex

SIZES = (1_000, 10_000, 100_000)
NUMBERS = 1024
"""A vector of bge-m3."""
QUESTIONS = ("停车多少钱", "做核磁前能吃东西吗", "我开车去要给多少停车费", "异地医保怎么备案", "住院陪护要办什么手续")
ROUNDS = 20


def measure() -> list[Figure]:
    """Search by words over the guide, and by meaning over made-up vectors mapped from a file."""
    guide = HospitalGuide(load_guide(DIRECTORY / "guide"))
    figures = [
        Figure(
            name="guide, found by words",
            value=_median(lambda: [guide.search(question) for question in QUESTIONS]) / len(QUESTIONS),
            unit="ms",
            note=f"{len(guide.passages())} passages, median",
        )
    ]
    with TemporaryDirectory() as folder:
        for size in SIZES:
            index = _index(size, Path(folder))
            asked = np.random.default_rng(size).standard_normal(NUMBERS, dtype=np.float32).tolist()
            figures.append(
                Figure(
                    name=f"guide, found by meaning, {size:,} passages",
                    value=_median(partial(index.nearest, asked, limit=20, least=-1.0)),
                    unit="ms",
                    note=f"float32 × {NUMBERS}, mapped from a file, median",
                )
            )
    return figures


def _median(act: Callable[[], object]) -> float:
    """Milliseconds of the median round, after one to warm up."""
    act()
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        spent.append((time.perf_counter() - began) * 1000)
    return round(median(spent), 3)


def _index(size: int, folder: Path) -> VectorIndex:
    """So many made-up unit vectors, kept and mapped as the service does."""
    matrix = np.random.default_rng(1).standard_normal((size, NUMBERS), dtype=np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    path = vector_file.place(folder, ModelDigest(name="bge-m3", digest=str(size)))
    vector_file.save(path, {f"{number:032x}": row for number, row in enumerate(matrix)})
    return vector_file.load(path)
