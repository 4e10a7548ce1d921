"""What patients are told of their bookings: reminders, stopped clinics, offers, the desk's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from agent.booking.step import slot_words
from agent.cards import clock as clock_words
from domain.front_desk import ExtraRequestId, ExtraRequestStatus
from domain.hospital_ports import FrontDesk, Notifier, Waitlist
from domain.notices import Due, DueKind, Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.ports import Scheduling
from domain.scheduling import Appointment, AppointmentId, AppointmentStatus, Slot, SlotQuery
from domain.waitlist import WaitlistId, WaitlistStatus
from jobs.quiet import QuietHours
from jobs.worker import Handler


class Wording(Protocol):
    """The pack's fixed texts."""

    def say(self, text_id: str, /, **values: str | int) -> str:
        """The wording with its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Handlers that look whether there still is something to tell, word it and hand it to the notifier."""

    scheduling: Scheduling
    waitlist: Waitlist
    front_desk: FrontDesk
    notifier: Notifier
    wording: Wording
    quiet: QuietHours

    def handlers(self) -> Mapping[DueKind, Handler]:
        """One for every kind of notice."""
        return {
            DueKind.REMIND_DAY_BEFORE: self.remind,
            DueKind.REMIND_HOURS_BEFORE: self.remind,
            DueKind.CLINIC_STOPPED: self.tell_stopped,
            DueKind.WAITLIST_OFFERED: self.tell_offer,
            DueKind.EXTRA_ANSWERED: self.tell_answer,
        }

    async def remind(self, due: Due, now: datetime) -> datetime | None:
        """Remind of a booked visit that is still to come and whose clinic is not stopped."""
        visit = await self.front_desk.appointment(AppointmentId(due.subject))
        if visit.status is not AppointmentStatus.BOOKED or visit.slot.stopped or _begins(visit.slot, self._zone) <= now:
            return None
        text_id = "remind.day_before" if due.kind is DueKind.REMIND_DAY_BEFORE else "remind.hours_before"
        text = self.wording.say(text_id, number=visit.number, where=visit.where, **slot_words(visit.slot))
        return await self._tell(due, NoticeKind.REMINDER, visit.patient_id, text, now)

    async def tell_stopped(self, due: Due, now: datetime) -> datetime | None:
        """Tell that a clinic is stopped and what is free instead, nearest first."""
        visit = await self.front_desk.appointment(AppointmentId(due.subject))
        if visit.status is not AppointmentStatus.BOOKED or _begins(visit.slot, self._zone) <= now:
            return None
        free = await self.scheduling.search(
            SlotQuery(department_ids=(visit.slot.department_id,), not_before=now, limit=1)
        )
        text = self._stopped_text(visit, free)
        return await self._tell(due, NoticeKind.CLINIC_STOPPED, visit.patient_id, text, now)

    async def tell_offer(self, due: Due, now: datetime) -> datetime | None:
        """Tell of an offer that still stands."""
        entry = await self.waitlist.entry(WaitlistId(due.subject))
        if entry.status is not WaitlistStatus.OFFERED or entry.offer is None or entry.until is None:
            return None
        if entry.until <= now:
            return None
        words = slot_words(entry.offer)
        text = self.wording.say("remind.waitlist_offer", until=clock_words(entry.until), **words)
        return await self._tell(due, NoticeKind.WAITLIST_OFFER, entry.patient_id, text, now)

    async def tell_answer(self, due: Due, now: datetime) -> datetime | None:
        """Tell how the desk answered a 加号 request."""
        request = await self.front_desk.extra_request(ExtraRequestId(due.subject))
        if request.status is ExtraRequestStatus.GRANTED and request.appointment_id:
            visit = await self.front_desk.appointment(request.appointment_id)
            if visit.status is not AppointmentStatus.BOOKED:
                return None
            words = slot_words(visit.slot)
            text = self.wording.say("remind.extra_granted", number=visit.number, where=visit.where, **words)
        elif request.status is ExtraRequestStatus.REFUSED:
            text = self.wording.say("remind.extra_refused")
        else:
            return None
        return await self._tell(due, NoticeKind.EXTRA, request.patient_id, text, now)

    @property
    def _zone(self) -> ZoneInfo:
        return self.quiet.zone

    def _stopped_text(self, visit: Appointment, free: tuple[Slot, ...]) -> str:
        words = slot_words(visit.slot)
        if not free:
            return self.wording.say("remind.clinic_stopped", **words)
        other = slot_words(free[0])
        instead = f"{other['doctor']}，{other['date']} {other['time']}"
        return self.wording.say("remind.clinic_stopped_instead", instead=instead, **words)

    async def _tell(
        self, due: Due, kind: NoticeKind, patient_id: PatientId, text: str, now: datetime
    ) -> datetime | None:
        """Hand the notice over, or say until when it waits."""
        quiet_until = self.quiet.until(now) if kind.can_wait else None
        if quiet_until is not None:
            return quiet_until
        notice = Notice(id=NoticeId(due.id), kind=kind, patient_id=patient_id, subject=due.subject, text=text, at=now)
        await self.notifier.notify(notice)
        return None


def _begins(slot: Slot, zone: ZoneInfo) -> datetime:
    return datetime.combine(slot.date, slot.start, tzinfo=zone)
