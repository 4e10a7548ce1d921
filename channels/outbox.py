"""Gives a session's events their numbers and hands them to its socket, in the order they were put."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from channels.events import LIVE_TYPES
from channels.outlet import Outlet
from channels.ports import TimerHandle, Timers
from domain.errors import Unavailable
from domain.ports import Clock, EventLog
from domain.session import SessionId
from domain.turn import Json

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Letter:
    """An event on its way; `said` once it went out unnumbered."""

    event: dict[str, Json]
    timer: TimerHandle | None = None
    said: bool = False


class Outbox:
    """Numbers, stores and sends; survives the loss of a socket.

    What is put while an append is under way is appended together next: under load fewer round trips, alone
    no waiting. While memory is unreachable events go out at once with `seq` null.
    """

    def __init__(self, session_id: SessionId, events: EventLog, clock: Clock, timers: Timers) -> None:
        self._session_id = session_id
        self._log = events
        self._clock = clock
        self._timers = timers
        self._queue: list[_Letter] = []
        self._writer: asyncio.Task[None] | None = None
        self._overtaking: set[asyncio.Task[None]] = set()
        self._all_stored = True
        self.outlet: Outlet | None = None

    def put(self, event: dict[str, Json]) -> None:
        """Send an event after everything put before it."""
        self._queue.append(_Letter(self.stamped(event)))
        self._write_on()

    def put_first(self, event: dict[str, Json], *, within_seconds: float) -> None:
        """Send an event before everything that waits; without its number if that takes too long."""
        letter = _Letter(self.stamped(event))
        letter.timer = self._timers.call_later(within_seconds, lambda: self._overtake(letter))
        self._queue.insert(0, letter)
        self._write_on()

    async def flush(self) -> None:
        """Wait until everything put so far went out."""
        while self._writer is not None:
            await asyncio.wait({self._writer})

    async def settle(self) -> bool:
        """Flush; whether all that was put since the last `settle` is stored. For the one who ends inputs."""
        await self.flush()
        stored, self._all_stored = self._all_stored, True
        return stored

    def stamped(self, event: dict[str, Json]) -> dict[str, Json]:
        """An event with its session and time."""
        return {**event, "session_id": self._session_id, "at": self._clock.now().isoformat(timespec="milliseconds")}

    def _write_on(self) -> None:
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue, []
                await self._write_batch(batch)
        finally:
            self._writer = None

    async def _write_batch(self, batch: list[_Letter]) -> None:
        numbered = [letter.event for letter in batch if letter.event["type"] not in LIVE_TYPES]
        numbers: tuple[int, ...] | None = ()
        if numbered:
            try:
                numbers = await self._log.append(self._session_id, numbered)
            except Unavailable:
                numbers = None
                self._all_stored = False
            except Exception:
                log.exception("events_lost")
                numbers = None
                self._all_stored = False
        upcoming = iter(numbers or ())
        for letter in batch:
            if letter.timer is not None:
                letter.timer.cancel()
            if letter.event["type"] in LIVE_TYPES:
                await self._send(letter, None, numbered=False)
            else:
                await self._send(letter, next(upcoming, None), numbered=True)

    async def _send(self, letter: _Letter, seq: int | None, *, numbered: bool) -> None:
        if (outlet := self.outlet) is None:
            return
        if seq is not None:
            await outlet.numbered({**letter.event, "seq": seq})
            outlet.follow()
        elif not numbered:
            await outlet.live(letter.event)
        elif not letter.said:
            await outlet.live({**letter.event, "seq": None})

    def _overtake(self, letter: _Letter) -> None:
        """Send what waited too long for its number."""
        if self.outlet is not None and not letter.said:
            letter.said = True
            task = asyncio.create_task(self.outlet.live({**letter.event, "seq": None}))
            self._overtaking.add(task)
            task.add_done_callback(self._overtaking.discard)
