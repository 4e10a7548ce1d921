"""Leaves a service alone that failed, and tries it again with one request at a time. Pure; time is an argument.

closed ── `THRESHOLD` failures in a row, or one that is `certain` ──► open
open ── the pause is over and one request asks ──► trying
trying ── worked ──► closed          trying ── failed ──► open, with twice the pause
trying ── given up ──► open, and may be tried at once
"""

from __future__ import annotations

from typing import Final, Literal

State = Literal["closed", "open", "trying"]

THRESHOLD: Final = 3
PAUSE_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 60.0


class Breaker:
    """The breaker of one host or service. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._state: State = "closed"
        self._failures = 0
        self._pause = PAUSE_SECONDS
        self._until = 0.0

    @property
    def state(self) -> State:
        """What it does with requests now."""
        return self._state

    def allows(self, now: float) -> bool:
        """Whether a request may go to the host."""
        return self._state == "closed" or (self._state == "open" and now >= self._until)

    def begin(self, now: float) -> None:
        """A request goes to the host.

        Raises:
            ValueError: it may not.
        """
        if not self.allows(now):
            raise ValueError(self._state)
        if self._state == "open":
            self._state = "trying"

    def answered(self) -> None:
        """A request begins to be answered: others may come again, earlier failures still count."""
        if self._state == "trying":
            self._state = "closed"

    def worked(self) -> None:
        """A request was answered whole, or the host was found well."""
        self._state, self._failures, self._pause = "closed", 0, PAUSE_SECONDS

    def failed(self, now: float, *, certain: bool = False) -> None:
        """A request failed; `certain` when nobody was there at all."""
        self._failures += 1
        if self._state == "open":
            return
        if self._state == "trying":
            self._pause = min(self._pause * 2, LONGEST_SECONDS)
        elif not certain and self._failures < THRESHOLD:
            return
        self._state, self._until = "open", now + self._pause

    def given_up(self, now: float) -> None:
        """A request ended without a word about the host: the patient left, or asked what it cannot do."""
        if self._state == "trying":
            self._state, self._until = "open", now
