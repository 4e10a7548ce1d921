"""What patients are told without having asked, and the due work that tells them.

Exactly once, in two steps. Due work is written in the transaction of its cause and claimed by one worker at a time;
a worker that dies is followed by another, so a notice is sent at least once. `Notice.id` is the due work's id, the
same for every attempt: whoever receives a notice keeps the first of an id and drops the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.patient import PatientId

DueId = NewType("DueId", str)
NoticeId = NewType("NoticeId", str)


class DueKind(StrEnum):
    """What is to be done; `Due.subject` is the id of what it is done to."""

    REMIND_DAY_BEFORE = "remind_day_before"
    """Appointment: remind on the day before."""
    REMIND_HOURS_BEFORE = "remind_hours_before"
    """Appointment: remind shortly before its time."""
    CLOSE_APPOINTMENT = "close_appointment"
    """Appointment: its half day is over."""
    CLINIC_STOPPED = "clinic_stopped"
    """Appointment: tell that its clinic is stopped and what is free instead."""
    EXTRA_ANSWERED = "extra_answered"
    """加号 request: tell how the desk answered."""
    WAITLIST_OFFERED = "waitlist_offered"
    """Waitlist entry: tell of the offer."""
    WAITLIST_OVER = "waitlist_over"
    """Waitlist entry: its offer, or its last day, runs out."""
    HOLD_EXPIRES = "hold_expires"
    """Hold: its time runs out."""
    CRITICAL_VALUE = "critical_value"
    """Report: tell the staff of a value that cannot wait."""
    RETENTION = "retention"
    """A day: forget what is kept no longer."""
    FOLLOW_UP = "follow_up"
    """Task: invite the patient to a follow-up, invite again, hand it to a nurse."""
    FOLLOW_UP_REMINDER = "follow_up_reminder"
    """Reminder: say it on each of its days."""


FOLLOW_UP_WORK = frozenset({DueKind.FOLLOW_UP, DueKind.FOLLOW_UP_REMINDER})
"""What stands in the archive's table of due work."""
HOSPITAL_WORK = frozenset(DueKind) - FOLLOW_UP_WORK
"""What stands in the hospital's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One piece of due work, claimed. `attempt` is 1 the first time."""

    id: DueId
    kind: DueKind
    subject: str
    at: datetime
    attempt: int


class NoticeKind(StrEnum):
    """Why a patient is told something."""

    REMINDER = "reminder"
    CLINIC_STOPPED = "clinic_stopped"
    WAITLIST_OFFER = "waitlist_offer"
    EXTRA = "extra"
    FOLLOW_UP = "follow_up"
    MEDICATION = "medication"

    @property
    def can_wait(self) -> bool:
        """Whether it may wait until the quiet hours are over."""
        return self is not NoticeKind.WAITLIST_OFFER


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text to one patient. `subject` is the id of what it is about; receivers keep the first notice of an `id`."""

    id: NoticeId
    kind: NoticeKind
    patient_id: PatientId
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A message to a phone number (`to`, 11 digits); gateways keep the first of an `id`."""

    id: str
    to: str
    text: str
    at: datetime
