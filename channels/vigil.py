"""Watches over a red-flag question: silence past its deadline counts as the dangerous answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.ports import TimerHandle, Timers
from domain.clinical import RedFlag
from domain.ports import Clock
from domain.session import Pending, PendingKind

RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """What is left open: the question the agent asked, and the flags of messages that got no turn yet."""

    pending: Pending | None = None
    flags: tuple[RedFlag, ...] = ()

    @property
    def question(self) -> Pending | None:
        """What the patient was asked last; a flag's question stands in the error its message was answered with."""
        if self.pending is not None or not self.flags:
            return self.pending
        flag = self.flags[0]
        return Pending(id="", kind=PendingKind.RED_FLAG, question=flag.question, subject=flag.rule_id)


class Vigil:
    """One deadline at a time; `on_silence` is called when it passes, and again if it says `False`."""

    def __init__(self, clock: Clock, timers: Timers, on_silence: Callable[[Unanswered], bool]) -> None:
        self._clock = clock
        self._timers = timers
        self._on_silence = on_silence
        self._timer: TimerHandle | None = None
        self._until: datetime | None = None
        self.unanswered: Unanswered | None = None

    @property
    def kept(self) -> bool:
        """Whether a deadline runs."""
        return self._timer is not None

    def keep(self, until: datetime, unanswered: Unanswered) -> None:
        """Wait for an answer until `until`, in place of what was waited for; a past time counts at once."""
        self.end()
        self._until, self.unanswered = until, unanswered
        self._arm(max(timedelta(), until - self._clock.now()).total_seconds(), unanswered)

    def keep_also(self, until: datetime, flags: tuple[RedFlag, ...]) -> None:
        """Wait for an answer to these flags too; a deadline that runs is not put off."""
        before = self.unanswered or Unanswered()
        known = {flag.rule_id for flag in before.flags}
        more = tuple(flag for flag in flags if flag.rule_id not in known)
        self.keep(min(until, self._until or until), replace(before, flags=(*before.flags, *more)))

    def leave(self, unanswered: Unanswered) -> None:
        """Go on waiting for this much only; for nothing when it is empty."""
        until = self._until
        if until is None or unanswered == Unanswered():
            self.end()
        else:
            self.keep(until, unanswered)

    def end(self) -> None:
        """Nothing is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._until = self.unanswered = None

    def _arm(self, seconds: float, unanswered: Unanswered) -> None:
        self._timer = self._timers.call_later(seconds, lambda: self._over(unanswered))

    def _over(self, unanswered: Unanswered) -> None:
        self._timer = None
        if not self._on_silence(unanswered):
            self._arm(RETRY_SECONDS, unanswered)
        elif self._timer is None:
            self.end()
