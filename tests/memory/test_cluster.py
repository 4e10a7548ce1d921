"""In a cluster: no script and no command ever touches keys of two hash slots."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.errors import Unavailable
from domain.session import SessionId
from memory.connection import Connection
from tests.memory.conftest import DEBIAN_REDIS, redis_replica
from tests.memory.test_at_rest import leave_traces, names

pytestmark = pytest.mark.contract

HIGHEST_PORT = 40_000
"""The cluster's own port is 10,000 higher."""


def free_port() -> int:
    """A port nobody listens on."""
    for port in range(20_000, HIGHEST_PORT):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("no free port")


@pytest.fixture
async def cluster_url(tmp_path: Path) -> AsyncIterator[str]:
    """A cluster of one node that owns every slot."""
    port = free_port()
    options = ("--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", "", "--logfile", "log")
    server = await asyncio.create_subprocess_exec(
        DEBIAN_REDIS, "--port", str(port), "--cluster-enabled", "yes", *options
    )
    connection = Connection(f"redis://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(20):
            while not await _answer(connection, "PING"):
                assert server.returncode is None
            await connection.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            while b"cluster_state:ok" not in await _answer(connection, "CLUSTER", "INFO"):
                assert server.returncode is None
        yield f"redis://127.0.0.1:{port}"
    finally:
        await connection.aclose()
        server.terminate()
        await server.wait()


async def _answer(connection: Connection, *command: str) -> bytes:
    try:
        return bytes(await connection.call(*command))
    except Unavailable:
        return b""


async def test_a_whole_session_runs_and_is_forgotten_in_a_cluster(cluster_url: str, session_id: SessionId) -> None:
    """Lock, events, journal, checkpoint, limits and forgetting, each within one slot."""
    async with redis_replica(cluster_url) as replica:
        async with replica.locks.hold(session_id) as fence:
            await leave_traces(replica, session_id)
            await fence.check()
        follower = replica.events.follow(session_id, 0)
        async with asyncio.timeout(5):
            assert [(await anext(aiter(follower)))["seq"] for _ in range(9)] == list(range(1, 10))
        assert len(await replica.journal.unfinished(session_id)) == 2
        await replica.sessions.forget(session_id)
        assert not [name for name in await names(replica) if f"{{{session_id}}}".encode() in name]
