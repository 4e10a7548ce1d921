"""The whole service in this process, on embedded stores, behind a real socket."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from app.bootstrap import Service, open_service
from app.server import Server, bound
from app.settings import Settings, read_settings
from tests.channels.ward import Client


@dataclass(kw_only=True)
class Running:
    """The service and where it listens."""

    url: str
    service: Service
    settings: Settings
    http: httpx.AsyncClient

    async def patient(self) -> tuple[dict[str, Any], Client]:
        """A session whose patient agreed to care."""
        opened: dict[str, Any] = (await self.http.post("/v1/sessions", json={"channel": "web"})).json()
        client = await self.connected(opened)
        await client.send("consent.give", version=opened["notice"]["consent_version"], purposes=["care_chat"])
        await client.until("consent.updated")
        return opened, client

    async def hearing(self) -> None:
        """Wait until speech is understood: weights are read while the service already answers."""
        async with asyncio.timeout(30):
            while not self.service.hub._services.voice().hears:
                await self.http.get("/healthz")

    async def connected(self, opened: dict[str, Any], last_seq: int | None = None) -> Client:
        """A socket of a session."""
        after = "" if last_seq is None else f"&last_seq={last_seq}"
        socket = await connect(
            f"{self.url.replace('http', 'ws')}/v1/realtime?session={opened['session_id']}{after}",
            subprotocols=["banyi.v1", f"token.{opened['token']}"],  # type: ignore[list-item]  # plain text is fine
        )
        return Client(socket)


def last_code(data: Path, phone: str) -> str:
    """The one-time code that came last to a phone, as the development outbox under `data` tells."""
    lines = (data / "outbox" / "sms.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [one["text"] for one in map(json.loads, lines) if one["to"] == phone]
    [code] = re.findall(r"\d{6}", texts[-1])
    return str(code)


@asynccontextmanager
async def running(folder: Path, **changed: Any) -> AsyncIterator[Running]:
    """Serve on a free port, everything kept in `folder`; `changed` are further settings."""
    settings = read_settings(data_dir=folder / "var", port=0, _env_file=None, **changed)
    async with open_service(settings) as service:
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        server = Server(service.app, bound("127.0.0.1", 0), drain=service.hub.drain, ready=ready.set_result)
        serving = asyncio.create_task(server.serve_quietly())
        url = await ready
        try:
            async with httpx.AsyncClient(base_url=url) as http:
                yield Running(url=url, service=service, settings=settings, http=http)
        finally:
            server.should_exit = True
            await serving
            await service.turns.drain()
