"""Reminders behind the `Reminders` port; each has one row of due work that moves from day to day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, false, insert, select, update

from archive.follow_up.base import Base
from archive.schema_follow_up import due, reminders
from domain.diary import Reminder, ReminderId, ReminderKind
from domain.errors import NotFound
from domain.follow_up import CarePlanId
from domain.notices import DueKind
from domain.patient import PatientId


class SqlReminders:
    """Implements `Reminders`."""

    def __init__(self, base: Base) -> None:
        self._base = base

    async def set(self, reminder: Reminder, *, now: datetime) -> None:
        """Keep a reminder with its due work; one with this id is replaced."""
        row = {
            "id": reminder.id,
            "patient_id": reminder.patient_id,
            "care_plan_id": reminder.care_plan_id,
            "kind": reminder.kind,
            "at": f"{reminder.at:%H:%M}",
            "first_day": reminder.first_day.isoformat(),
            "last_day": reminder.last_day.isoformat(),
            "stopped": reminder.stopped,
        }
        first = datetime.combine(reminder.first_day, reminder.at, tzinfo=now.tzinfo)
        here = update(reminders).where(reminders.c.id == reminder.id)

        def work(connection: Connection) -> None:
            self._base.enrol(connection, reminder.patient_id)
            if connection.execute(here.values(row)).rowcount == 0:
                connection.execute(insert(reminders), row)
            due.plan(connection, [(DueKind.FOLLOW_UP_REMINDER, reminder.id, first)])

        await self._base.database.write(work)

    async def reminder(self, reminder_id: ReminderId) -> Reminder:
        """One reminder."""
        wanted = select(reminders).where(reminders.c.id == reminder_id)
        row = await self._base.database.read(lambda c: c.execute(wanted).first())
        if row is None:
            raise NotFound("reminder")
        return _reminder(row)

    async def of_patient(self, patient_id: PatientId) -> tuple[Reminder, ...]:
        """All reminders of a patient that are not stopped."""
        mine = select(reminders).where(reminders.c.patient_id == patient_id, reminders.c.stopped == false())
        rows = await self._base.database.read(lambda c: c.execute(mine.order_by(reminders.c.id)).all())
        return tuple(_reminder(row) for row in rows)

    async def stop(self, reminder_id: ReminderId) -> None:
        """No more of it; one that is stopped or gone is fine."""
        stopped = update(reminders).where(reminders.c.id == reminder_id).values(stopped=True)
        await self._base.database.write(lambda c: c.execute(stopped).rowcount)

    def stop_all(self, connection: Connection, patient_id: PatientId) -> None:
        """No more of any of a patient's, in the running transaction."""
        connection.execute(update(reminders).where(reminders.c.patient_id == patient_id).values(stopped=True))


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(
        id=ReminderId(row.id),
        kind=ReminderKind(row.kind),
        patient_id=PatientId(row.patient_id),
        care_plan_id=None if row.care_plan_id is None else CarePlanId(row.care_plan_id),
        at=time.fromisoformat(row.at),
        first_day=date.fromisoformat(row.first_day),
        last_day=date.fromisoformat(row.last_day),
        stopped=row.stopped,
    )
