"""One turn at a time per session, over all replicas, first come first served.

The lock is a lease with a heartbeat. Each holder gets a fencing token, larger than every earlier one
(the server's clock in µs), and the writes of a holder whose token is no longer the latest are refused
(`memory.fencing`). Tasks of one process queue locally; processes queue on the server, where a waiter
that stops asking loses its place. A waiter sleeps until the session is given back; only a crashed
holder or waiter is found by time. Giving back is sent with whatever is sent next and not waited for:
a later holder's question travels behind it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from domain.errors import LockLost, Unavailable
from domain.session import SessionId
from memory.connection import Connection, Script
from memory.fencing import holding
from memory.retention import Retention
from memory.signals import Signals

LEASE_SECONDS = 10.0
WAIT_SECONDS = 60.0

ACQUIRE = Script("""
-- keys: lock, fence, queue by arrival, queue by deadline · arguments: holder, lease ms, session s, waiter ms
local clock = redis.call('TIME')
local us = clock[1] * 1000000 + clock[2]
local now = math.floor(us / 1000)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now)) do
  redis.call('ZREM', KEYS[3], gone)
  redis.call('ZREM', KEYS[4], gone)
end
local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
if redis.call('EXISTS', KEYS[1]) == 0 and (not first or first == ARGV[1]) then
  local token = math.max(us, (tonumber(redis.call('GET', KEYS[2])) or 0) + 1)
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  redis.call('SET', KEYS[2], string.format('%.0f', token), 'EX', ARGV[3])
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  return {1, string.format('%.0f', token)}
end
redis.call('ZADD', KEYS[3], 'NX', string.format('%.0f', us), ARGV[1])
redis.call('ZADD', KEYS[4], string.format('%.0f', now + ARGV[4]), ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('PEXPIRE', KEYS[4], ARGV[4])
return {0, redis.call('PTTL', KEYS[1])}
""")

RENEW = Script("""
-- keys: lock, fence · arguments: holder, lease ms, token
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] or (not holder and redis.call('GET', KEYS[2]) == ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
""")

LEAVE = Script("""
-- keys: lock, queue by arrival, queue by deadline · arguments: holder
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then redis.call('DEL', KEYS[1]) end
if (not holder or holder == ARGV[1]) and redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('PUBLISH', KEYS[1], '0')
end
return 1
""")


class RedisFence:
    """One holding of a session, kept alive until it is left."""

    def __init__(
        self, connection: Connection, session_id: SessionId, *, holder: str, token: int, lease_seconds: float
    ) -> None:
        self._connection = connection
        self._lock = connection.key(session_id, "lock")
        self._fence = connection.key(session_id, "fence")
        self._holder = holder
        self._token = token
        self._lease_seconds = lease_seconds
        self._is_lost = False
        self._timer: asyncio.TimerHandle | None = None
        self._renewal: asyncio.Task[None] | None = None

    @property
    def token(self) -> int:
        """A later holder's token is larger."""
        return self._token

    async def check(self) -> None:
        """Ask the server whether this is still the latest holder.

        Raises:
            LockLost: it is not.
        """
        if self._is_lost or await self._connection.call("GET", self._fence) != str(self._token).encode():
            raise LockLost("memory")

    def beat(self) -> None:
        """Renew the lease three times before it would run out, for as long as it is held."""
        self._timer = asyncio.get_running_loop().call_later(self._lease_seconds / 3, self._start_renewal)

    def stop(self) -> None:
        """Let the lease run out."""
        if self._timer:
            self._timer.cancel()
        if self._renewal:
            self._renewal.cancel()

    def _start_renewal(self) -> None:
        self._renewal = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        lease_ms = int(self._lease_seconds * 1000)
        with suppress(Unavailable):
            held = await self._connection.run(
                RENEW, (self._lock, self._fence), (self._holder, lease_ms, str(self._token))
            )
            self._is_lost = not held
        if not self._is_lost:
            self.beat()


class RedisSessionLocks:
    """`SessionLocks` with a lease per session."""

    def __init__(
        self,
        connection: Connection,
        signals: Signals,
        retention: Retention,
        *,
        lease_seconds: float = LEASE_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._connection = connection
        self._signals = signals
        self._retention = retention
        self._lease_seconds = lease_seconds
        self._wait_seconds = wait_seconds
        self._local: dict[SessionId, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, session_id: SessionId) -> AsyncIterator[RedisFence]:
        """Wait for the session, hold it with a heartbeat, give it back.

        Raises:
            Unavailable: the session stayed busy for the waiting time ("session lock"), or the server
                does not answer ("memory").
        """
        deadline = asyncio.get_running_loop().time() + self._wait_seconds
        holder = secrets.token_hex(8)
        async with self._first_here(session_id, deadline):
            try:
                token = await self._acquire(session_id, holder, deadline)
                fence = RedisFence(
                    self._connection, session_id, holder=holder, token=token, lease_seconds=self._lease_seconds
                )
                fence.beat()
                try:
                    with holding(session_id, token):
                        yield fence
                finally:
                    fence.stop()
            finally:
                self._connection.tell(LEAVE, self._keys(session_id, "lock", "queue", "waiting"), (holder,))

    @asynccontextmanager
    async def _first_here(self, session_id: SessionId, deadline: float) -> AsyncIterator[None]:
        """One task of this process at a time asks the server for a session."""
        lock, users = self._local.get(session_id, (asyncio.Lock(), 0))
        self._local[session_id] = (lock, users + 1)
        try:
            try:
                async with asyncio.timeout_at(deadline):
                    await lock.acquire()
            except TimeoutError:
                raise Unavailable("session lock") from None
            try:
                yield
            finally:
                lock.release()
        finally:
            users = self._local[session_id][1] - 1
            if users:
                self._local[session_id] = (lock, users)
            else:
                del self._local[session_id]

    async def _acquire(self, session_id: SessionId, holder: str, deadline: float) -> int:
        if token := (await self._ask(session_id, holder))[0]:
            return token
        now = asyncio.get_running_loop().time
        async with self._signals.listen(self._connection.key(session_id, "lock")) as signal:
            while (left := deadline - now()) > 0:
                token, lease_left = await self._ask(session_id, holder)
                if token:
                    return token
                await signal.wait(min(left, lease_left, self._lease_seconds / 3))
        raise Unavailable("session lock")

    async def _ask(self, session_id: SessionId, holder: str) -> tuple[int, float]:
        """The token, or 0 and the seconds after which asking again is worth while in any case."""
        lease_ms = int(self._lease_seconds * 1000)
        granted, value = await self._connection.run(
            ACQUIRE,
            self._keys(session_id, "lock", "fence", "queue", "waiting"),
            (holder, lease_ms, self._retention.session_seconds, lease_ms),
        )
        if granted:
            return int(value), 0.0
        lease_left_ms = int(value)
        is_held = lease_left_ms >= 0
        return 0, (lease_left_ms + 1) / 1000 if is_held else self._lease_seconds / 3

    def _keys(self, session_id: SessionId, *kinds: str) -> tuple[str, ...]:
        return tuple(self._connection.key(session_id, kind) for kind in kinds)
