"""A replica's connection to Redis (6.2 or newer) or Valkey.

Every call has a deadline and every failure becomes `Unavailable("memory")`; the next call connects
anew, so a server that comes back is used again without further ado. Calls of the same tick of the
event loop share one round trip (`asyncio.gather` makes a batch), and while a round trip is under way
later calls collect for the next one. Nothing is ever sent twice; a call that failed for want of an
answer may still take effect.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, TypeAlias

from hiredis import pack_command
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from domain.errors import LockLost, SettingsError, Unavailable
from domain.session import SessionId
from memory.fencing import held_token

CALL_SECONDS = 0.8
"""How long one round trip may take, connecting included."""

Argument: TypeAlias = bytes | str | int
Command: TypeAlias = tuple[Argument, ...]
Reply: TypeAlias = Any

FENCED = """
local function fenced(key, token)
  return token ~= '' and redis.call('GET', key) ~= token
end
local LOST = redis.error_reply('FENCED another worker holds the session')
"""
"""Lua for every script that writes: whether the writer's token ('' for none) is no longer the latest."""


class Script:
    """A Lua script, atomic on the server; all its keys belong to one session."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()


class Connection:
    """Calls to the server, and the names of its keys: `prefix:{session}:kind`, one hash slot a session."""

    def __init__(self, url: str, *, prefix: str = "banyi", call_seconds: float = CALL_SECONDS) -> None:
        """Prepare to talk to `url` (redis://, rediss:// or unix://); nothing is opened before the first call.

        Raises:
            SettingsError: the URL is not one of these.
        """
        try:
            self._links = ConnectionPool.from_url(
                url, protocol=2, socket_timeout=None, retry=Retry(NoBackoff(), 0), health_check_interval=0
            )
        except ValueError as error:
            raise SettingsError("redis_url", str(error)) from error
        self._link = self._links.make_connection()  # type: ignore[no-untyped-call]
        self._url = url
        self._call_seconds = call_seconds
        self._waiting: list[tuple[Command, asyncio.Future[Reply]]] = []
        self._sender: asyncio.Task[None] | None = None
        self.prefix = prefix

    def key(self, session_id: SessionId, kind: str) -> str:
        """The name under which a session's `kind` is kept."""
        return f"{self.prefix}:{{{session_id}}}:{kind}"

    def fence(self, session_id: SessionId) -> tuple[str, str]:
        """The key of the session's latest token, and the running task's token ('' for none)."""
        token = held_token(session_id)
        return self.key(session_id, "fence"), "" if token is None else str(token)

    def subscriber(self) -> Redis:
        """A client of its own for subscriptions, whose reads may wait for ever."""
        return Redis.from_url(self._url, protocol=2, socket_timeout=None, retry=Retry(NoBackoff(), 0))

    async def call(self, *command: Argument) -> Reply:
        """Send one command.

        Raises:
            Unavailable: no answer in time, or a refusal.
        """
        try:
            return await self._queue(command)
        except RedisError as error:
            raise Unavailable("memory") from error

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Argument]) -> Reply:
        """Run a script.

        Raises:
            LockLost: the script found the writer's fencing token outdated.
            Unavailable: no answer in time, or a refusal.
        """
        tail = (len(keys), *keys, *arguments)
        try:
            try:
                return await self._queue(("EVALSHA", script.sha, *tail))
            except NoScriptError:
                return await self._queue(("EVAL", script.source, *tail))
        except RedisError as error:
            if str(error).startswith("FENCED"):
                raise LockLost("memory") from error
            raise Unavailable("memory") from error

    def tell(self, script: Script, keys: Sequence[str], arguments: Sequence[Argument]) -> None:
        """Run a script with the next round trip; whether it succeeds is not told."""
        future = self._queue(("EVAL", script.source, len(keys), *keys, *arguments))
        future.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def aclose(self) -> None:
        """Send what waits and close every socket."""
        if self._sender:
            await asyncio.wait([self._sender])
        await self._link.disconnect()

    def _queue(self, command: Command) -> asyncio.Future[Reply]:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())
        return future

    async def _send(self) -> None:
        """Send what waits, one round trip after the other; a failed one fails all that waits by then."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                async with asyncio.timeout(self._call_seconds):
                    replies = await self._round_trip([command for command, _ in batch])
                for (_, future), reply in zip(batch, replies, strict=True):
                    _settle(future, reply)
            except (RedisError, OSError, TimeoutError) as error:
                batch += self._waiting
                self._waiting = []
                for _, future in batch:
                    _settle(future, _lost(error))
            finally:
                for _, future in batch:
                    future.cancel()

    async def _round_trip(self, commands: list[Command]) -> list[Reply]:
        """The reply to each command; an error reply is its exception.

        There is one link, made anew when the server closed it; only `_send` uses it, one batch at a time.
        """
        link = self._link
        await self._links.ensure_connection(link)
        packed = [pack_command(command) for command in commands]  # type: ignore[arg-type]  # its stub wants one-tuples
        await link.send_packed_command(packed, check_health=False)
        replies: list[Reply] = []
        for _ in commands:
            try:
                replies.append(await link.read_response())
            except ResponseError as error:
                replies.append(error)
        return replies


def _lost(cause: Exception) -> RedisError:
    """An error of its own for each caller, so that their tracebacks do not mix."""
    error = RedisError("the round trip failed")
    error.__cause__ = cause
    return error


def _settle(future: asyncio.Future[Reply], reply: Reply) -> None:
    if future.done():
        return
    if isinstance(reply, RedisError):
        future.set_exception(reply)
    else:
        future.set_result(reply)
