"""Watches over a red-flag question: silence past its deadline counts as the dangerous answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.ports import TimerHandle, Timers
from domain.clinical import RedFlag
from domain.ports import Clock
from domain.session import InputId, Pending

RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """What was left open: the question the agent asked, or the flags of a message that got no turn."""

    pending: Pending | None = None
    flags: tuple[RedFlag, ...] = ()
    in_reply_to: InputId | None = None


class Vigil:
    """One deadline at a time; `on_silence` is called when it passes, and again if it says `False`."""

    def __init__(self, clock: Clock, timers: Timers, on_silence: Callable[[Unanswered], bool]) -> None:
        self._clock = clock
        self._timers = timers
        self._on_silence = on_silence
        self._timer: TimerHandle | None = None

    @property
    def kept(self) -> bool:
        """Whether a deadline runs."""
        return self._timer is not None

    def keep(self, until: datetime, unanswered: Unanswered) -> None:
        """Wait for an answer until `until`, in place of what was waited for; a past time counts at once."""
        self.end()
        self._arm(max(timedelta(), until - self._clock.now()).total_seconds(), unanswered)

    def end(self) -> None:
        """Nothing is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, seconds: float, unanswered: Unanswered) -> None:
        self._timer = self._timers.call_later(seconds, lambda: self._over(unanswered))

    def _over(self, unanswered: Unanswered) -> None:
        self._timer = None
        if not self._on_silence(unanswered):
            self._arm(RETRY_SECONDS, unanswered)
