"""One small protocol per outside thing. `app.bootstrap` chooses what stands behind each.

All methods raise `Unavailable` when the thing behind them does not answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.clinical import DecisionRecord
from domain.desk import Cause
from domain.patient import Consent, Identity, PatientId
from domain.scheduling import (
    Appointment,
    AppointmentId,
    Hold,
    HoldId,
    HospitalDepartment,
    Practitioner,
    Slot,
    SlotId,
    SlotQuery,
)
from domain.session import InputId, Message, Session, SessionId
from domain.turn import Json, Utterance
from domain.visit_reason import VisitReason


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> datetime:
        """The current time, aware, in the hospital's zone."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin that never go back."""


class Scheduling(Protocol):
    """The hospital's booking system. Every write takes `key`: the same key never writes twice."""

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Every department this hospital runs."""

    async def practitioners(self) -> tuple[Practitioner, ...]:
        """Every doctor who has clinics."""

    async def search(self, query: SlotQuery) -> tuple[Slot, ...]:
        """Slots with places left that match, earliest first, at most `query.limit`."""

    async def hold(self, slot_id: SlotId, *, session_id: SessionId, key: str, now: datetime) -> Hold:
        """Keep one place of a slot for a few minutes (`BookingRules.hold`).

        Raises:
            NotFound: no such slot.
            Conflict: no place is left, the clinic is stopped, the time is past or not open for booking yet.
        """

    async def release(self, hold_id: HoldId, *, session_id: SessionId) -> None:
        """Give a held place back; a hold that is gone already is fine."""

    async def confirm(
        self,
        hold_id: HoldId,
        patient_id: PatientId,
        *,
        session_id: SessionId,
        key: str,
        now: datetime,
        reason: VisitReason | None = None,
    ) -> Appointment:
        """Turn a hold into a booked appointment with its queue number; `reason` is for the doctor (`VisitNotes`).

        Raises:
            NotFound: the session has no such hold.
            Expired: the hold ran out.
            Conflict: the patient already has an appointment in this department and session (`SAME_SESSION`), has as
                many as the rules allow on this day (`DAILY_LIMIT`), missed too many (`BANNED`), or the clinic was
                stopped meanwhile.
        """

    async def reschedule(
        self,
        appointment_id: AppointmentId,
        hold_id: HoldId,
        *,
        patient_id: PatientId,
        session_id: SessionId,
        key: str,
        now: datetime,
    ) -> Appointment:
        """Book the held place for the patient and cancel the earlier appointment: both or neither.

        What the doctor was given with the earlier appointment goes along.

        An appointment whose clinic is stopped may be rescheduled at any time before its half day is over.

        Raises:
            NotFound: the patient has no such appointment, or the session no such hold.
            Expired: the hold ran out.
            Conflict: as for `confirm` of the new and `cancel` of the earlier one.
        """

    async def cancel(
        self, appointment_id: AppointmentId, *, patient_id: PatientId, key: str, now: datetime
    ) -> Appointment:
        """Cancel a booked appointment and free its place.

        Raises:
            NotFound: the patient has no such appointment.
            Conflict: it is past the hospital's deadline (which does not hold for a stopped clinic), or its status
                does not allow it.
        """

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All appointments of a patient, soonest first, cancelled ones last."""


class PatientIndex(Protocol):
    """The hospital's patient index: real names and numbers stay behind it."""

    async def register(self, identity: Identity) -> PatientId:
        """Find or enrol the patient; the same person always gets the same id."""

    async def masked(self, patient_id: PatientId) -> str:
        """Name, number and phone with the middle starred, safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session with the SHA-256 hashes (hex) of its two tokens."""

    session: Session
    token_sha256: str
    resume_sha256: str


class SessionStore(Protocol):
    """Durable record of sessions, their tokens and their consent."""

    async def create(self, record: SessionRecord) -> None:
        """Store a new session and create its data key."""

    async def get(self, session_id: SessionId) -> SessionRecord | None:
        """The session, or nothing when unknown or erased."""

    async def by_resume(self, resume_sha256: str) -> SessionRecord | None:
        """The session a resume token belongs to."""

    async def replace(self, record: SessionRecord) -> None:
        """Store new tokens, profile or expiry of a known session."""

    async def give_consent(self, session_id: SessionId, consent: Consent) -> None:
        """Store the consent now in force and append it to the consent history."""


class SessionKeys(Protocol):
    """Data keys, one per session, wrapped by the master key; kept only in SQL and in memory."""

    async def key(self, session_id: SessionId) -> bytes:
        """The session's 32-byte AES-256 key.

        Raises:
            NotFound: the session is unknown or its key was destroyed.
        """

    async def destroy(self, session_id: SessionId) -> None:
        """Make everything encrypted for the session unreadable for good."""


class Archive(Protocol):
    """The durable record: transcripts, decisions, audit. Texts are encrypted with the session's key."""

    async def record_turn(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Store a finished turn; the same (input id, author) is stored once."""

    async def transcript(self, session_id: SessionId) -> tuple[Message, ...]:
        """All messages in order."""

    async def decision(self, trace_id: str) -> DecisionRecord | None:
        """The decision record a trace id leads to."""

    async def audit(self, event: str, session_id: SessionId, detail: dict[str, str]) -> None:
        """Append to the audit chain; `detail` holds no patient text."""

    async def defer_erasure(self, session_id: SessionId, reason: str) -> None:
        """Note, once, that the session is to be erased as soon as it can be."""

    async def deferred_erasures(self) -> tuple[SessionId, ...]:
        """The sessions that are to be erased as soon as they can be, oldest first."""

    async def erase(self, session_id: SessionId) -> None:
        """Destroy the session's key and delete its rows; the audit chain only grows."""


class HandoffDesk(Protocol):
    """Where conversations wait for a person."""

    async def request(
        self,
        session_id: SessionId,
        *,
        reason: str,
        urgent: bool,
        key: str,
        now: datetime,
        cause: Cause = Cause.ASKED,
    ) -> int:
        """Queue the conversation and return its position, 1 for the next; once per `key`."""

    async def held(self, session_id: SessionId, *, now: datetime) -> bool:
        """Whether a nurse answers this patient now: the agent is mute."""

    async def open_for(self, session_id: SessionId) -> bool:
        """Whether the session waits for a person or is with one."""

    async def close(self, session_id: SessionId, *, now: datetime) -> None:
        """The conversation no longer waits: it was served, or the patient took the request back."""


class InputJournal(Protocol):
    """What patients sent, kept until it is answered; survives a crash."""

    async def accept(self, utterance: Utterance) -> bool:
        """Journal an input; `False` when this id was accepted before."""

    async def finish(self, session_id: SessionId, input_id: InputId) -> None:
        """The input has its answer; its id stays known as a duplicate."""

    async def unfinished(self, session_id: SessionId) -> tuple[Utterance, ...]:
        """Accepted and not finished, in order."""


class EventLog(Protocol):
    """The session's numbered server events, for replay on any replica for at least an hour."""

    async def append(self, session_id: SessionId, events: Sequence[dict[str, Json]]) -> tuple[int, ...]:
        """Number and store events; returns their `seq`, 1 first, none missing."""

    async def since(self, session_id: SessionId, seq: int) -> tuple[dict[str, Json], ...]:
        """Every stored event with a larger `seq`, in order, each with its `seq`."""

    def follow(self, session_id: SessionId, seq: int) -> AsyncIterator[dict[str, Json]]:
        """Events with a larger `seq` as they are appended, by any replica, without end."""


class Fence(Protocol):
    """Proof of holding a session; grows with every holder."""

    @property
    def token(self) -> int:
        """A later holder's token is larger."""

    async def check(self) -> None:
        """Raise `LockLost` if somebody else holds the session now."""


class SessionLocks(Protocol):
    """One turn at a time per session, over all replicas."""

    def hold(self, session_id: SessionId) -> AbstractAsyncContextManager[Fence]:
        """Wait for the session, hold it with a heartbeat, give it back.

        Raises:
            Unavailable: the session stayed busy past the waiting time.
        """


class RateLimits(Protocol):
    """How often something may happen."""

    async def hit(self, key: str, *, limit: int, per_seconds: float) -> None:
        """Count one event under `key`.

        Raises:
            RateLimited: more than `limit` in the window.
        """


class SessionMemory(Protocol):
    """Everything of a session in Redis."""

    async def forget(self, session_id: SessionId) -> None:
        """Delete every key of the session."""

    async def ping(self) -> None:
        """Raise `Unavailable` when the server does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of the hospital's guide; `score` is the retriever's, comparable within one search."""

    id: str
    title: str
    section: str
    text: str
    score: float


class Guide(Protocol):
    """Search over the hospital's own texts."""

    def search(self, question: str, *, limit: int = 3) -> tuple[Passage, ...]:
        """Passages that answer, best first; empty when nothing is good enough."""
