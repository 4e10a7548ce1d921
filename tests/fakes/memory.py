"""Fakes of the ports of memory: one `FakeServer`, any number of `FakeMemory` replicas on it.

They keep the promises of the real ones, fencing included; `server.down = True` makes every call raise
`Unavailable`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from domain.backlog import WaitingTurn
from domain.clinical import DecisionRecord
from domain.errors import LockLost, NotFound, RateLimited, Unavailable
from domain.follow_up_alert import Alert
from domain.session import InputId, Message, SessionId
from domain.turn import Json, Utterance
from memory.fencing import held_token, holding


@dataclass(slots=True)
class FakeServer:
    """What the replicas share. `monotonic` is the clock of the rate limits, in seconds."""

    down: bool = False
    monotonic: Callable[[], float] = time.monotonic
    events: dict[SessionId, list[dict[str, Json]]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[SessionId, set[InputId]] = field(default_factory=lambda: defaultdict(set))
    open: dict[SessionId, dict[InputId, Utterance]] = field(default_factory=lambda: defaultdict(dict))
    locks: dict[SessionId, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    tokens: dict[SessionId, int] = field(default_factory=lambda: defaultdict(int))
    hits: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    backlog: list[WaitingTurn] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def answer(self) -> None:
        """Raise `Unavailable` while the server is down."""
        if self.down:
            raise Unavailable("memory")

    def admit_write(self, session_id: SessionId) -> None:
        """Refuse the write of a holder whose session moved on."""
        self.answer()
        token = held_token(session_id)
        if token is not None and token != self.tokens.get(session_id):
            raise LockLost("memory")


class FakeSessionKeys:
    """A random key for every session anybody asks for, until it is destroyed."""

    def __init__(self) -> None:
        self.keys: dict[SessionId, bytes] = {}
        self.destroyed: set[SessionId] = set()

    async def key(self, session_id: SessionId) -> bytes:
        """The session's key, made on first use."""
        if session_id in self.destroyed:
            raise NotFound("session key")
        return self.keys.setdefault(session_id, secrets.token_bytes(32))

    async def destroy(self, session_id: SessionId) -> None:
        """Forget the key for good."""
        self.keys.pop(session_id, None)
        self.destroyed.add(session_id)


class FakeEventLog:
    """Numbered events in a list per session."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server

    async def append(self, session_id: SessionId, events: Sequence[dict[str, Json]]) -> tuple[int, ...]:
        """Number and keep the events, and wake the followers."""
        self._server.admit_write(session_id)
        log = self._server.events[session_id]
        numbers = tuple(range(len(log) + 1, len(log) + 1 + len(events)))
        log.extend({**event, "seq": seq} for event, seq in zip(events, numbers, strict=True))
        async with self._server.changed:
            self._server.changed.notify_all()
        return numbers

    async def since(self, session_id: SessionId, seq: int) -> tuple[dict[str, Json], ...]:
        """Copies of the events after `seq`."""
        self._server.answer()
        return tuple(dict(event) for event in self._server.events[session_id][max(seq, 0) :])

    async def follow(self, session_id: SessionId, seq: int) -> AsyncIterator[dict[str, Json]]:
        """The events after `seq` and all that come."""
        while True:
            for event in await self.since(session_id, seq):
                seq += 1
                yield event
            async with self._server.changed:
                await self._server.changed.wait_for(lambda: len(self._server.events[session_id]) > seq)  # noqa: B023 - read while waiting


class FakeInputJournal:
    """Accepted inputs in order of arrival."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server

    async def accept(self, utterance: Utterance) -> bool:
        """Keep an input whose id is new."""
        self._server.admit_write(utterance.session_id)
        seen = self._server.seen[utterance.session_id]
        if utterance.input_id in seen:
            return False
        seen.add(utterance.input_id)
        self._server.open[utterance.session_id][utterance.input_id] = utterance
        return True

    async def finish(self, session_id: SessionId, input_id: InputId) -> None:
        """Drop the input, keep its id."""
        self._server.admit_write(session_id)
        self._server.open[session_id].pop(input_id, None)

    async def unfinished(self, session_id: SessionId) -> tuple[Utterance, ...]:
        """What was accepted and not finished."""
        self._server.answer()
        return tuple(self._server.open[session_id].values())


class FakeFence:
    """A token that is good until a larger one is given out."""

    def __init__(self, server: FakeServer, session_id: SessionId) -> None:
        server.tokens[session_id] += 1
        self._server = server
        self._session_id = session_id
        self._token = server.tokens[session_id]

    @property
    def token(self) -> int:
        """This holder's number."""
        return self._token

    async def check(self) -> None:
        """Raise `LockLost` when a later token exists."""
        self._server.answer()
        if self._server.tokens.get(self._session_id) != self._token:
            raise LockLost("memory")


class FakeSessionLocks:
    """One holder at a time, first come first served."""

    def __init__(self, server: FakeServer, *, wait_seconds: float = 30.0) -> None:
        self._server = server
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def hold(self, session_id: SessionId) -> AsyncIterator[FakeFence]:
        """Hold the session, waiting at most `wait_seconds`."""
        self._server.answer()
        lock = self._server.locks[session_id]
        try:
            await asyncio.wait_for(lock.acquire(), self._wait_seconds)
        except TimeoutError:
            raise Unavailable("session lock") from None
        try:
            fence = FakeFence(self._server, session_id)
            with holding(session_id, fence.token):
                yield fence
        finally:
            lock.release()

    def expire(self, session_id: SessionId) -> None:
        """Let the lease run out under its holder: the next in line may have the session."""
        self._server.locks.pop(session_id, None)


class FakeRateLimits:
    """Sliding windows on the server's clock."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server

    async def hit(self, key: str, *, limit: int, per_seconds: float) -> None:
        """Count a hit unless the window is full."""
        self._server.answer()
        now = self._server.monotonic()
        hits = self._server.hits[key]
        while hits and hits[0] <= now - per_seconds:
            hits.popleft()
        if len(hits) >= limit:
            raise RateLimited((hits[0] if hits else now) + per_seconds - now)
        hits.append(now)


class FakeBacklog:
    """Turns in a list."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server

    async def put(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Keep a turn."""
        self._server.answer()
        ticket = secrets.token_bytes(8)
        self._server.backlog.append(WaitingTurn(ticket=ticket, messages=tuple(messages), decision=decision))

    async def put_alert(self, alert: Alert) -> None:
        """Keep an alert."""
        self._server.answer()
        if alert.session_id is None:
            raise NotFound("session")
        ticket = secrets.token_bytes(8)
        self._server.backlog.append(WaitingTurn(ticket=ticket, messages=(), decision=None, alert=alert))

    async def waiting(self) -> tuple[WaitingTurn, ...]:
        """Everything kept."""
        self._server.answer()
        return tuple(self._server.backlog)

    async def settle(self, ticket: bytes) -> None:
        """Drop a turn."""
        self._server.answer()
        self._server.backlog[:] = [turn for turn in self._server.backlog if turn.ticket != ticket]


class FakeMemory:
    """One replica's view of the server: every port of memory, and `SessionMemory` itself."""

    def __init__(self, server: FakeServer | None = None, *, wait_seconds: float = 30.0) -> None:
        self.server = server or FakeServer()
        self.events = FakeEventLog(self.server)
        self.journal = FakeInputJournal(self.server)
        self.locks = FakeSessionLocks(self.server, wait_seconds=wait_seconds)
        self.limits = FakeRateLimits(self.server)
        self.backlog = FakeBacklog(self.server)

    async def forget(self, session_id: SessionId) -> None:
        """Drop everything of the session."""
        self.server.answer()
        for kept in (self.server.events, self.server.seen, self.server.open, self.server.tokens):
            kept.pop(session_id, None)

    async def ping(self) -> None:
        """Raise `Unavailable` while the server is down."""
        self.server.answer()
