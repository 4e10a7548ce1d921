"""When the steps of a plan are due; the time is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from domain.diary import Reminder
from domain.follow_up import CarePlanStatus, Task, TaskCode
from knowledge.follow_up import Attempts, Plan, step_name

LATE = timedelta(days=1)
"""A step of a plan may be this late when the patient is enrolled; older ones are left out."""
REMINDER_LATE = timedelta(hours=2)
"""How late a reminder may still be said."""
MOST_TRIES = 2
"""How often a patient is told before a nurse calls."""


def steps(plan: Plan, day_zero: date, *, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """The steps still to come, each with when it is due, in the zone of `now`."""
    at = time.fromisoformat(plan.schedule.at)
    due = (
        (step_name(day), datetime.combine(day_zero + timedelta(days=day), at, tzinfo=now.tzinfo))
        for day in plan.schedule.all_days
    )
    return tuple((name, due_at) for name, due_at in due if due_at > now - LATE)


class Move(Enum):
    """What is to be done for a task now."""

    WAIT = "wait"
    TELL = "tell"
    CALL = "call"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A move, and until when to wait before looking again."""

    move: Move
    until: datetime | None = None


def next_move(task: Task, plan: CarePlanStatus, attempts: Attempts, *, now: datetime) -> Next:
    """Tell the patient, tell them again, have a nurse call, or look again later.

    Every wait counts from what was done, never from `now`, so that a clock that is set does nothing twice.
    """
    if not task.status.open or task.ended_at is not None or task.code is not TaskCode.QUESTIONNAIRE:
        return Next(move=Move.NOTHING)
    if not plan.open:
        return Next(move=Move.NOTHING)
    if plan is CarePlanStatus.ON_HOLD:
        return Next(move=Move.WAIT, until=now + LATE)
    free_at = _free_at(task, attempts)
    if now < free_at:
        return Next(move=Move.WAIT, until=free_at)
    return Next(move=Move.CALL if task.tries >= MOST_TRIES else Move.TELL)


def _free_at(task: Task, attempts: Attempts) -> datetime:
    if task.told_at is None:
        return task.due_at
    hours = attempts.second_after_hours if task.tries < MOST_TRIES else attempts.call_after_hours
    return task.told_at + timedelta(hours=hours)


def occurrence(reminder: Reminder, *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """What of a reminder is due by `now`, and when the next is: nothing before its first day, after its last.

    One that is later than `REMINDER_LATE` is left out: a medicine is not to be taken twice close together.
    """
    if reminder.stopped:
        return None, None
    today = now.date()
    days = [day for day in _around(today) if reminder.first_day <= day <= reminder.last_day]
    moments = [datetime.combine(day, reminder.at, tzinfo=now.tzinfo) for day in days]
    due = next((moment for moment in moments if moment <= now <= moment + REMINDER_LATE), None)
    following = next((moment for moment in moments if moment > now), None)
    if following is None and today < reminder.first_day:
        following = datetime.combine(reminder.first_day, reminder.at, tzinfo=now.tzinfo)
    return due, following


def _around(day: date) -> Sequence[date]:
    return (day, day + timedelta(days=1))
