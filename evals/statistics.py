"""Shares with their 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`hits` of `total`, with the Wilson score interval; an empty total has no value."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper bound of the 95 % Wilson interval."""
        if not self.total:
            return None
        share, n = self.hits / self.total, self.total
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - spread), min(1.0, middle + spread)


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value with at least `share` of all values at or below it."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
