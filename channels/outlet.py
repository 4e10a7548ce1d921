"""One socket's end of a session's event sequence: in order, none twice, none missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import orjson

from domain.errors import NotFound, Unavailable
from domain.ports import EventLog
from domain.session import SessionId
from domain.turn import Json

FOLLOW_RETRY_SECONDS = 1.0


class Socket(Protocol):
    """A patient's socket; sending to one that is gone does nothing."""

    async def send(self, text: str) -> None:
        """Send a text frame."""

    async def send_audio(self, frame: bytes) -> None:
        """Send a binary frame."""

    async def close(self, code: int) -> None:
        """Close with a code of protocol v1."""


class Outlet:
    """Sends numbered events in their order and live ones at once.

    `last` is the number of the last event sent, `None` while unknown (memory was away when the socket came).
    Events another replica appends arrive by following the log; whatever is missing before an event is fetched
    from the log first. `on_event` hears of every event when it is sent.
    """

    def __init__(
        self,
        socket: Socket,
        log: EventLog,
        session_id: SessionId,
        *,
        last: int | None,
        on_taken_over: Callable[[], None],
        on_event: Callable[[dict[str, Json]], None] = lambda _event: None,
    ) -> None:
        self._socket = socket
        self._on_event = on_event
        self._log = log
        self._session_id = session_id
        self._on_taken_over = on_taken_over
        self._order = asyncio.Lock()
        self._follower: asyncio.Task[None] | None = None
        self.last = last

    async def replay(self) -> None:
        """Send everything after `last`; a `last` the log does not know counts as unknown.

        Raises:
            Unavailable: the log does not answer.
        """
        async with self._order:
            last = self.last or 0
            known = await self._log.since(self._session_id, max(0, last - 1))
            if last and not known:
                self.last = None
            for event in known:
                await self._next(event)

    async def numbered(self, event: dict[str, Json]) -> None:
        """Send an event that has its `seq`, after everything before it."""
        seq = event["seq"]
        assert isinstance(seq, int)  # noqa: S101 - narrows a wire value this process made
        async with self._order:
            if self.last is None or seq == self.last + 1:
                await self._send(seq, event)
            elif seq > self.last:
                try:
                    await self._catch_up(self.last)
                except Unavailable:
                    return  # the next event fetches both

    async def live(self, event: dict[str, Json]) -> None:
        """Send an event outside the sequence."""
        self._on_event(event)
        await self._socket.send(orjson.dumps(event).decode())

    async def audio(self, frame: bytes) -> None:
        """Send a binary frame."""
        await self._socket.send_audio(frame)

    def follow(self) -> None:
        """Begin to receive what other replicas append; does nothing when already begun or `last` is unknown."""
        if self._follower is None and self.last is not None:
            self._follower = asyncio.create_task(self._follow(self.last))

    async def close(self, code: int) -> None:
        """Close the socket and stop following."""
        self.let_go()
        await self._socket.close(code)

    def let_go(self) -> None:
        """Stop following; the socket is gone or going."""
        if self._follower is not None:
            self._follower.cancel()

    async def _catch_up(self, after: int) -> None:
        for event in await self._log.since(self._session_id, after):
            await self._next(event)

    async def _next(self, event: dict[str, Json]) -> None:
        """Send a stored event if it was not sent yet."""
        seq = event["seq"]
        if isinstance(seq, int) and seq > (self.last or 0):
            await self._send(seq, event)

    async def _send(self, seq: int, event: dict[str, Json]) -> None:
        self.last = seq
        self._on_event(event)
        await self._socket.send(orjson.dumps(event).decode())

    async def _follow(self, after: int) -> None:
        while True:
            try:
                async for event in self._log.follow(self._session_id, after):
                    if event["type"] in {"session.created", "session.resumed"}:
                        self._on_taken_over()
                        return
                    await self.numbered(event)
                    after = max(after, self.last or 0)
            except NotFound:
                return  # the session was erased
            except Unavailable:
                await asyncio.sleep(FOLLOW_RETRY_SECONDS)  # noqa: TID251 - the log is away; ask again each second
