"""Everything of a session at once."""

from __future__ import annotations

from domain.session import SessionId
from memory.connection import Connection

KINDS = ("checkpoints", "events", "seen", "open", "lock", "fence", "queue", "waiting")
"""Every kind of key a session may have."""


class RedisSessionMemory:
    """`SessionMemory`: forgetting, and whether the server answers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def forget(self, session_id: SessionId) -> None:
        """Delete every key of the session; a holder of the session cannot write any more."""
        await self._connection.call("UNLINK", *(self._connection.key(session_id, kind) for kind in KINDS))

    async def ping(self) -> None:
        """Raise `Unavailable` when the server does not answer."""
        await self._connection.call("PING")
