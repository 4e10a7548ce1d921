"""The LangGraph checkpointer: the published conformance suite on both servers, and what it does not ask."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypedDict

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata, empty_checkpoint
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from domain.errors import CodecError, LockLost, NotFound
from domain.session import Option, Pending, PendingKind, SessionId
from memory.checkpointer import RedisCheckpointer
from memory.codec import Codec
from memory.connection import Connection
from memory.retention import Retention
from tests.fakes.memory import FakeSessionKeys
from tests.memory.conftest import redis_replica

pytestmark = pytest.mark.contract

STEP: CheckpointMetadata = {"source": "loop", "step": 1, "parents": {}}
BASE = {"put", "put_writes", "get_tuple", "list", "delete_thread"}


class Talk(TypedDict, total=False):
    """The state of the example graph."""

    said: tuple[str, ...]
    pending: Pending | None


def listen(state: Talk) -> Talk:
    """Keep the last four messages and ask again."""
    said = state["said"][-4:]
    option = Option(label="是", value="yes")
    return {
        "said": said,
        "pending": Pending(id="p1", kind=PendingKind.RED_FLAG, question="?", subject="RF-001", options=(option,)),
    }


class Node(Protocol):
    """A step of the example graph."""

    def __call__(self, state: Talk) -> Talk:
        """The state after it."""


def graph(checkpointer: RedisCheckpointer, answer: Node = listen) -> CompiledStateGraph[Talk, None, Talk, Talk]:
    """Two nodes on the checkpointer."""
    builder: StateGraph[Talk, None, Talk, Talk] = StateGraph(Talk)
    builder.add_node("listen", listen)
    builder.add_node("answer", answer)
    builder.add_edge(START, "listen")
    builder.add_edge("listen", "answer")
    builder.add_edge("answer", END)
    return builder.compile(checkpointer=checkpointer)


def thread(session_id: SessionId, checkpoint_id: str | None = None) -> RunnableConfig:
    """The config of a session's root namespace."""
    named = {"checkpoint_id": checkpoint_id} if checkpoint_id else {}
    return {"configurable": {"thread_id": session_id, "checkpoint_ns": "", **named}}


def checkpoint(**values: Any) -> Checkpoint:
    """A new checkpoint holding `values`."""
    return {**empty_checkpoint(), "channel_values": values, "channel_versions": dict.fromkeys(values, "1")}


async def test_the_conformance_suite_passes_in_all_five_base_capabilities(url: str) -> None:
    """langgraph-checkpoint-conformance finds nothing wrong, on Valkey and on Redis 7."""

    @checkpointer_test(name=f"banyi {secrets.token_hex(4)}")
    async def saver() -> AsyncIterator[RedisCheckpointer]:
        async with redis_replica(url) as replica:
            yield replica.checkpointer

    report = await validate(saver, capabilities=BASE)
    failures = [failure for name in BASE for failure in report.results[name].failures]
    assert failures == []
    assert [name for name in BASE if report.results[name].passed] == list(BASE)


async def test_a_graph_goes_on_where_another_replica_left_it(url: str, session_id: SessionId) -> None:
    """State with registered types comes back equal, from the other replica's checkpoint."""
    keys, prefix = FakeSessionKeys(), secrets.token_hex(4)
    async with (
        redis_replica(url, keys=keys, prefix=prefix) as first,
        redis_replica(url, keys=keys, prefix=prefix) as second,
    ):
        config = thread(session_id)
        written = await graph(first.checkpointer).ainvoke({"said": ("头疼",)}, config, durability="exit")
        state = await graph(second.checkpointer).aget_state(config)
        assert state.values == written
        assert isinstance(state.values["pending"], Pending)
        assert state.next == ()


async def test_only_the_last_checkpoints_of_each_namespace_stay(valkey_url: str, session_id: SessionId) -> None:
    """Older ones go together with their writes; another namespace is counted on its own."""
    async with redis_replica(valkey_url, retention=Retention(checkpoints=4)) as replica:
        saver = replica.checkpointer
        child: RunnableConfig = {"configurable": {"thread_id": session_id, "checkpoint_ns": "child:1"}}
        kept_child = await saver.aput(child, checkpoint(), {}, {})
        stored = []
        for turn in range(7):
            stored.append(await saver.aput(thread(session_id), checkpoint(turn=turn), {"step": turn}, {}))
            await saver.aput_writes(stored[-1], [("turn", turn)], "task")
        listed = [found.metadata["step"] async for found in saver.alist(thread(session_id))]
        assert listed == [6, 5, 4, 3]
        assert [await saver.aget_tuple(config) for config in stored[:3]] == [None] * 3
        assert await saver.aget_tuple(kept_child) is not None
        fields = await replica.connection.call("HKEYS", replica.connection.key(session_id, "checkpoints"))
        assert len([field for field in fields if field.startswith(b"w")]) == 4
        assert len([field for field in fields if field.startswith(b"c")]) == 5


async def test_a_turn_costs_the_same_after_200_turns(url: str, session_id: SessionId) -> None:
    """Commands and bytes of the last ten of 200 turns are those of the first ten, within a few bytes."""
    async with redis_replica(url) as replica:
        app, costs = graph(replica.checkpointer), []
        for turn in range(200):
            before = await spent(replica.connection)
            await app.ainvoke({"said": (f"{turn:04d}",) * 4}, thread(session_id), durability="exit")
            costs.append(
                [after - earlier for after, earlier in zip(await spent(replica.connection), before, strict=True)]
            )
        early, late = costs[10:20], costs[190:]
        commands = {cost[0] for cost in early + late}
        assert commands == {3}, "one call to load, one to save, and the INFO that measures"
        for traffic in (1, 2):
            assert sum(cost[traffic] for cost in late) <= 1.02 * sum(cost[traffic] for cost in early)
        assert await replica.connection.call("HLEN", replica.connection.key(session_id, "checkpoints")) <= 4
        memory = await replica.connection.call("MEMORY", "USAGE", replica.connection.key(session_id, "checkpoints"))
        assert memory < 16_384


async def spent(connection: Connection) -> tuple[int, int, int]:
    """Calls the server was sent, bytes it read, bytes it wrote so far; calls inside scripts not counted."""
    info = (await connection.call("INFO", "everything")).decode()
    found = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    calls = [found[name] for name in ("cmdstat_evalsha", "cmdstat_eval", "cmdstat_info") if name in found]
    sent = sum(int(call.split(",")[0].removeprefix("calls=")) for call in calls)
    return sent, int(found["total_net_input_bytes"]), int(found["total_net_output_bytes"])


async def test_a_stale_holder_cannot_save(url: str, session_id: SessionId) -> None:
    """Neither checkpoint nor writes of a holder whose session moved on are taken, in a whole run either."""
    keys, prefix = FakeSessionKeys(), secrets.token_hex(4)
    async with (
        redis_replica(url, keys=keys, prefix=prefix) as first,
        redis_replica(url, keys=keys, prefix=prefix) as second,
    ):
        async with first.locks.hold(session_id):
            config = await first.checkpointer.aput(thread(session_id), checkpoint(n=1), STEP, {})
            await first.expire_lock(session_id)
            async with second.locks.hold(session_id):
                await second.checkpointer.aput(thread(session_id), checkpoint(n=2), STEP, {})
            with pytest.raises(LockLost):
                await first.checkpointer.aput(thread(session_id), checkpoint(n=3), STEP, {})
            with pytest.raises(LockLost):
                await first.checkpointer.aput_writes(config, [("n", 3)], "task")
            with pytest.raises(LockLost):
                await graph(first.checkpointer).ainvoke({"said": ("x",)}, thread(session_id), durability="exit")
        found = await first.checkpointer.aget_tuple(thread(session_id))
        assert found is not None
        assert found.checkpoint["channel_values"] == {"n": 2}


async def test_a_failed_run_leaves_its_checkpoint_readable(valkey_url: str, session_id: SessionId) -> None:
    """The exception LangGraph stores as a write is kept by name and does not stop the next turn."""

    def fail(state: Talk) -> Talk:
        raise ZeroDivisionError(state["said"])

    async with redis_replica(valkey_url) as replica:
        with pytest.raises(ZeroDivisionError):
            await graph(replica.checkpointer, fail).ainvoke({"said": ("a",)}, thread(session_id), durability="exit")
        found = await replica.checkpointer.aget_tuple(thread(session_id))
        assert found is not None
        assert found.pending_writes is not None
        assert "ZeroDivisionError" in [value for _, _, value in found.pending_writes]
        await graph(replica.checkpointer).ainvoke({"said": ("b",)}, thread(session_id), durability="exit")


async def test_a_destroyed_key_makes_the_checkpoint_unreadable(valkey_url: str, session_id: SessionId) -> None:
    """The bytes are there, and nothing can read them."""
    keys = FakeSessionKeys()
    async with redis_replica(valkey_url, keys=keys) as replica:
        await replica.checkpointer.aput(thread(session_id), checkpoint(n=1), STEP, {})
        await keys.destroy(session_id)
        with pytest.raises(NotFound):
            await replica.checkpointer.aget_tuple(thread(session_id))


async def test_a_checkpoint_copied_to_another_place_does_not_open(valkey_url: str, session_id: SessionId) -> None:
    """A row is bound to its session, namespace and checkpoint id."""
    async with redis_replica(valkey_url) as replica:
        config = await replica.checkpointer.aput(thread(session_id), checkpoint(n=1), STEP, {})
        key = replica.connection.key(session_id, "checkpoints")
        (field,) = await replica.connection.call("HKEYS", key)
        row = await replica.connection.call("HGET", key, field)
        moved = field[:-1] + (b"0" if field[-1:] != b"0" else b"1")
        await replica.connection.call("HSET", key, moved, row)
        assert await replica.checkpointer.aget_tuple(config) is not None
        with pytest.raises(CodecError):
            await replica.checkpointer.aget_tuple(thread(session_id, moved.decode().rsplit("\x1f", 1)[1]))


async def test_types_of_langchain_go_through_its_own_serializer(valkey_url: str, session_id: SessionId) -> None:
    """A LangChain message comes back as the message it was."""
    message = HumanMessage(content="头疼三天了", id="m1")
    async with redis_replica(valkey_url) as replica:
        config = await replica.checkpointer.aput(thread(session_id), checkpoint(messages=[message]), {}, {})
        found = await replica.checkpointer.aget_tuple(config)
        assert found is not None
        assert found.checkpoint["channel_values"]["messages"] == [message]


async def test_a_type_nobody_registered_is_refused_when_saving(valkey_url: str, session_id: SessionId) -> None:
    """The fault shows in the turn that makes it and not in the one that reads it."""

    @dataclass
    class Stray:
        n: int = 1

    async with redis_replica(valkey_url) as replica:
        with pytest.raises(CodecError, match="not registered"):
            await replica.checkpointer.aput(thread(session_id), checkpoint(stray=Stray()), {}, {})


async def test_state_of_an_older_version_is_migrated_when_loaded(valkey_url: str, session_id: SessionId) -> None:
    """A checkpoint written before an upgrade is read by the upgraded service."""

    @dataclass(frozen=True)
    class Old:
        name: str

    @dataclass(frozen=True)
    class New:
        given: str
        family: str

    before, after = Codec(), Codec()
    before.register(Old, tag="person")
    after.register(
        New, tag="person", version=2, migrate={1: lambda f: {"family": f["name"][0], "given": f["name"][1:]}}
    )
    async with redis_replica(valkey_url) as replica:
        parts = (replica.connection, replica.keys, Retention())
        config = await RedisCheckpointer(*parts, codec=before).aput(
            thread(session_id), checkpoint(person=Old("李小明")), {}, {}
        )
        found = await RedisCheckpointer(*parts, codec=after).aget_tuple(config)
        assert found is not None
        assert found.checkpoint["channel_values"]["person"] == New(given="小明", family="李")


async def test_synchronous_use_is_refused(valkey_url: str, session_id: SessionId) -> None:
    """A graph run without `await` fails at once instead of blocking the event loop."""
    async with redis_replica(valkey_url) as replica:
        with pytest.raises(NotImplementedError):
            graph(replica.checkpointer).invoke({"said": ()}, thread(session_id))
        with pytest.raises(NotImplementedError):
            await anext(replica.checkpointer.alist(None))


async def test_a_retention_can_be_shortened(valkey_url: str, session_id: SessionId) -> None:
    """With one checkpoint kept, the graph still goes on from the last."""
    async with redis_replica(valkey_url, retention=replace(Retention(), checkpoints=1)) as replica:
        app = graph(replica.checkpointer)
        for said in ("一", "二"):
            await app.ainvoke({"said": (said,)}, thread(session_id), durability="exit")
        assert (await app.aget_state(thread(session_id))).values["said"] == ("二",)
        assert len([found async for found in replica.checkpointer.alist(thread(session_id))]) == 1
