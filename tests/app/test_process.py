"""The real program: started, stopped by a signal, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.channels.ward import Client

pytestmark = pytest.mark.e2e

BANYI = [sys.executable, "-c", "from app.cli import main; main()"]


class Program:
    """`banyi serve` on a data directory."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def opened(self) -> dict[str, Any]:
        """A new session."""
        async with httpx.AsyncClient(base_url=self.url) as http:
            opened: dict[str, Any] = (await http.post("/v1/sessions", json={"channel": "web"})).json()
            return opened

    async def connected(self, opened: dict[str, Any], last_seq: int | None = None) -> Client:
        """A socket of the session."""
        after = "" if last_seq is None else f"&last_seq={last_seq}"
        socket = await connect(
            f"{self.url.replace('http', 'ws')}/v1/realtime?session={opened['session_id']}{after}",
            subprotocols=["banyi.v1", f"token.{opened['token']}"],  # type: ignore[list-item]  # plain text is fine
        )
        return Client(socket)

    async def consented(self) -> tuple[dict[str, Any], Client]:
        """A session whose patient agreed."""
        opened = await self.opened()
        client = await self.connected(opened)
        await client.send("consent.give", version=opened["notice"]["consent_version"], purposes=["care_chat"])
        await client.until("consent.updated")
        return opened, client

    async def ended(self, number: int) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(20):
            return await self.process.wait()


@asynccontextmanager
async def program(folder: Path, **settings: str) -> AsyncIterator[Program]:
    """Run the program until the context ends; its URL is what it prints."""
    environment = {
        **os.environ,
        "BANYI_DATA_DIR": str(folder),
        "BANYI_PORT": "0",
        "BANYI_LOG_FORMAT": "json",
    } | settings
    process = await asyncio.create_subprocess_exec(
        *BANYI, "serve", env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        yield Program(process, line.removeprefix("banyi: ").strip())
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Sockets are closed with 4503, the exit code is 0, the private server is gone."""
    async with program(tmp_path) as banyi:
        async with httpx.AsyncClient(base_url=banyi.url) as http:
            ready = (await http.get("/readyz")).json()
            assert ready["status"] == "ok"
            page = await http.get("/")
            assert "text/html" in page.headers["content-type"]
            assert b"banyi_sockets" in (await http.get("/metrics")).content
        _, client = await banyi.consented()
        assert await banyi.ended(number) == 0
        assert await client.closed() == 4503
    assert not (tmp_path / "valkey" / "valkey.sock").exists()


@pytest.mark.long
async def test_killed_in_the_middle_it_loses_nothing(tmp_path: Path) -> None:
    """Kill -9, start again: the conversation is replayed and goes on, the emergency and its transcript are there."""
    async with program(tmp_path) as banyi:
        opened, client = await banyi.consented()
        first = await client.asked("m1", "停车场在哪")
        await client.say("m2", "我妈突然嘴歪，说不出话")
        await client.until("input.accepted", id="m2")
        seen = max(client.numbers())
        await banyi.ended(signal.SIGKILL)
    async with program(tmp_path) as banyi:
        again = await banyi.connected(opened, last_seq=first["seq"])
        assert (await again.end_of("m2"))["type"] == "response.done"
        assert again.numbers() == list(range(first["seq"] + 1, again.numbers()[-1] + 1))
        assert again.numbers()[-1] > seen
        assert [event["type"] for event in again.seen].count("escalation.raised") == 1
        async with httpx.AsyncClient(base_url=banyi.url) as http:
            answer = await http.get(
                f"/v1/sessions/{opened['session_id']}/transcript",
                headers={"Authorization": f"Bearer {opened['token']}"},
            )
        said = [message["text"] for message in answer.json()["messages"] if message["author"] == "patient"]
        assert said == ["停车场在哪", "我妈突然嘴歪，说不出话"]
