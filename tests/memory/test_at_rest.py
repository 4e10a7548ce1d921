"""What lies in the store: everything expires, nothing is readable, nothing of a session is forgotten."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from redis.crc import key_slot

from domain.errors import NotFound
from domain.session import InputId, SessionId
from domain.turn import Form, Utterance
from memory.embedded import EmbeddedValkey
from memory.retention import Retention
from memory.sessions import KINDS
from tests.fakes.memory import FakeSessionKeys
from tests.memory.conftest import RedisReplica, redis_replica

pytestmark = pytest.mark.contract

MARKER = "张三丰MARKER胸口疼"


async def leave_traces(replica: RedisReplica, session_id: SessionId) -> None:
    """Write everything a session can have, the marker in each value, and leave a waiter in its queue."""
    for number in range(3):
        await replica.events.append(session_id, [{"type": "response.done", "text": MARKER}] * 3)
        utterance = Utterance(
            session_id=session_id,
            input_id=InputId(f"{MARKER}{number}"),
            at=datetime.now(UTC),
            form=Form(name="identity", fields={"name": MARKER}),
        )
        await replica.journal.accept(utterance)
    await replica.journal.finish(session_id, InputId(f"{MARKER}0"))
    config: RunnableConfig = {"configurable": {"thread_id": session_id, "checkpoint_ns": ""}}
    checkpoint = {**empty_checkpoint(), "channel_values": {"said": MARKER}}
    stored = await replica.checkpointer.aput(config, checkpoint, {"source": "loop"}, {})  # type: ignore[arg-type]  # a copy with other values
    await replica.checkpointer.aput_writes(stored, [("said", MARKER)], "task")
    await replica.limits.hit(MARKER, limit=5, per_seconds=60)


async def names(replica: RedisReplica) -> list[bytes]:
    """Every key of this replica's prefix."""
    return list(await replica.connection.call("KEYS", f"{replica.connection.prefix}:*"))


async def test_every_key_expires(url: str, session_id: SessionId) -> None:
    """With a turn under way and another waiting, no key is without a time to live."""
    retention = Retention(session_seconds=500)
    prefix = f"test-{secrets.token_hex(4)}"
    async with (
        redis_replica(url, retention=retention, prefix=prefix) as replica,
        redis_replica(url, retention=retention, prefix=prefix) as second,
    ):
        async with replica.locks.hold(session_id):
            await leave_traces(replica, session_id)
            waiting = asyncio.create_task(wait_for(second, session_id))
            while not await replica.connection.call("EXISTS", replica.connection.key(session_id, "queue")):
                assert not waiting.done()
            found = await names(replica)
            lives = [await replica.connection.call("TTL", name) for name in found]
            await replica.connection.call("PING")
        await waiting
    assert len(found) == len(KINDS) + 1
    assert all(0 < life <= 500 for life in lives)


async def wait_for(replica: RedisReplica, session_id: SessionId) -> None:
    """Hold the session once."""
    async with replica.locks.hold(session_id):
        pass


async def test_every_key_of_a_session_stands_in_one_hash_slot(valkey_url: str, session_id: SessionId) -> None:
    """A cluster keeps a session on one node, so its scripts may touch several keys."""
    async with redis_replica(valkey_url) as replica:
        slots = {key_slot(replica.connection.key(session_id, kind).encode()) for kind in KINDS}
        assert slots == {key_slot(session_id.encode())}


async def test_forgetting_a_session_leaves_no_key_of_it(url: str, session_id: SessionId) -> None:
    """Its keys go, those of the others stay."""
    other = SessionId(f"{session_id}-other")
    async with redis_replica(url) as replica:
        async with replica.locks.hold(session_id):
            await leave_traces(replica, session_id)
            await leave_traces(replica, other)
            await replica.sessions.forget(session_id)
            left = await names(replica)
        assert not [name for name in left if f"{{{session_id}}}".encode() in name]
        assert [name for name in left if f"{{{other}}}".encode() in name]


def everything_under(directory: Path) -> bytes:
    """The bytes of all files."""
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def test_no_word_of_a_patient_is_readable_on_disk(tmp_path: Path, session_id: SessionId) -> None:
    """The append-only file, which holds every value ever written, shows none of them."""
    async with EmbeddedValkey(tmp_path) as server, redis_replica(server.url) as replica:
        await replica.connection.call("SET", "control", "READABLE CONTROL", "EX", 60)
        await leave_traces(replica, session_id)
    written = everything_under(tmp_path)
    assert b"READABLE CONTROL" in written, "the file is the one that was written to"
    for word in (MARKER, "MARKER", "张三丰", "response.done", "identity"):
        assert word.encode() not in written


async def test_a_destroyed_key_makes_a_session_unreadable(valkey_url: str, session_id: SessionId) -> None:
    """Events and inputs are still there, and no replica can read or add to them."""
    keys = FakeSessionKeys()
    async with redis_replica(valkey_url, keys=keys) as replica:
        await leave_traces(replica, session_id)
        await keys.destroy(session_id)
        with pytest.raises(NotFound):
            await replica.events.since(session_id, 0)
        with pytest.raises(NotFound):
            await replica.events.append(session_id, [{"n": 1}])
        with pytest.raises(NotFound):
            await replica.journal.unfinished(session_id)
