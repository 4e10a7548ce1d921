"""The embedded server is stopped and started again: emergencies still arrive and the session goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from memory.connection import Connection
from memory.embedded import EmbeddedValkey
from memory.events import RedisEventLog
from memory.journal import RedisInputJournal
from memory.limits import RedisRateLimits
from memory.retention import Retention
from memory.sessions import RedisSessionMemory
from memory.signals import Signals
from tests.channels.ward import Memory, ward
from tests.fakes.memory import FakeSessionKeys
from tests.fakes.turns import FakeTurns

pytestmark = pytest.mark.e2e


@asynccontextmanager
async def _valkey_memory(valkey: EmbeddedValkey) -> AsyncIterator[Memory]:
    connection, keys, retention = Connection(valkey.url), FakeSessionKeys(), Retention()
    signals = Signals(connection)
    try:
        yield Memory(
            events=RedisEventLog(connection, keys, signals, retention),
            journal=RedisInputJournal(connection, keys, retention),
            limits=RedisRateLimits(connection),
            session=RedisSessionMemory(connection),
        )
    finally:
        await signals.aclose()
        await connection.aclose()


async def test_an_emergency_arrives_with_the_server_stopped_and_the_session_goes_on(tmp_path: Path) -> None:
    """Stop Valkey, send 「我妈突然嘴歪说不出话」, read the escalation; start it again, be answered."""
    turns = FakeTurns()
    async with (
        EmbeddedValkey(tmp_path / "valkey") as valkey,
        _valkey_memory(valkey) as memory,
        ward(tmp_path, memory=memory, turns=turns) as service,
    ):
        _, client = await service.consented()
        await client.asked("m1", "你好")
        numbered = client.numbers()
        await valkey.stop()
        turns.down = True
        await client.say("m2", "我妈突然嘴歪说不出话")
        async with asyncio.timeout(1):
            raised = await client.until("escalation.raised")
        assert (raised["seq"], raised["in_reply_to"]) == (None, "m2")
        error = await client.end_of("m2")
        assert (error["code"], error["seq"], error["retryable"]) == ("unavailable", None, True)
        assert "120" in error["message"]
        await valkey.start()
        turns.down = False
        assert (await client.asked("m3", "好了吗"))["type"] == "response.done"
        assert client.numbers() == list(range(1, client.numbers()[-1] + 1))
        assert client.numbers()[: len(numbered)] == numbered


async def test_a_patient_may_come_while_the_server_is_stopped(tmp_path: Path) -> None:
    """Opening, greeting, consent and the emergency need no memory; afterwards everything does its work."""
    async with (
        EmbeddedValkey(tmp_path / "valkey") as valkey,
        _valkey_memory(valkey) as memory,
        ward(tmp_path, memory=memory) as service,
    ):
        await valkey.stop()
        opened, client = await service.consented()
        assert client.numbers() == []
        await client.say("m1", "我妈突然嘴歪说不出话")
        assert (await client.until("escalation.raised"))["seq"] is None
        assert (await client.end_of("m1"))["code"] == "unavailable"
        await valkey.start()
        assert (await client.asked("m1", "我妈突然嘴歪说不出话"))["type"] == "response.done"
        again = await service.connected(opened, last_seq=0)
        await again.until("session.resumed")
        assert again.numbers() == list(range(1, again.numbers()[-1] + 1))


async def test_what_was_missed_while_the_server_was_away_is_replayed_when_it_is_back(tmp_path: Path) -> None:
    """A reconnect that cannot replay is made good with the first event that can be numbered."""
    async with (
        EmbeddedValkey(tmp_path / "valkey") as valkey,
        _valkey_memory(valkey) as memory,
        ward(tmp_path, memory=memory) as service,
    ):
        opened, client = await service.consented()
        done = await client.asked("m1", "你好")
        await valkey.stop()
        again = await service.connected(opened, last_seq=1)
        assert (await again.until("session.resumed"))["seq"] is None
        await valkey.start()
        await again.asked("m2", "好")
        assert again.numbers() == list(range(2, again.numbers()[-1] + 1))
        assert done["seq"] in again.numbers()
