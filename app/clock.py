"""The machine's clock in the hospital's zone."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo


class SystemClock:
    """`Clock` on the machine's time."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """The current time in the hospital's zone."""
        return datetime.now(self._zone)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
