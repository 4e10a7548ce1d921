"""Stopping: running turns are finished, sockets closed with 4503, what waited is answered by the next process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from channels.ports import Rules
from tests.channels.ward import fake_memory, ward
from tests.fakes.memory import FakeServer
from tests.fakes.turns import FakeTurns

pytestmark = pytest.mark.e2e


async def test_a_running_turn_is_finished_before_the_socket_is_closed(tmp_path: Path) -> None:
    """The patient reads the whole answer, then 4503."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.say("m1", "等")
        await client.until("response.created")
        draining = asyncio.create_task(service.hub.drain())
        await asyncio.wait({draining}, timeout=0)
        service.turns.gate.set()
        assert (await client.end_of("m1"))["type"] == "response.done"
        assert await client.closed() == 4503
        await draining


async def test_what_waited_is_answered_by_the_next_process(tmp_path: Path) -> None:
    """Accepted and not begun: nothing is lost, nothing done twice."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        opened, client = await service.consented()
        await client.say("m1", "等")
        await client.say("m2", "好")
        accepted = await client.until("input.accepted", id="m2")
        draining = asyncio.create_task(service.hub.drain())
        await asyncio.wait({draining}, timeout=0)
        service.turns.gate.set()
        await draining
        assert service.turns.acted == ["m1"]
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        client = await service.connected(opened, last_seq=accepted["seq"])
        await client.end_of("m2")
        assert service.turns.acted == ["m2"]
        ends = [event["in_reply_to"] for event in client.seen if event["type"] == "response.done"]
        assert ends == ["m1", "m2"]


async def test_a_turn_that_does_not_end_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    """Draining is bounded."""
    rules = Rules(drain_seconds=0.05, frame_burst=200.0)
    async with ward(tmp_path, rules=rules, turns=FakeTurns()) as service:
        _, client = await service.consented()
        await client.say("m1", "等")
        await client.until("response.created")
        await service.hub.drain()
        assert await client.closed() == 4503


async def test_nobody_new_is_taken_while_draining(tmp_path: Path) -> None:
    """Sockets get 4503, sessions 503, and the service is not ready."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        service.hub.draining = True
        assert await (await service.connected(opened)).closed() == 4503
        refused = await service.http.post("/v1/sessions", json={"channel": "web"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert (await service.http.get("/readyz")).status_code == httpx.codes.SERVICE_UNAVAILABLE
