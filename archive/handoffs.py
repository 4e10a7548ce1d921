"""The queue of conversations that wait for a person: urgent ones first, then by arrival."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, true, update

from archive.columns import insert_new
from archive.database import Database
from archive.keys import SqlSessionKeys
from archive.schema import handoffs
from archive.sealing import Cipher
from domain.session import SessionId

_OPEN = handoffs.c.closed_at.is_(None)


class SqlHandoffDesk:
    """Implements `HandoffDesk`. A session waits at most once; asking again while it waits keeps its place."""

    def __init__(self, database: Database, keys: SqlSessionKeys, cipher: Cipher) -> None:
        self._cipher = cipher
        self._database = database
        self._keys = keys

    async def request(self, session_id: SessionId, *, reason: str, urgent: bool, key: str, now: datetime) -> int:
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
            if not insert_new(connection, handoffs, row) and urgent:
                connection.execute(update(handoffs).where(mine).values(urgent=True))
            place = connection.execute(select(handoffs.c.id, handoffs.c.urgent).where(mine)).first()
            return 0 if place is None else 1 + _ahead(connection, place.id, urgent=place.urgent)

        return await self._database.write(work)

    async def open_for(self, session_id: SessionId) -> bool:
        """Whether the session waits for a person or is with one."""
        waiting = select(handoffs.c.id).where(handoffs.c.session_id == session_id, _OPEN)
        return await self._database.read(lambda c: c.execute(waiting).first()) is not None

    async def close(self, session_id: SessionId, *, now: datetime) -> None:
        """The conversation no longer waits; one that does not wait is fine."""
        closed = update(handoffs).where(handoffs.c.session_id == session_id, _OPEN).values(closed_at=now)
        await self._database.write(lambda c: c.execute(closed).rowcount)


def _ahead(connection: Connection, place: int, *, urgent: bool) -> int:
    """How many open requests come before the request `place`."""
    earlier = handoffs.c.id < place
    before = and_(handoffs.c.urgent == true(), earlier) if urgent else or_(handoffs.c.urgent == true(), earlier)
    return int(connection.execute(select(func.count()).select_from(handoffs).where(_OPEN, before)).scalar_one())
