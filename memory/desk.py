"""The nurses' desk over all replicas: a bell, and who is typing. Nothing of it is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from domain.errors import Unavailable
from domain.session import Author, SessionId
from memory.connection import Connection
from memory.signals import Signals

log = structlog.get_logger(__name__)

TYPING_SECONDS = 6
"""How long somebody counts as typing after a key."""


class RedisBell:
    """Implements `Bell` and `Ringing` on one channel of the installation."""

    def __init__(self, connection: Connection, signals: Signals) -> None:
        self._connection = connection
        self._signals = signals
        self._channel = f"{connection.prefix}:desk"

    async def ring(self) -> None:
        """Something changed at the desk."""
        try:
            await self._connection.call("PUBLISH", self._channel, _now())
        except Unavailable:
            log.warning("bell_unheard")

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[None]]:
        """Yields whenever somebody rang, and when rings may have been missed."""
        async with self._signals.listen(self._channel) as signal:

            async def rings() -> AsyncIterator[None]:
                while True:
                    await signal.wait()
                    yield

            yield rings()


class RedisTyping:
    """Implements `Typing`: a key that runs out, and a signal to look at it."""

    def __init__(self, connection: Connection, signals: Signals) -> None:
        self._connection = connection
        self._signals = signals

    async def typed(self, session_id: SessionId, author: Author) -> None:
        """`author` typed just now."""
        name = self._name(session_id, author)
        try:
            await asyncio.gather(
                self._connection.call("SET", name, 1, "EX", TYPING_SECONDS),
                self._connection.call("PUBLISH", name, _now()),
            )
        except Unavailable:
            log.warning("typing_unheard")

    @asynccontextmanager
    async def follow(self, session_id: SessionId, author: Author) -> AsyncIterator[AsyncIterator[None]]:
        """Yields whenever `author` typed, on any replica."""
        name = self._name(session_id, author)
        async with self._signals.listen(name) as signal:

            async def keys() -> AsyncIterator[None]:
                while True:
                    await signal.wait()
                    if await self._is_typing(name):
                        yield

            yield keys()

    async def _is_typing(self, name: str) -> bool:
        """Whether the key is fresh: a signal is raised too when a subscription begins anew."""
        try:
            return bool(await self._connection.call("EXISTS", name))
        except Unavailable:
            return False

    def _name(self, session_id: SessionId, author: Author) -> str:
        return self._connection.key(session_id, f"typing-{author.value}")


def _now() -> int:
    """A number that grows, as signals carry."""
    return time.time_ns() // 1_000
