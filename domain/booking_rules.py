"""The hospital's booking rules: what is checked, each with the sentence the patient reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from domain.patient import PatientId

_BEFORE_YES = ("cancel_hours", "same_session", "check_in_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRules:
    """One hospital's rules. Lengths of time are exact, not calendar days, unless their name says days.

    `days_ahead` counts today. `noshow_limit` appointments missed within `noshow_days` bar the patient from booking
    for `ban_days` after the last of them. `daily_limit` is how many appointments a patient may have on one day,
    `people_limit` how many people one account may book for. A patient younger than `guardian_age_years` is booked
    for by a guardian of the same account. Reminders go out at `remind_at` on the day before and `remind_before` the
    time; between `quiet_from` and `quiet_until` (hospital time) no notice goes out that can wait.

    `words` maps the name a rule has in the hospital's file to its sentence, in the order of the file.
    """

    days_ahead: int
    hold: timedelta
    cancel_before: timedelta
    daily_limit: int
    noshow_limit: int
    noshow_days: int
    ban_days: int
    waitlist_accept: timedelta
    check_in_before: timedelta
    guardian_age_years: int
    people_limit: int
    remind_at: time
    remind_before: timedelta
    quiet_from: time
    quiet_until: time
    words: Mapping[str, str]

    @property
    def in_words(self) -> tuple[str, ...]:
        """Every rule as the patient reads it."""
        return tuple(self.words.values())

    @property
    def before_yes(self) -> tuple[str, ...]:
        """The rules a patient reads before saying yes to a booking."""
        return tuple(self.words[name] for name in _BEFORE_YES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A patient's missed appointments, counted as the rules say. `banned_days_left` is 0 for who may book."""

    patient_id: PatientId
    missed: int
    banned_days_left: int
