"""A client of protocol v1 over a real socket: opens a session, reconnects with replay, sends and receives."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from domain.errors import Unavailable

FINAL_CODES = frozenset({4400, 4401, 4403, 4408, 4409, 4429})
"""Close codes after which connecting again is of no use."""
RECONNECT_SECONDS = 1.0
RECONNECTS = 10
Event = dict[str, Any]


class Line:
    """One session with a service at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self._url, timeout=10.0)
        self._socket: ClientConnection | None = None
        self._seen = 0
        self.opened: Event = {}

    async def __aenter__(self) -> Self:
        """Open the session and its socket.

        Raises:
            Unavailable: the service does not answer.
        """
        try:
            answer = await self._http.post("/v1/sessions", json={"channel": "api"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            await self._http.aclose()
            raise Unavailable(self._url) from error
        self.opened = answer.json()
        self._socket = await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()
        await self._http.aclose()

    async def send(self, type_: str, **fields: Any) -> str:
        """Send a frame; inputs get an id, which is returned."""
        if type_.startswith("input_"):
            fields["id"] = f"c{secrets.token_hex(6)}"
        if self._socket is not None:
            await self._socket.send(orjson.dumps({"type": type_, **fields}).decode())
        return str(fields.get("id", ""))

    async def events(self) -> AsyncIterator[Event]:
        """Every event in order, over any number of sockets; ends when the service ends the session.

        Raises:
            Unavailable: the service did not come back.
        """
        while self._socket is not None:
            try:
                async for raw in self._socket:
                    event: Event = orjson.loads(raw)
                    self._seen = event.get("seq") or self._seen
                    yield event
            except ConnectionClosed:
                pass
            if self._socket.close_code in FINAL_CODES or self._socket.close_code == 1000:  # noqa: PLR2004 - a normal close
                return
            self._socket = await self._reconnect()

    async def _connect(self) -> ClientConnection:
        query = f"session={self.opened['session_id']}" + (f"&last_seq={self._seen}" if self._seen else "")
        return await connect(
            f"{self._url.replace('http', 'ws', 1)}/v1/realtime?{query}",
            subprotocols=[Subprotocol("banyi.v1"), Subprotocol(f"token.{self.opened['token']}")],
            compression=None,
        )

    async def _reconnect(self) -> ClientConnection:
        for _ in range(RECONNECTS):
            try:
                return await self._connect()
            except OSError:
                await asyncio.sleep(RECONNECT_SECONDS)  # noqa: TID251 - the service tells nobody when it is back
        raise Unavailable(self._url)
