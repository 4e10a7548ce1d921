"""Rate limits: an exact sliding window per key, on the server's clock."""

from __future__ import annotations

from hashlib import blake2b

from domain.errors import RateLimited
from memory.connection import Connection, Script

HIT = Script("""
-- keys: window · arguments: limit, window µs
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[2]))
local hits = redis.call('ZCARD', KEYS[1])
if hits >= tonumber(ARGV[1]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  if not oldest then return ARGV[2] end
  return string.format('%.0f', oldest + ARGV[2] - now)
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), string.format('%.0f:%d', now, hits))
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] / 1000))
return ''
""")

_MICRO = 1_000_000


class RedisRateLimits:
    """`RateLimits` with a sorted set of hits per key; a refused hit does not count."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def hit(self, key: str, *, limit: int, per_seconds: float) -> None:
        """Count one event under `key`, of which only a hash is stored: it may be an address.

        Raises:
            RateLimited: more than `limit` in the window.
        """
        name = blake2b(key.encode(), digest_size=16).hexdigest()
        window = f"{self._connection.prefix}:limit:{{{name}}}"
        left = await self._connection.run(HIT, (window,), (limit, int(per_seconds * _MICRO)))
        if left:
            raise RateLimited(int(left) / _MICRO)
