"""The hospital's rules for who books and cancels, over appointments that were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.booking_rules import BookingRules
from domain.errors import Conflict
from domain.scheduling import Appointment, AppointmentId, AppointmentStatus, Refusal, Slot
from tools.hospital.fhir.places import Time


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The booking rules and the zone whose days they count."""

    rules: BookingRules
    zone: ZoneInfo

    def horizon(self, now: datetime) -> datetime:
        """When the days open for booking end."""
        today = now.astimezone(self.zone).date()
        return datetime.combine(today + timedelta(days=self.rules.days_ahead), time.min, tzinfo=self.zone)

    def check_open(self, wanted: Time, now: datetime) -> None:
        """Refuse what cannot be held however many places are left.

        Raises:
            Conflict: `STOPPED`, `PAST` or `TOO_FAR`.
        """
        if wanted.stopped:
            raise Conflict(Refusal.STOPPED)
        if wanted.starts_at <= now:
            raise Conflict(Refusal.PAST)
        if wanted.starts_at >= self.horizon(now):
            raise Conflict(Refusal.TOO_FAR)

    def check_patient(
        self, visits: Iterable[Appointment], slot: Slot, now: datetime, *, replacing: AppointmentId | None = None
    ) -> None:
        """Hold a patient to the rules; `replacing` does not count, and who only moves is not barred.

        Raises:
            Conflict: `BANNED`, `DAILY_LIMIT` or `SAME_SESSION`.
        """
        known = [one for one in visits if one.id != replacing]
        missed = [one.slot.date for one in known if one.status is AppointmentStatus.NOSHOW]
        if replacing is None and self._barred(missed, now):
            raise Conflict(Refusal.BANNED)
        same_day = [
            one for one in known if one.slot.date == slot.date and one.status is not AppointmentStatus.CANCELLED
        ]
        if len(same_day) >= self.rules.daily_limit:
            raise Conflict(Refusal.DAILY_LIMIT)
        session = (slot.department_id, slot.period)
        if any((one.slot.department_id, one.slot.period) == session for one in same_day):
            raise Conflict(Refusal.SAME_SESSION)

    def check_cancellable(self, status: AppointmentStatus, at: Time, now: datetime) -> None:
        """Hold cancelling to the rules.

        Raises:
            Conflict: `STATUS` or `DEADLINE`.
        """
        status.to(AppointmentStatus.CANCELLED)
        if not at.stopped and at.starts_at < now + self.rules.cancel_before:
            raise Conflict(Refusal.DEADLINE)

    def _barred(self, missed: list[date], now: datetime) -> bool:
        if not missed:
            return False
        last = max(missed)
        counting = [day for day in missed if (last - day).days < self.rules.noshow_days]
        until = last + timedelta(days=self.rules.ban_days)
        return len(counting) >= self.rules.noshow_limit and now.astimezone(self.zone).date() < until
