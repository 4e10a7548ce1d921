"""The session's numbered events, in one stream per session.

An event's number is authenticated with it, so it must be known before sealing: the writer guesses that
nobody else has written since it last looked, and the server refuses a wrong guess and names the number
to go on from. Numbers therefore never skip, with any number of writers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence

import orjson

from domain.ports import SessionKeys
from domain.session import SessionId
from domain.turn import Json
from memory.connection import FENCED, Connection, Script
from memory.crypto import seal, unseal
from memory.retention import Retention
from memory.signals import Signals

REMEMBERED_SESSIONS = 10_000
RECENT_EVENTS = 64

_LAST = """
local function last(stream)
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  if not newest then return 0, 0 end
  local ms, seq = string.match(newest[1], '(%d+)-(%d+)')
  return tonumber(seq), tonumber(ms)
end
"""

APPEND = Script(
    FENCED
    + _LAST
    + """
-- keys: stream, fence · arguments: token, expected last number, session s, replay ms, sealed events…
if fenced(KEYS[2], ARGV[1]) then return LOST end
local seq, ms = last(KEYS[1])
if seq ~= tonumber(ARGV[2]) then return -seq - 1 end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if now < ms then now = ms end
local floor = string.format('%.0f', now - ARGV[4])
for i = 5, #ARGV do
  seq = seq + 1
  redis.call('XADD', KEYS[1], 'MINID', '~', floor, string.format('%.0f-%.0f', now, seq), 'e', ARGV[i])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', KEYS[1], string.format('%.0f', seq))
return seq
"""
)

SINCE = Script(
    _LAST
    + """
-- keys: stream · arguments: number already seen
local seq = last(KEYS[1])
local missing = seq - tonumber(ARGV[1])
if missing <= 0 then return {} end
return redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', missing)
"""
)


class RedisEventLog:
    """`EventLog` on a stream per session."""

    def __init__(self, connection: Connection, keys: SessionKeys, signals: Signals, retention: Retention) -> None:
        self._connection = connection
        self._keys = keys
        self._signals = signals
        self._retention = retention
        self._last: OrderedDict[SessionId, int] = OrderedDict()
        self._recent: dict[SessionId, dict[int, dict[str, Json]]] = {}
        self._followers: dict[SessionId, int] = {}

    async def append(self, session_id: SessionId, events: Sequence[dict[str, Json]]) -> tuple[int, ...]:
        """Number and store events; returns their `seq`, 1 first, none missing.

        Raises:
            LockLost: the running task holds the session under an outdated token.
        """
        if not events:
            return ()
        key = await self._keys.key(session_id)
        plain = [orjson.dumps(event) for event in events]
        stream = self._connection.key(session_id, "events")
        fence, token = self._connection.fence(session_id)
        limits = (self._retention.session_seconds, self._retention.replay_seconds * 1000)
        last = self._last.get(session_id, 0)
        while True:
            sealed = [seal(key, text, _context(session_id, last + i)) for i, text in enumerate(plain, 1)]
            reply = await self._connection.run(APPEND, (stream, fence), (token, last, *limits, *sealed))
            if reply >= 0:
                break
            last = -reply - 1
        numbers = tuple(range(last + 1, last + 1 + len(plain)))
        self._remember(session_id, numbers[-1])
        if session_id in self._recent:
            self._recent[session_id] |= {seq: {**event, "seq": seq} for seq, event in zip(numbers, events, strict=True)}
        return numbers

    async def since(self, session_id: SessionId, seq: int) -> tuple[dict[str, Json], ...]:
        """Every stored event with a larger `seq`, in order, each with its `seq`."""
        return tuple(event for _, event in await self._read(session_id, seq))

    async def follow(self, session_id: SessionId, seq: int) -> AsyncGenerator[dict[str, Json]]:
        """Events with a larger `seq` as they are appended, by any replica, without end.

        A server that goes away is waited for; what was appended meanwhile follows then.

        Raises:
            Unavailable: the log could not be read.
        """
        self._followers[session_id] = self._followers.get(session_id, 0) + 1
        recent = self._recent.setdefault(session_id, {})
        try:
            async with self._signals.listen(self._connection.key(session_id, "events")) as signal:
                while True:
                    while event := recent.get(seq + 1):
                        seq += 1
                        yield dict(event)
                    if signal.unheard or signal.number > seq:
                        signal.unheard = False
                        for number, stored in await self._read(session_id, seq):
                            seq = number
                            yield stored
                    for old in [number for number in recent if number <= max(recent) - RECENT_EVENTS]:
                        del recent[old]
                    await signal.wait()
        finally:
            self._followers[session_id] -= 1
            if not self._followers[session_id]:
                del self._followers[session_id], self._recent[session_id]

    async def _read(self, session_id: SessionId, seq: int) -> list[tuple[int, dict[str, Json]]]:
        entries = await self._connection.run(SINCE, (self._connection.key(session_id, "events"),), (max(seq, 0),))
        if not entries:
            return []
        key = await self._keys.key(session_id)
        events = []
        for name, (_, sealed) in reversed(entries):
            number = int(name.partition(b"-")[2])
            event = orjson.loads(unseal(key, sealed, _context(session_id, number)))
            events.append((number, {**event, "seq": number}))
        self._remember(session_id, events[-1][0])
        return events

    def _remember(self, session_id: SessionId, last: int) -> None:
        """Keep the number to guess from; a forgotten one costs a second round trip."""
        self._last[session_id] = last
        self._last.move_to_end(session_id)
        if len(self._last) > REMEMBERED_SESSIONS:
            self._last.popitem(last=False)


def _context(session_id: SessionId, seq: int) -> bytes:
    return f"event:{session_id}:{seq}".encode()
