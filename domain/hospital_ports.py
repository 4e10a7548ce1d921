"""The hospital's smaller desks beside `domain.ports.Scheduling`, and how patients are told.

All methods raise `Unavailable` when the thing behind them does not answer. Every write takes `key`: the same key
never writes twice and returns what the first write made; a key used for something else is a
`Conflict(Refusal.KEY_REUSED)`. What is not this patient's does not exist for them: `NotFound`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from domain.booking_rules import Standing
from domain.front_desk import ExtraRequest, ExtraRequestId, QueuePlace
from domain.notices import Due, Notice, NoticeId, TextMessage
from domain.patient import Identity, PatientId
from domain.related_person import AccountId, RelatedPerson, Relationship
from domain.scheduling import Appointment, AppointmentId, Period, PractitionerId, SlotId
from domain.session import SessionId
from domain.summaries import Section, SummaryItem, VisitSummary
from domain.visit_reason import VisitReason
from domain.waitlist import WaitlistEntry, WaitlistId, WaitlistWish


class Waitlist(Protocol):
    """候补. A place that becomes free is offered to whoever has waited longest for one like it, before anybody else."""

    async def join(self, patient_id: PatientId, wish: WaitlistWish, *, key: str, now: datetime) -> WaitlistEntry:
        """Begin to wait.

        Raises:
            NotFound: no such department, doctor or patient.
            Conflict: a matching place is free now (`PLACES_FREE`), the patient waits for this already (`WAITING`),
                the days are past or not open yet, or the patient may not book (`BANNED`).
        """

    async def entries(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        """All entries of a patient: offers first, then what waits, closed ones last."""

    async def entry(self, entry_id: WaitlistId) -> WaitlistEntry:
        """One entry, for whoever tells the patient.

        Raises:
            NotFound: no such entry.
        """

    async def accept(self, entry_id: WaitlistId, *, patient_id: PatientId, key: str, now: datetime) -> Appointment:
        """Take the offered place: it is booked at once.

        Raises:
            NotFound: the patient has no such entry.
            Expired: the time to accept is over.
            Conflict: nothing is offered (`STATUS`), the clinic was stopped, or the patient may not book this.
        """

    async def decline(self, entry_id: WaitlistId, *, patient_id: PatientId, key: str, now: datetime) -> WaitlistEntry:
        """Refuse the offer, which goes to the next; raises as `accept` does."""

    async def withdraw(self, entry_id: WaitlistId, *, patient_id: PatientId, key: str, now: datetime) -> WaitlistEntry:
        """Wait no longer; raises as `accept` does."""

    async def expire(self, entry_id: WaitlistId, *, now: datetime) -> datetime | None:
        """End an offer whose time is over, or the waiting whose last day is: for due work, safe to repeat.

        Returns when to look again; nothing when the entry is closed.
        """


class FrontDesk(Protocol):
    """加号, 报到, the queue, missed appointments and stopped clinics."""

    async def request_extra(
        self,
        patient_id: PatientId,
        practitioner_id: PractitionerId,
        *,
        day: date,
        period: Period,
        urgent: bool,
        key: str,
        now: datetime,
    ) -> ExtraRequest:
        """Ask for a place beyond a doctor's half day.

        Raises:
            NotFound: that doctor has no clinic then, or no such patient.
            Conflict: the clinic is stopped or over, the patient has asked already (`WAITING`), or may not book.
        """

    async def extra_requests(self, patient_id: PatientId) -> tuple[ExtraRequest, ...]:
        """All 加号 requests of a patient, newest first."""

    async def open_extra_requests(self) -> tuple[ExtraRequest, ...]:
        """What waits for the desk, urgent ones first, then oldest first."""

    async def extra_request(self, request_id: ExtraRequestId) -> ExtraRequest:
        """One request, for whoever tells the patient.

        Raises:
            NotFound: no such request.
        """

    async def withdraw_extra(
        self, request_id: ExtraRequestId, *, patient_id: PatientId, key: str, now: datetime
    ) -> ExtraRequest:
        """The patient asks no longer.

        Raises:
            NotFound: the patient has no such request.
            Conflict: it is answered (`STATUS`).
        """

    async def answer_extra(
        self, request_id: ExtraRequestId, *, slot_id: SlotId | None, key: str, now: datetime
    ) -> ExtraRequest:
        """Staff: grant the request with a place more in `slot_id`, or refuse it with none.

        Raises:
            NotFound: no such request, or the slot is not of this doctor's half day.
            Conflict: it is answered or withdrawn, or the patient has an appointment in this half day.
        """

    async def check_in(
        self, appointment_id: AppointmentId, *, patient_id: PatientId, key: str, now: datetime
    ) -> QueuePlace:
        """The patient has arrived.

        Raises:
            NotFound: the patient has no such appointment.
            Conflict: `TOO_EARLY`, `TOO_LATE`, `STOPPED`, or its status does not allow it.
        """

    async def queue(self, appointment_id: AppointmentId, *, patient_id: PatientId) -> QueuePlace:
        """Where the patient stands now.

        Raises:
            NotFound: the patient has no such appointment.
        """

    async def fulfil(self, appointment_id: AppointmentId, *, key: str, now: datetime) -> Appointment:
        """Staff: the doctor has seen the patient.

        Raises:
            NotFound: no such appointment.
            Conflict: the patient has not checked in.
        """

    async def close(self, appointment_id: AppointmentId, *, now: datetime) -> None:
        """After its half day: booked becomes a no-show (cancelled if the clinic was stopped), arrived fulfilled.

        For due work, safe to repeat; an appointment whose half day is not over is left alone.
        """

    async def standing(self, patient_id: PatientId, *, now: datetime) -> Standing:
        """Missed appointments, and whether the patient may book."""

    async def stop_clinic(
        self, practitioner_id: PractitionerId, *, day: date, period: Period, key: str, now: datetime
    ) -> tuple[Appointment, ...]:
        """Staff: stop a doctor's half day; the booked appointments it affects.

        Raises:
            NotFound: that doctor has no clinic then.
        """

    async def stopped_clinics(self, since: datetime) -> tuple[Appointment, ...]:
        """Booked appointments whose clinic was stopped at `since` or later, soonest first."""

    async def appointment(self, appointment_id: AppointmentId) -> Appointment:
        """One appointment, for whoever tells the patient.

        Raises:
            NotFound: no such appointment.
        """


class VisitNotes(Protocol):
    """What the doctor reads beside an appointment, given with the patient's consent. For staff."""

    async def reason(self, appointment_id: AppointmentId) -> VisitReason | None:
        """Why the patient comes; nothing when none was given.

        Raises:
            NotFound: no such appointment.
        """

    async def hand_over(self, appointment_id: AppointmentId, summary: VisitSummary, *, patient_id: PatientId) -> None:
        """Give the doctor what the patient told before the visit; the first summary of an appointment counts.

        Raises:
            NotFound: the patient has no such appointment.
        """

    async def told(self, appointment_id: AppointmentId) -> Mapping[Section, tuple[SummaryItem, ...]]:
        """What the patient told, by heading; empty when nothing was handed over.

        Raises:
            NotFound: no such appointment.
        """


class Holds(Protocol):
    """Holds that ran out; their places are free without it, but nobody is offered them."""

    async def sweep(self, now: datetime) -> int:
        """Give back the places of every hold that ran out; how many."""


class RelatedPeople(Protocol):
    """The people of an account."""

    def account(self, phone: str) -> AccountId:
        """The account of whoever has proven this phone; tells nothing of its number."""

    async def people(self, account_id: AccountId) -> tuple[RelatedPerson, ...]:
        """Everybody the account may book for, the holder first."""

    async def add(
        self,
        account_id: AccountId,
        identity: Identity,
        *,
        relationship: Relationship,
        guardian_id: PatientId | None,
        key: str,
        now: datetime,
    ) -> RelatedPerson:
        """Let the account book for this person; adding somebody again changes their relationship.

        Raises:
            NotFound: the guardian is not among the account's people.
            Conflict: younger than the hospital's guardian age without an adult guardian (`GUARDIAN`), or one person
                more than the rules allow (`PEOPLE_LIMIT`).
        """

    async def remove(self, account_id: AccountId, patient_id: PatientId, *, key: str, now: datetime) -> None:
        """Let the account no longer book for this person; nothing happens to somebody it does not book for.

        Raises:
            Conflict: a child of the account has this guardian (`GUARDIAN`).
        """


class DueWork(Protocol):
    """Due work of one database, for any number of workers."""

    async def claim(self, *, now: datetime, limit: int) -> tuple[Due, ...]:
        """What is due by `now` and nobody works on, oldest first; claimed for a few minutes, then free again."""

    async def finish(self, due: Due) -> bool:
        """It is done; `False` when somebody else claimed it meanwhile."""

    async def postpone(self, due: Due, until: datetime) -> bool:
        """Look again at `until`; `False` when somebody else claimed it meanwhile."""

    async def forget(self, *, before: datetime) -> int:
        """Delete work done that was due before; how many."""


class Notifier(Protocol):
    """Tells patients. Safe to repeat: the first notice of an id counts."""

    async def notify(self, notice: Notice) -> None:
        """Tell the patient, by one way or several."""


class Inbox(Protocol):
    """Notices kept for the patient to read in the widget."""

    async def put(self, notice: Notice) -> bool:
        """Keep a notice; `False` when its id is known."""

    async def unread(self, patient_id: PatientId) -> tuple[Notice, ...]:
        """What the patient has not been shown, oldest first."""

    async def watch(self, patient_id: PatientId, session_id: SessionId, *, until: datetime) -> None:
        """Notices of this patient are shown in this session as they come, until then."""

    async def watching(self, patient_id: PatientId, *, now: datetime) -> tuple[SessionId, ...]:
        """The sessions that show this patient's notices."""

    async def mark_read(self, patient_id: PatientId, notice_ids: tuple[NoticeId, ...], *, now: datetime) -> None:
        """These were shown."""

    async def forget(self, *, before: datetime) -> int:
        """Delete notices older than `before`; how many."""


class Contacts(Protocol):
    """How a patient is reached; the number goes to a `TextSender` and nowhere else."""

    async def phone(self, patient_id: PatientId) -> str:
        """The patient's mobile phone, 11 digits.

        Raises:
            NotFound: no such patient.
        """


class TextSender(Protocol):
    """Sends a text to a phone: a file in development, a gateway in production. The first message of an id counts."""

    async def send(self, message: TextMessage) -> None:
        """Hand the message over."""
