"""Reads the hospital's booking rules: every value with the sentence a patient reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import time, timedelta
from pathlib import Path

from domain.booking_rules import BookingRules
from knowledge.strict import Mark, load

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LARGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A rule that is always on."""

    mark: Mark
    says: str

    def __post_init__(self) -> None:
        if "{" in self.says:
            raise ValueError("this rule has no value to say")

    @property
    def words(self) -> str:
        """What the patient reads."""
        return self.says


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """A rule with a whole number."""

    mark: Mark
    value: int
    says: str

    def __post_init__(self) -> None:
        _check_said(self.says)
        if not 1 <= self.value <= _LARGEST:
            raise ValueError(f"the value must be 1 to {_LARGEST}")

    @property
    def words(self) -> str:
        """What the patient reads."""
        return self.says.replace("{value}", str(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """A rule with a time of day."""

    mark: Mark
    value: str
    says: str

    def __post_init__(self) -> None:
        _check_said(self.says)
        if not _TIME.fullmatch(self.value):
            raise ValueError("the value must be a time, HH:MM")

    @property
    def time(self) -> time:
        """The time of day."""
        return time.fromisoformat(self.value)

    @property
    def words(self) -> str:
        """What the patient reads."""
        return self.says.replace("{value}", self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFile:
    """The whole YAML file."""

    days_ahead: NumberRule
    hold_minutes: NumberRule
    same_session: Sentence
    daily_limit: NumberRule
    cancel_hours: NumberRule
    check_in_minutes: NumberRule
    noshow_limit: NumberRule
    noshow_days: NumberRule
    ban_days: NumberRule
    waitlist_minutes: NumberRule
    guardian_age: NumberRule
    people_limit: NumberRule
    remind_at: TimeRule
    remind_hours: NumberRule
    quiet_from: TimeRule
    quiet_until: TimeRule


def load_booking_rules(path: Path) -> BookingRules:
    """Read the rules.

    Raises:
        KnowledgeError: the file is not what its head describes; names the line.
    """
    file = load(path, RulesFile)
    if file.quiet_from.time <= file.quiet_until.time:
        raise file.quiet_from.mark.error("quiet_from must be later in the day than quiet_until")
    if not file.quiet_until.time <= file.remind_at.time < file.quiet_from.time:
        raise file.remind_at.mark.error("remind_at lies in the quiet hours")
    return BookingRules(
        days_ahead=file.days_ahead.value,
        hold=timedelta(minutes=file.hold_minutes.value),
        cancel_before=timedelta(hours=file.cancel_hours.value),
        daily_limit=file.daily_limit.value,
        noshow_limit=file.noshow_limit.value,
        noshow_days=file.noshow_days.value,
        ban_days=file.ban_days.value,
        waitlist_accept=timedelta(minutes=file.waitlist_minutes.value),
        check_in_before=timedelta(minutes=file.check_in_minutes.value),
        guardian_age_years=file.guardian_age.value,
        people_limit=file.people_limit.value,
        remind_at=file.remind_at.time,
        remind_before=timedelta(hours=file.remind_hours.value),
        quiet_from=file.quiet_from.time,
        quiet_until=file.quiet_until.time,
        words={rule.name: getattr(file, rule.name).words for rule in fields(file)},
    )


def _check_said(says: str) -> None:
    if says.count("{value}") != 1 or "{" in says.replace("{value}", ""):
        raise ValueError("the sentence must say {value} once and no other parameter")
