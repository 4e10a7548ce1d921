"""Quiet hours: when no notice goes out that can wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.booking_rules import BookingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The hospital's quiet hours, over midnight, in its own zone."""

    rules: BookingRules
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that `now` lies in are over; nothing outside them."""
        local = now.astimezone(self.zone)
        if self.rules.quiet_until <= local.time() < self.rules.quiet_from:
            return None
        day = local.date() + timedelta(days=local.time() >= self.rules.quiet_from)
        return datetime.combine(day, self.rules.quiet_until, tzinfo=self.zone)
