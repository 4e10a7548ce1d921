"""Follow-up when it is due: invitations, second tries, nurses' calls, reminders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.diary import ReminderId, ReminderKind
from domain.follow_up import TaskId
from domain.follow_up_ports import FollowUp
from domain.hospital_ports import Notifier
from domain.notices import Due, DueKind, Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from jobs.quiet import QuietHours
from jobs.telling import Wording
from jobs.worker import Handler
from knowledge.follow_up import FollowUpBook
from tools.follow_up.schedule import Move, next_move, occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Handlers of the archive's due work; `book` gives the pack's plans at the moment of telling.

    What is told names no plan: a text on a phone must not say what somebody is ill with.

    A try is noted after it was told: a worker that dies between the two tells again under the same id, which every
    receiver drops.
    """

    follow_up: FollowUp
    notifier: Notifier
    wording: Wording
    quiet: QuietHours
    book: Callable[[], FollowUpBook]

    def handlers(self) -> Mapping[DueKind, Handler]:
        """One for each kind."""
        return {DueKind.FOLLOW_UP: self.invite, DueKind.FOLLOW_UP_REMINDER: self.remind}

    async def invite(self, due: Due, now: datetime) -> datetime | None:
        """Tell the patient, tell them once more, then have a nurse call."""
        task = await self.follow_up.task(TaskId(due.subject))
        course = self.book().courses.get(task.plan_id)
        if course is None:  # the plan left the pack: a person decides
            await self.follow_up.missed(task.id, now=now)
            return None
        care_plan = await self.follow_up.care_plan(task.care_plan_id)
        attempts = course.plan.attempts
        step = next_move(task, care_plan.status, attempts, now=now)
        match step.move:
            case Move.WAIT:
                return step.until
            case Move.TELL:
                quiet_until = self.quiet.until(now)
                if quiet_until is not None:
                    return quiet_until
                tries = task.tries + 1
                text = self.wording.say("followup.invite_again" if task.tries else "followup.invite")
                await self._notify(f"{due.id}:{tries}", NoticeKind.FOLLOW_UP, task.patient_id, task.id, text, now)
                told = await self.follow_up.told(task.id, tries=tries, now=now)
                return next_move(told, care_plan.status, attempts, now=now).until
            case Move.CALL:
                await self.follow_up.missed(task.id, now=now)
                return None
            case Move.NOTHING:
                return None

    async def remind(self, due: Due, now: datetime) -> datetime | None:
        """Say a reminder on its day; one that quiet hours or a stop held up for a day is not said late."""
        reminder = await self.follow_up.reminders.reminder(ReminderId(due.subject))
        local = now.astimezone(self.quiet.zone)
        moment, following = occurrence(reminder, now=local)
        if moment is None:
            return following
        quiet_until = self.quiet.until(now)
        if quiet_until is not None:
            return quiet_until
        medication = reminder.kind is ReminderKind.MEDICATION
        text = self.wording.say("followup.medication" if medication else "followup.revisit")
        kind = NoticeKind.MEDICATION if medication else NoticeKind.REMINDER
        await self._notify(f"{due.id}:{moment:%Y%m%d}", kind, reminder.patient_id, reminder.id, text, now)
        return following

    async def _notify(
        self, notice_id: str, kind: NoticeKind, patient_id: PatientId, subject: str, text: str, now: datetime
    ) -> None:
        notice = Notice(id=NoticeId(notice_id), kind=kind, patient_id=patient_id, subject=subject, text=text, at=now)
        await self.notifier.notify(notice)
