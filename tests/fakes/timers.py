"""Calls put off until a test moves the time on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class FakeCall:
    """One call put off."""

    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        """Do not make it."""
        self.cancelled = True


@dataclass
class FakeTimers:
    """`Timers` on a time of their own, in seconds."""

    now: float = 0.0
    calls: list[FakeCall] = field(default_factory=list)

    def call_later(self, delay: float, callback: Callable[[], None], /) -> FakeCall:
        """Put a call off."""
        call = FakeCall(at=self.now + delay, callback=callback)
        self.calls.append(call)
        return call

    def advance(self, seconds: float) -> None:
        """Move on, making every call that falls due, in order, also those made due by others."""
        until = self.now + seconds
        while due := [call for call in self.calls if not call.cancelled and call.at <= until]:
            call = min(due, key=lambda one: one.at)
            self.calls.remove(call)
            self.now = call.at
            call.callback()
        self.calls = [call for call in self.calls if not call.cancelled]
        self.now = until
