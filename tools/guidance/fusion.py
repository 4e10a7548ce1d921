"""Several rankings as one, by reciprocal rank: what stands high in any of them stands high, whatever the scores mean.

Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods",
SIGIR 2009; its constant is 60.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, TypeVar

CONSTANT: Final = 60.0
T = TypeVar("T")


def fused(*rankings: Sequence[T]) -> tuple[tuple[T, float], ...]:
    """Everything ranked anywhere with its score, best first; of equals the one an earlier ranking has first."""
    scores: defaultdict[T, float] = defaultdict(float)
    for ranking in rankings:
        for rank, one in enumerate(ranking, start=1):
            scores[one] += 1.0 / (CONSTANT + rank)
    return tuple(sorted(scores.items(), key=lambda scored: -scored[1]))
