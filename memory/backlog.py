"""Finished turns that wait for the archive: one list for all sessions, each turn sealed with its session's key.

The list is the only key that belongs to no session, so that a process finds what an earlier one left.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.backlog import WaitingTurn
from domain.clinical import DecisionRecord
from domain.errors import NotFound
from domain.follow_up_alert import Alert
from domain.ports import SessionKeys
from domain.session import Message, SessionId
from memory.codec import Codec
from memory.connection import Connection, Script
from memory.crypto import seal, unseal
from memory.retention import Retention
from memory.vocabulary import codec as domain_codec

PUT = Script("""
-- keys: backlog · arguments: seconds, entry
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
""")
AT_ONCE = 50
_END_OF_ID = b"\0"


class RedisBacklog:
    """`Backlog` on one list."""

    def __init__(
        self, connection: Connection, keys: SessionKeys, retention: Retention, *, codec: Codec = domain_codec
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention
        self._codec = codec
        self._name = f"{connection.prefix}:backlog"

    async def put(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Add a turn of one session.

        Raises:
            NotFound: the session was erased.
        """
        session_id = messages[0].session_id if messages else SessionId(decision.session_id if decision else "")
        await self._put(session_id, (tuple(messages), decision, None))

    async def put_alert(self, alert: Alert) -> None:
        """Add an alert of a follow-up; one that names no session is not taken.

        Raises:
            NotFound: the session was erased, or none is named.
        """
        if alert.session_id is None:
            raise NotFound("session")
        await self._put(alert.session_id, ((), None, alert))

    async def _put(self, session_id: SessionId, what: tuple[object, ...]) -> None:
        plain = self._codec.dumps(list(what))
        sealed = seal(await self._keys.key(session_id), plain, _context(session_id))
        entry = session_id.encode() + _END_OF_ID + sealed
        await self._connection.run(PUT, (self._name,), (self._retention.session_seconds, entry))

    async def waiting(self) -> tuple[WaitingTurn, ...]:
        """The oldest turns; one whose session was erased is empty."""
        entries = await self._connection.call("LRANGE", self._name, 0, AT_ONCE - 1)
        return tuple([await self._opened(entry) for entry in entries])

    async def settle(self, ticket: bytes) -> None:
        """Take a turn off; one that is off already is fine."""
        await self._connection.call("LREM", self._name, 1, ticket)

    async def _opened(self, entry: bytes) -> WaitingTurn:
        encoded, _, sealed = entry.partition(_END_OF_ID)
        session_id = SessionId(encoded.decode())
        try:
            key = await self._keys.key(session_id)
        except NotFound:
            return WaitingTurn(ticket=entry, messages=(), decision=None)
        messages, decision, *rest = self._codec.loads(unseal(key, sealed, _context(session_id)))
        return WaitingTurn(ticket=entry, messages=messages, decision=decision, alert=next(iter(rest), None))


def _context(session_id: SessionId) -> bytes:
    return b"backlog:" + session_id.encode()
