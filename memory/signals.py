"""Word from other replicas that something changed: one subscription connection for the whole process.

A signal says only "look again, up to number n"; the truth is read from the store. It is raised too when
a subscription begins or begins anew, because what was said before that was not heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from memory.connection import Connection

if TYPE_CHECKING:
    from redis.asyncio.client import PubSub

RECONNECT_SECONDS = 0.2


class Signal:
    """What one listener heard on its channel. `number` is the largest announced since `wait` returned."""

    def __init__(self) -> None:
        self.number = 0
        self.unheard = True
        self._raised = asyncio.Event()

    def raise_(self, number: int | None) -> None:
        """Note the announced number; `None` says that anything may have been missed."""
        if number is None:
            self.unheard = True
        else:
            self.number = max(self.number, number)
        self._raised.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Return once the signal was raised since the last `wait`, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._raised.wait()
        self._raised.clear()


class Signals:
    """Listeners by channel, served by one task that starts with the first of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._idle_channel = f"{connection.prefix}:signals"
        self._listeners: dict[str, set[Signal]] = {}
        self._pubsub: PubSub | None = None
        self._reader: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Signal]:
        """A signal raised by everything published on `channel` while the context lasts."""
        signal = Signal()
        is_first = channel not in self._listeners
        self._listeners.setdefault(channel, set()).add(signal)
        if self._reader is None:
            self._reader = asyncio.create_task(self._read_for_ever())
        try:
            if is_first:
                await self._tell("SUBSCRIBE", channel)
            yield signal
        finally:
            self._listeners[channel].discard(signal)
            if not self._listeners[channel]:
                del self._listeners[channel]
                await self._tell("UNSUBSCRIBE", channel)

    async def aclose(self) -> None:
        """Stop listening."""
        if self._reader:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def _tell(self, command: str, channel: str) -> None:
        """Change the subscription; while there is no connection the next one begins with the right one."""
        if self._pubsub:
            with suppress(RedisError, OSError):
                await (self._pubsub.subscribe if command == "SUBSCRIBE" else self._pubsub.unsubscribe)(channel)

    async def _read_for_ever(self) -> None:
        client = self._connection.subscriber()
        try:
            while True:
                with suppress(RedisError, OSError):
                    async with client.pubsub() as pubsub:
                        await self._subscribe(pubsub)
                        async for message in pubsub.listen():
                            self._hear(message)
                self._pubsub = None
                await asyncio.sleep(RECONNECT_SECONDS)  # noqa: TID251 - a lost server is tried again at this pace
        finally:
            self._pubsub = None
            await client.aclose()

    async def _subscribe(self, pubsub: PubSub) -> None:
        """Subscribe to everything listened to, also to what is added meanwhile."""
        subscribed: set[str] = set()
        while missing := {self._idle_channel, *self._listeners} - subscribed:
            await pubsub.subscribe(*missing)
            subscribed |= missing
        self._pubsub = pubsub

    def _hear(self, message: dict[str, Any]) -> None:
        number = int(message["data"]) if message["type"] == "message" else None
        for signal in self._listeners.get(message["channel"].decode(), ()):
            signal.raise_(number)
