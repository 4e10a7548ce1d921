"""When people sit at the desk, by the hospital's own plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours of one weekday (0 is Monday), within the day."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskHours:
    """The week's shifts, by weekday and time; `says` is the whole in patients' words. Times are the clock's zone."""

    shifts: tuple[Shift, ...] = ()
    says: str = ""

    def cover(self, now: datetime) -> bool:
        """Whether somebody should be there now."""
        return any(
            shift.weekday == now.weekday() and shift.begins <= now.timetz().replace(tzinfo=None) < shift.ends
            for shift in self.shifts
        )

    def next_opening(self, now: datetime) -> datetime | None:
        """When the next shift begins; nothing without shifts."""
        openings = (
            datetime.combine((now + timedelta(days=ahead)).date(), shift.begins, tzinfo=now.tzinfo)
            for ahead in range(8)
            for shift in self.shifts
            if shift.weekday == (now + timedelta(days=ahead)).weekday()
        )
        return next((one for one in sorted(openings) if one > now), None)


def in_words(at: datetime, now: datetime) -> str:
    """A moment within a week as a patient reads it: 今天 14:00, 明天 08:00, 周一 08:00."""
    days = (at.date() - now.date()).days
    day = ("今天", "明天")[days] if days in {0, 1} else DAYS[at.weekday()]
    return f"{day} {at:%H:%M}"
