"""Data keys, one per session: wrapped in SQL, unwrapped only in memory and only for a while."""

from __future__ import annotations

import os
from collections import OrderedDict

from sqlalchemy import bindparam, delete, insert, select

from archive.database import Database
from archive.schema import session_keys
from archive.sealing import KEY_BYTES, MasterKey
from domain.errors import NotFound
from domain.ports import Clock
from domain.session import SessionId

KEYS_KEPT = 4_096
KEPT_SECONDS = 600.0
"""How long a key destroyed by another replica may stay in this one's memory."""

_WRAPPED = select(session_keys.c.wrapped).where(session_keys.c.session_id == bindparam("session_id"))
_DESTROY = delete(session_keys).where(session_keys.c.session_id == bindparam("session"))
_STORE = insert(session_keys)


class SqlSessionKeys:
    """Implements `SessionKeys`; unwrapped keys wait in a bounded memory, the least used leave first."""

    def __init__(self, database: Database, master: MasterKey, clock: Clock) -> None:
        self._database = database
        self._master = master
        self._clock = clock
        self._kept: OrderedDict[SessionId, tuple[bytes, float]] = OrderedDict()

    async def key(self, session_id: SessionId) -> bytes:
        """The session's 32-byte key.

        Raises:
            NotFound: the session is unknown or its key was destroyed.
        """
        if kept := self._recall(session_id):
            return kept
        wrapped = await self._database.read(lambda c: c.execute(_WRAPPED, {"session_id": session_id}).scalar())
        if wrapped is None:
            raise NotFound("session key")
        return self.unwrap(session_id, wrapped)

    async def destroy(self, session_id: SessionId) -> None:
        """Delete the wrapped key and leave nothing of it in the files."""
        self.forget(session_id)
        await self._database.write(lambda c: c.execute(_DESTROY, {"session": session_id}).rowcount)
        await self._database.scrub()

    def create(self, session_id: SessionId) -> tuple[bytes, bytes]:
        """A new data key and its wrapped form, which belongs into `session_keys`."""
        key = os.urandom(KEY_BYTES)
        return key, self._master.wrap(key, session_id.encode())

    def unwrap(self, session_id: SessionId, wrapped: bytes) -> bytes:
        """The key behind `wrapped`, kept in memory for the next time."""
        key = self._recall(session_id) or self._master.unwrap(wrapped, session_id.encode())
        self.remember(session_id, key)
        return key

    def remember(self, session_id: SessionId, key: bytes) -> None:
        """Keep a key in memory for up to `KEPT_SECONDS`."""
        self._kept[session_id] = (key, self._clock.monotonic() + KEPT_SECONDS)
        self._kept.move_to_end(session_id)
        if len(self._kept) > KEYS_KEPT:
            self._kept.popitem(last=False)

    def forget(self, session_id: SessionId) -> None:
        """Drop the key from memory."""
        self._kept.pop(session_id, None)

    def _recall(self, session_id: SessionId) -> bytes | None:
        kept = self._kept.get(session_id)
        if kept is None:
            return None
        key, until = kept
        if self._clock.monotonic() >= until:
            del self._kept[session_id]
            return None
        self._kept.move_to_end(session_id)
        return key
