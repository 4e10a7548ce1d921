"""The connection: batches, deadlines, outages, and coming back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig

from domain.errors import BanyiError, SettingsError, Unavailable
from domain.session import InputId, SessionId
from domain.turn import Json, Utterance
from memory.connection import Connection, Script
from memory.embedded import EmbeddedValkey
from tests.memory.conftest import RedisReplica, redis_replica
from tests.memory.test_journal import NOON

pytestmark = pytest.mark.contract

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


async def packets(connection: Connection) -> int:
    """How often the server has read from a socket so far."""
    info = (await connection.call("INFO", "stats")).decode()
    return int(dict(line.split(":", 1) for line in info.splitlines() if ":" in line)["total_reads_processed"])


async def test_calls_of_one_tick_share_a_round_trip(url: str) -> None:
    """Fifty calls started together reach the server in one or two reads, each with its own answer."""
    async with redis_replica(url) as replica:
        name = f"{replica.connection.prefix}:n"
        before = await packets(replica.connection)
        calls = (replica.connection.call("INCR", name) for _ in range(50))
        assert await asyncio.gather(*calls) == list(range(1, 51))
        await replica.connection.call("EXPIRE", name, 60)
        assert await packets(replica.connection) - before <= 4


async def test_a_refused_call_does_not_touch_the_others_of_its_batch(url: str) -> None:
    """Each caller gets its own answer or its own error."""
    async with redis_replica(url) as replica:
        name = f"{replica.connection.prefix}:text"
        results = await asyncio.gather(
            replica.connection.call("SET", name, "x", "EX", 60),
            replica.connection.call("INCR", name),
            replica.connection.call("GET", name),
            return_exceptions=True,
        )
        assert (results[0], results[2]) == (b"OK", b"x")
        assert isinstance(results[1], Unavailable)


async def test_a_script_the_server_does_not_know_is_sent_whole_once(url: str) -> None:
    """Also after the server forgot it."""
    async with redis_replica(url) as replica:
        name = f"{replica.connection.prefix}:sum"
        assert await replica.connection.run(ADD, (name,), (2,)) == 2
        await replica.connection.call("SCRIPT", "FLUSH")
        assert await asyncio.gather(*(replica.connection.run(ADD, (name,), (1,)) for _ in range(3))) == [3, 4, 5]
        await replica.connection.call("EXPIRE", name, 60)


async def test_a_caller_that_is_cancelled_leaves_the_others_alone(url: str) -> None:
    """The batch goes on without it."""
    async with redis_replica(url) as replica:
        gone = asyncio.create_task(replica.connection.call("PING"))
        stays = asyncio.create_task(replica.connection.call("PING"))
        asyncio.get_running_loop().call_soon(gone.cancel)
        assert await stays == b"PONG"
        await asyncio.wait([gone])
        assert await replica.connection.call("PING") == b"PONG"


@pytest.mark.parametrize("url", ["http://somewhere", "not a url", ""])
def test_a_url_of_another_kind_is_a_wrong_setting(url: str) -> None:
    """The service does not start with it."""
    with pytest.raises(SettingsError, match="redis_url"):
        Connection(url)


async def everything(replica: RedisReplica, session_id: SessionId) -> list[BaseException | object]:
    """One call of every method of every port, at once."""
    config: RunnableConfig = {"configurable": {"thread_id": session_id}}
    said = Utterance(session_id=session_id, input_id=InputId("i"), at=NOON, text="在吗")

    async def hold() -> None:
        async with replica.locks.hold(session_id):
            pass

    calls = (
        replica.events.append(session_id, [{"n": 1}]),
        replica.events.since(session_id, 0),
        anext(aiter(replica.events.follow(session_id, 0))),
        replica.journal.accept(said),
        replica.journal.finish(session_id, said.input_id),
        replica.journal.unfinished(session_id),
        hold(),
        replica.limits.hit("k", limit=9, per_seconds=60),
        replica.sessions.ping(),
        replica.checkpointer.aget_tuple(config),
        replica.sessions.forget(session_id),
    )
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_with_the_server_gone_every_call_fails_at_once_and_works_again_afterwards(
    tmp_path: Path, session_id: SessionId
) -> None:
    """A stopped server means `Unavailable`, a started one is used without further ado."""
    server = EmbeddedValkey(tmp_path)
    await server.start()
    async with redis_replica(server.url) as replica:
        await replica.events.append(session_id, [{"n": 0}])
        await server.stop()
        for _ in range(2):
            async with asyncio.timeout(1):
                failures = await everything(replica, session_id)
            assert [type(failure) for failure in failures] == [Unavailable] * len(failures)
        await server.start()
        assert [event["n"] for event in await replica.events.since(session_id, 0)] == [0]
        assert not [result for result in await everything(replica, session_id) if isinstance(result, BaseException)]
    await server.stop()


async def test_with_the_server_hanging_every_call_fails_within_a_second(tmp_path: Path, session_id: SessionId) -> None:
    """A server that takes calls and does not answer is as good as gone, and is used again when it answers."""
    async with EmbeddedValkey(tmp_path) as server, redis_replica(server.url) as replica:
        other = SessionId(f"{session_id}-other")
        await replica.events.append(other, [{"n": 0}])
        pid = await server_pid(replica)
        os.kill(pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(1.5):
                failures = await everything(replica, session_id)
            assert [type(failure) for failure in failures] == [Unavailable] * len(failures)
        finally:
            os.kill(pid, signal.SIGCONT)
        await replica.sessions.ping()
        assert (await replica.events.since(other, 0))[0]["n"] == 0


async def server_pid(replica: RedisReplica) -> int:
    """The server's process id."""
    info = (await replica.connection.call("INFO", "server")).decode()
    return int(dict(line.split(":", 1) for line in info.splitlines() if ":" in line)["process_id"])


async def test_a_follower_outlives_a_restart_of_the_server(tmp_path: Path, session_id: SessionId) -> None:
    """What was appended while it could not hear follows when it hears again."""
    server = EmbeddedValkey(tmp_path)
    await server.start()
    async with redis_replica(server.url) as replica:
        follower = replica.events.follow(session_id, 0)
        await replica.events.append(session_id, [{"n": 1}])
        assert (await anext(aiter(follower)))["n"] == 1
        coming = asyncio.create_task(_next(follower))
        await server.stop()
        await server.start()
        await _until_available(replica)
        await replica.events.append(session_id, [{"n": 2}])
        async with asyncio.timeout(5):
            assert (await coming)["n"] == 2
    await server.stop()


async def _next(follower: AsyncIterator[dict[str, Json]]) -> dict[str, Json]:
    return await anext(follower)


async def _until_available(replica: RedisReplica) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                return await replica.sessions.ping()
            except BanyiError:
                continue
