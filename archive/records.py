"""Transcripts, decision records and erasure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from archive import case_rows
from archive.chain import AuditChain, Entry, Verification
from archive.codec import decode_decision, decode_message, encode_decision, encode_message
from archive.columns import insert_new
from archive.database import Database
from archive.keys import SqlSessionKeys
from archive.schema import decisions, deferred_erasures, erasures, messages, sessions
from archive.sealing import Cipher
from archive.terms import TermIndex
from domain.clinical import DecisionRecord
from domain.errors import NotFound
from domain.ports import Clock
from domain.session import Author, Message, SessionId

_TRANSCRIPT = select(messages).where(messages.c.session_id == bindparam("session")).order_by(messages.c.id)
_DECISION = select(decisions).where(decisions.c.trace_id == bindparam("trace"))
_ERASE = delete(sessions).where(sessions.c.id == bindparam("session"))


class SqlArchive:
    """Implements `Archive`; texts and decisions are sealed before they leave the event loop."""

    def __init__(
        self,
        database: Database,
        keys: SqlSessionKeys,
        chain: AuditChain,
        cipher: Cipher,
        clock: Clock,
        *,
        index: TermIndex,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index
        self._keys = keys
        self._chain = chain
        self._clock = clock

    async def record_turn(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Store a finished turn of one session; the same (input id, author) is stored once.

        Raises:
            NotFound: the session is unknown or was erased meanwhile.
        """
        if not messages and decision is None:
            return
        session_id = messages[0].session_id if messages else SessionId(decision.session_id if decision else "")
        key = await self._keys.key(session_id)
        sealed_messages = [self._message_row(message, key) for message in messages]
        sealed_decision = None if decision is None else self._decision_row(decision, key)
        terms = self._index.terms_of(message.text for message in messages if message.author is not Author.AGENT)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if not self._store(connection, session_id, now, sealed_messages, sealed_decision):
                return
            case_rows.touch(connection, session_id, now, messages=len(sealed_messages))
            if decision is not None and decision.disposition is not None:
                case_rows.judge(connection, session_id, decision.disposition, now)
            self._index.store(connection, session_id, terms)

        try:
            await self._database.write(work)
        except IntegrityError as error:
            self._keys.forget(session_id)
            raise NotFound("session") from error

    async def transcript(self, session_id: SessionId) -> tuple[Message, ...]:
        """All messages in order; none when the session is unknown or erased."""
        rows = await self._database.read(lambda c: c.execute(_TRANSCRIPT, {"session": session_id}).all())
        if not rows:
            return ()
        key = await self._keys.key(session_id)
        return tuple(
            decode_message(
                self._cipher.unseal(key, row.sealed_message, _message_context(session_id, row.input_id, row.author)),
                session_id=session_id,
                author=row.author,
                at=row.at,
                input_id=row.input_id,
            )
            for row in rows
        )

    async def decision(self, trace_id: str) -> DecisionRecord | None:
        """The decision record a trace id leads to."""
        row = await self._database.read(lambda c: c.execute(_DECISION, {"trace": trace_id}).first())
        if row is None:
            return None
        key = await self._keys.key(row.session_id)
        return decode_decision(
            self._cipher.unseal(key, row.sealed_decision, _decision_context(row.session_id, trace_id)),
            trace_id=trace_id,
            session_id=row.session_id,
            input_id=row.input_id,
            at=row.at,
        )

    async def audit(self, event: str, session_id: SessionId, detail: dict[str, str]) -> None:
        """Append to the audit chain; `detail` holds no patient text."""
        entry = Entry(event=event, session_id=session_id, at=self._clock.now(), detail=dict(detail))
        await self._database.write(lambda c: self._chain.append(c, entry))

    async def erase(self, session_id: SessionId) -> None:
        """Destroy the key, delete every row of the session, leave nothing in the files, and log that it was done.

        May be repeated; a repetition scrubs the files again.
        """
        self._keys.forget(session_id)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if connection.execute(_ERASE, {"session": session_id}).rowcount:  # the rest follows by its foreign key
                insert_new(connection, erasures, {"session_id": session_id, "at": now})
                self._chain.append(connection, Entry(event="session.erased", session_id=session_id, at=now))

        await self._database.write(work)
        await self._database.scrub()

    async def defer_erasure(self, session_id: SessionId, reason: str) -> None:
        """Note that the session is to be erased as soon as it can be; noted and audited once.

        Raises:
            NotFound: the session is unknown or erased.
        """
        now = self._clock.now()
        entry = Entry(event="erasure_deferred", session_id=session_id, at=now, detail={"reason": reason})

        def work(connection: Connection) -> None:
            if insert_new(connection, deferred_erasures, {"session_id": session_id, "at": now}):
                self._chain.append(connection, entry)

        try:
            await self._database.write(work)
        except IntegrityError as error:
            raise NotFound("session") from error

    async def deferred_erasures(self) -> tuple[SessionId, ...]:
        """The sessions that are to be erased as soon as they can be, oldest first."""
        waiting = select(deferred_erasures.c.session_id).order_by(deferred_erasures.c.at)
        return tuple(SessionId(one) for one in await self._database.read(lambda c: c.execute(waiting).scalars().all()))

    async def erasures(self) -> tuple[SessionId, ...]:
        """The erasure log, oldest first: what a restored backup must erase again."""
        logged = select(erasures.c.session_id).order_by(erasures.c.at)
        return tuple(SessionId(one) for one in await self._database.read(lambda c: c.execute(logged).scalars().all()))

    async def verify(self) -> Verification:
        """Check the whole audit chain and every stored row it commits to."""
        return await self._database.read(self._chain.verify)

    def _store(
        self,
        connection: Connection,
        session_id: SessionId,
        now: datetime,
        message_rows: Sequence[dict[str, Any]],
        decision_row: dict[str, Any] | None,
    ) -> bool:
        """Store what is new; whether anything was."""
        head = self._chain.head(connection)
        seq = head.seq + 1
        stored = [
            row["sealed_message"] for row in message_rows if insert_new(connection, messages, row | {"audit_seq": seq})
        ]
        if decision_row and insert_new(connection, decisions, decision_row | {"audit_seq": seq}):
            stored.append(decision_row["sealed_decision"])
        if stored:
            commitment = self._chain.commit_to(stored)
            entry = Entry(event="turn.recorded", session_id=session_id, at=now, commitment=commitment)
            self._chain.append(connection, entry, after=head)
        return bool(stored)

    def _message_row(self, message: Message, key: bytes) -> dict[str, Any]:
        context = _message_context(message.session_id, message.input_id, message.author)
        return {
            "session_id": message.session_id,
            "input_id": message.input_id,
            "author": message.author,
            "at": message.at,
            "sealed_message": self._cipher.seal(key, encode_message(message), context),
        }

    def _decision_row(self, decision: DecisionRecord, key: bytes) -> dict[str, Any]:
        context = _decision_context(decision.session_id, decision.trace_id)
        return {
            "trace_id": decision.trace_id,
            "session_id": decision.session_id,
            "input_id": decision.input_id,
            "at": decision.at,
            "sealed_decision": self._cipher.seal(key, encode_decision(decision), context),
        }


def _message_context(session_id: str, input_id: str, author: str) -> bytes:
    return f"message:{session_id}:{input_id}:{author}".encode()


def _decision_context(session_id: str, trace_id: str) -> bytes:
    return f"decision:{session_id}:{trace_id}".encode()
