"""The queue of conversations that wait for a person: urgent ones first, then by arrival."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select, true, update

from archive import case_rows
from archive.columns import insert_new
from archive.database import Database
from archive.desk_schema import cases
from archive.keys import SqlSessionKeys
from archive.schema import handoffs
from archive.sealing import Cipher
from domain.desk import Cause, Urgency
from domain.session import SessionId

_OPEN = handoffs.c.closed_at.is_(None)
_HELD = select(cases.c.session_id).where(
    cases.c.session_id == bindparam("session"), cases.c.claimed_until > bindparam("at", type_=cases.c.since.type)
)


class SqlHandoffDesk:
    """Implements `HandoffDesk`. A session waits at most once; asking again while it waits keeps its place."""

    def __init__(self, database: Database, keys: SqlSessionKeys, cipher: Cipher) -> None:
        self._cipher = cipher
        self._database = database
        self._keys = keys

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
        """Queue the conversation and return its position, 1 for the next; 0 if this request was closed already."""
        sealed = self._cipher.seal(await self._keys.key(session_id), reason.encode(), f"handoff:{session_id}".encode())
        row = {
            "session_id": session_id,
            "key_sha256": hashlib.sha256(key.encode()).hexdigest(),
            "urgent": urgent,
            "sealed_reason": sealed,
            "requested_at": now,
        }
        mine = and_(handoffs.c.session_id == session_id, _OPEN)

        def work(connection: Connection) -> int:
            case_rows.take(connection, session_id, now)
            if not insert_new(connection, handoffs, row) and urgent:
                connection.execute(update(handoffs).where(mine).values(urgent=True))
            place = connection.execute(select(handoffs.c.id, handoffs.c.urgent).where(mine)).first()
            if place is None:
                return 0
            case_rows.lift(connection, session_id, Urgency.RED if urgent else Urgency.YELLOW, cause, now)
            return 1 + _ahead(connection, place.id, now, urgent=place.urgent)

        return await self._database.write(work)

    async def open_for(self, session_id: SessionId) -> bool:
        """Whether the session waits for a person or is with one."""
        waiting = select(handoffs.c.id).where(handoffs.c.session_id == session_id, _OPEN)
        return await self._database.read(lambda c: c.execute(waiting).first()) is not None

    async def held(self, session_id: SessionId, *, now: datetime) -> bool:
        """Whether a nurse answers this patient now."""
        return (
            await self._database.read(lambda c: c.execute(_HELD, {"session": session_id, "at": now}).first())
            is not None
        )

    async def close(self, session_id: SessionId, *, now: datetime) -> None:
        """The conversation no longer waits; one that does not wait is fine."""
        await self._database.write(lambda c: close(c, session_id, now))


def close(connection: Connection, session_id: str, now: datetime) -> None:
    """The conversation waits for nobody any more, in the running write transaction."""
    case_rows.settle(connection, session_id)
    connection.execute(update(handoffs).where(handoffs.c.session_id == session_id, _OPEN).values(closed_at=now))


def _ahead(connection: Connection, place: int, now: datetime, *, urgent: bool) -> int:
    """How many open requests come before the request `place`; whom a nurse talks with waits no more."""
    earlier = handoffs.c.id < place
    before = and_(handoffs.c.urgent == true(), earlier) if urgent else or_(handoffs.c.urgent == true(), earlier)
    served = select(cases.c.session_id).where(cases.c.claimed_until > now)
    ahead = select(func.count()).select_from(handoffs).where(_OPEN, before, handoffs.c.session_id.not_in(served))
    return int(connection.execute(ahead).scalar_one())
