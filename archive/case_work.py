"""What is done with a case; every view and act is appended to the audit chain in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive import case_rows, handoffs
from archive.cases import NOTE_CONTEXT, RATING_CONTEXT
from archive.chain import AuditChain, Entry
from archive.database import Database
from archive.desk_schema import case_notes, case_ratings, case_tags, cases
from archive.keys import SqlSessionKeys
from archive.sealing import Cipher
from domain.desk import Cause, Rating, Urgency
from domain.errors import NotFound
from domain.patient import PatientId
from domain.ports import Clock
from domain.session import SessionId
from domain.staff import StaffId


class SqlCaseWork:
    """Implements `CaseWork`. What staff write is sealed with the session's key."""

    def __init__(
        self, database: Database, keys: SqlSessionKeys, chain: AuditChain, cipher: Cipher, clock: Clock
    ) -> None:
        self._database = database
        self._keys = keys
        self._chain = chain
        self._cipher = cipher
        self._clock = clock

    async def link(self, session_id: SessionId, patient_id: PatientId) -> None:
        """The patient of this conversation is proven."""
        linked = update(cases).where(cases.c.session_id == session_id).values(patient_id=patient_id)
        await self._database.write(lambda c: c.execute(linked).rowcount)

    async def concern(self, session_id: SessionId, *, unclear: bool, now: datetime) -> None:
        """A person should look, though nobody asked."""
        marked = update(cases).where(cases.c.session_id == session_id).values(unclear=True)

        def work(connection: Connection) -> None:
            case_rows.lift(connection, session_id, Urgency.YELLOW, Cause.POLICY, now)
            if unclear:
                connection.execute(marked)

        await self._database.write(work)

    async def displeased(self, session_id: SessionId) -> None:
        """The patient was dissatisfied with an answer: a reviewer shall look."""
        marked = update(cases).where(cases.c.session_id == session_id).values(negative=True)
        await self._database.write(lambda c: c.execute(marked).rowcount)

    async def open(self, session_id: SessionId, *, by: StaffId, now: datetime) -> None:
        """Note that somebody looks at the conversation; the first look counts."""

        def work(connection: Connection) -> None:
            unopened = update(cases).where(cases.c.session_id == session_id, cases.c.opened_at.is_(None))
            connection.execute(unopened.values(opened_at=now, opened_by=by))

        await self._act("case.opened", session_id, by, work)

    async def viewed(self, event: str, *, by: StaffId, session_id: str = "", detail: Mapping[str, str]) -> None:
        """Note any other view."""
        entry = Entry(event=event, session_id=session_id, at=self._clock.now(), detail={"staff": by, **detail})
        await self._database.write(lambda c: self._chain.append(c, entry))

    async def assign(self, session_id: SessionId, to: StaffId | None, *, by: StaffId) -> None:
        """Make the case somebody's, or nobody's."""
        assigned = update(cases).where(cases.c.session_id == session_id).values(assigned_to=to)
        try:
            await self._act("case.assigned", session_id, by, lambda c: c.execute(assigned), {"to": to or ""})
        except IntegrityError as error:
            raise NotFound("staff") from error

    async def tag(self, session_id: SessionId, tags: Sequence[str], *, by: StaffId) -> None:
        """Replace the tags."""

        def work(connection: Connection) -> None:
            connection.execute(delete(case_tags).where(case_tags.c.session_id == session_id))
            for one in dict.fromkeys(tags):
                connection.execute(insert(case_tags), {"session_id": session_id, "tag": one})

        await self._act("case.tagged", session_id, by, work)

    async def note(self, session_id: SessionId, text: str, *, by: StaffId, now: datetime) -> int:
        """Write something colleagues read and the patient never does; its number."""
        row = await self._note_row(session_id, "note", text, by, now)
        written: list[int] = []

        def work(connection: Connection) -> None:
            written.append(_number_of_new(connection, row))

        await self._act("case.noted", session_id, by, work)
        return written[-1]

    async def handle(self, session_id: SessionId, reason: str, *, by: StaffId, now: datetime) -> None:
        """Close the case with a reason; only a person does."""
        row = await self._note_row(session_id, "handled", reason, by, now)

        def work(connection: Connection) -> None:
            handoffs.close(connection, session_id, now)
            done = {"urgency": int(Urgency.NONE), "handled_at": now}
            connection.execute(update(cases).where(cases.c.session_id == session_id).values(done))
            _number_of_new(connection, row)

        await self._act("case.handled", session_id, by, work)

    async def rate(self, session_id: SessionId, rating: Rating) -> None:
        """Keep a reviewer's marks."""
        key = await self._keys.key(session_id)
        row = {
            "session_id": session_id,
            "staff_id": rating.by,
            "trace_id": rating.trace_id,
            "at": rating.at,
            "factuality": rating.factuality,
            "safety": rating.safety,
            "empathy": rating.empathy,
            "completeness": rating.completeness,
            "readability": rating.readability,
            "sealed_comment": self._cipher.seal(
                key, rating.comment.encode(), f"{RATING_CONTEXT}:{session_id}".encode()
            ),
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(case_ratings), row)
            connection.execute(update(cases).where(cases.c.session_id == session_id).values(rated=True))

        await self._act("case.rated", session_id, rating.by, work, {"trace": rating.trace_id})

    async def _note_row(
        self, session_id: SessionId, kind: str, text: str, by: StaffId, now: datetime
    ) -> dict[str, Any]:
        key = await self._keys.key(session_id)
        sealed = self._cipher.seal(key, text.encode(), f"{NOTE_CONTEXT}:{session_id}".encode())
        return {"session_id": session_id, "staff_id": by, "kind": kind, "at": now, "sealed_text": sealed}

    async def _act(
        self,
        event: str,
        session_id: SessionId,
        by: StaffId,
        work: Callable[[Connection], object],
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Do something with a case that exists, and say in the chain who did."""
        entry = Entry(event=event, session_id=session_id, at=self._clock.now(), detail={"staff": by, **(detail or {})})
        known = select(cases.c.session_id).where(cases.c.session_id == session_id)

        def acted(connection: Connection) -> None:
            self._chain.head(connection)
            if connection.execute(known).first() is None:
                raise NotFound("case")
            work(connection)
            self._chain.append(connection, entry)

        await self._database.write(acted)


def _number_of_new(connection: Connection, row: dict[str, Any]) -> int:
    return int(connection.execute(insert(case_notes).returning(case_notes.c.id), row).scalar_one())
