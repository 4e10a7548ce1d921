"""Real servers, started once per test process, and two replicas on one server, fake or real."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.ports import EventLog, InputJournal, RateLimits, SessionKeys, SessionLocks, SessionMemory
from domain.session import SessionId
from memory.checkpointer import RedisCheckpointer
from memory.connection import Connection
from memory.embedded import EmbeddedValkey
from memory.events import RedisEventLog
from memory.journal import RedisInputJournal
from memory.limits import RedisRateLimits
from memory.locks import RedisSessionLocks
from memory.retention import Retention
from memory.sessions import RedisSessionMemory
from memory.signals import Signals
from tests.fakes.memory import FakeMemory, FakeServer, FakeSessionKeys

DEBIAN_REDIS = Path("/usr/bin/redis-server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One process's view of memory. `expire_lock` lets a holder's lease run out unnoticed."""

    events: EventLog
    journal: InputJournal
    locks: SessionLocks
    limits: RateLimits
    sessions: SessionMemory
    expire_lock: Callable[[SessionId], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisReplica(Replica):
    """A replica on a real server."""

    connection: Connection
    signals: Signals
    keys: SessionKeys
    checkpointer: RedisCheckpointer


@asynccontextmanager
async def redis_replica(
    url: str,
    *,
    keys: SessionKeys | None = None,
    prefix: str | None = None,
    retention: Retention | None = None,
    lease_seconds: float = 10.0,
    wait_seconds: float = 10.0,
) -> AsyncIterator[RedisReplica]:
    """A replica with a random key prefix unless one is given, closed at the end."""
    keys, retention = keys or FakeSessionKeys(), retention or Retention()
    connection = Connection(url, prefix=prefix or f"test-{secrets.token_hex(4)}")
    signals = Signals(connection)

    async def expire_lock(session_id: SessionId) -> None:
        await connection.call("DEL", connection.key(session_id, "lock"))

    try:
        yield RedisReplica(
            events=RedisEventLog(connection, keys, signals, retention),
            journal=RedisInputJournal(connection, keys, retention),
            locks=RedisSessionLocks(
                connection, signals, retention, lease_seconds=lease_seconds, wait_seconds=wait_seconds
            ),
            limits=RedisRateLimits(connection),
            sessions=RedisSessionMemory(connection),
            expire_lock=expire_lock,
            connection=connection,
            signals=signals,
            keys=keys,
            checkpointer=RedisCheckpointer(connection, keys, retention),
        )
    finally:
        await signals.aclose()
        await connection.aclose()


def fake_replica(server: FakeServer) -> Replica:
    """A replica on the fake server."""
    memory = FakeMemory(server, wait_seconds=10.0)

    async def expire_lock(session_id: SessionId) -> None:
        memory.locks.expire(session_id)

    return Replica(
        events=memory.events,
        journal=memory.journal,
        locks=memory.locks,
        limits=memory.limits,
        sessions=memory,
        expire_lock=expire_lock,
    )


def _served(directory: Path, program: Path | None = None) -> Iterator[str]:
    server = EmbeddedValkey(directory, program=program)
    asyncio.run(server.start())
    yield server.url
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded Valkey of the wheel."""
    yield from _served(tmp_path_factory.mktemp("valkey"))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's Redis 7."""
    yield from _served(tmp_path_factory.mktemp("redis"), DEBIAN_REDIS)


@pytest.fixture(params=["valkey", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    """Each real server in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["fake", "valkey", "redis"])
def server(request: pytest.FixtureRequest) -> FakeServer | str:
    """The fake server, then the URL of each real one."""
    return FakeServer() if request.param == "fake" else str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def pair(server: FakeServer | str) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas on one server."""
    if isinstance(server, FakeServer):
        yield fake_replica(server), fake_replica(server)
        return
    keys, prefix = FakeSessionKeys(), f"test-{secrets.token_hex(4)}"
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(redis_replica(server, keys=keys, prefix=prefix))
        second = await stack.enter_async_context(redis_replica(server, keys=keys, prefix=prefix))
        yield first, second


@pytest.fixture
def session_id() -> SessionId:
    """A session nobody else uses."""
    return SessionId(f"s-{secrets.token_hex(8)}")
