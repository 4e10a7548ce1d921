"""How many frames a session may send. Pure: time is an argument.

Held in the process, not in Redis: one socket serves a session at a time, and limits must hold while memory
is away.
"""

from __future__ import annotations

from enum import Enum, auto

STRIKES_FORGIVEN_PER_SECOND = 1.0


class Verdict(Enum):
    """What becomes of a frame."""

    FINE = auto()
    LIMITED = auto()
    FLOODING = auto()


class Bucket:
    """A token bucket whose refusals add up; strikes are forgiven slowly."""

    __slots__ = ("_at", "_burst", "_per_second", "_strike_limit", "_strikes", "_tokens")

    def __init__(self, *, per_second: float, burst: float, strike_limit: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._strike_limit = strike_limit
        self._tokens = burst
        self._strikes = 0.0
        self._at: float | None = None

    def take(self, now_seconds: float, cost: float = 1.0) -> Verdict:
        """Judge one frame of weight `cost` at a monotonic time."""
        elapsed = 0.0 if self._at is None else max(0.0, now_seconds - self._at)
        self._at = now_seconds
        self._tokens = min(self._burst, self._tokens + elapsed * self._per_second)
        self._strikes = max(0.0, self._strikes - elapsed * STRIKES_FORGIVEN_PER_SECOND)
        if self._tokens >= cost:
            self._tokens -= cost
            return Verdict.FINE
        self._strikes += cost
        return Verdict.FLOODING if self._strikes > self._strike_limit else Verdict.LIMITED
