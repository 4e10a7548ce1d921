"""One hospital's rules on its own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.booking_rules import BookingRules

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The booking rules and the zone whose days they count."""

    rules: BookingRules
    zone: ZoneInfo

    def day(self, now: datetime) -> date:
        """The hospital's date at `now`."""
        return now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When `day` begins."""
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def end_of(self, day: date) -> datetime:
        """When `day` is over."""
        return self.midnight(day + _DAY)

    def last_day(self, now: datetime) -> date:
        """The last day open for booking."""
        return self.day(now) + timedelta(days=self.rules.days_ahead - 1)

    def horizon(self, now: datetime) -> datetime:
        """When the days open for booking end."""
        return self.end_of(self.last_day(now))

    def day_before_reminder(self, day: date) -> datetime:
        """When the reminder on the day before goes out."""
        return datetime.combine(day - _DAY, self.rules.remind_at, tzinfo=self.zone)
