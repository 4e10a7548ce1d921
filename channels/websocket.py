"""`GET /v1/realtime`: the handshake, and frames in and out of one socket."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.conversation import FORM_TYPE, Conversation
from channels.hub import Hub
from channels.outlet import Outlet
from channels.ports import Services, TimerHandle
from channels.sessions import Sessions
from channels.wire import SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX
from domain.errors import BanyiError, Expired, Forbidden, RateLimited, Unavailable
from domain.session import Session

log = structlog.get_logger(__name__)

HANDSHAKE_CODE = 4400
TOKEN_CODE = 4401
FORBIDDEN_CODE = 4403
IDLE_CODE = 4408
FLOOD_CODE = 4429
FAULT_CODE = 4500
DRAINING_CODE = 4503
SEQ_DIGITS = 15


class Refused(Exception):
    """The handshake fails with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class StarletteSocket:
    """A `Socket` over Starlette; whatever is sent after the end is dropped."""

    __slots__ = ("_websocket",)

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def send(self, text: str) -> None:
        """Send a text frame."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.send({"type": "websocket.send", "text": text})

    async def send_audio(self, frame: bytes) -> None:
        """Send a binary frame."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.send({"type": "websocket.send", "bytes": frame})

    async def close(self, code: int) -> None:
        """Close once."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Realtime:
    """The endpoint. `allowed_origins` are further web origins a browser may come from."""

    services: Services
    sessions: Sessions
    hub: Hub
    allowed_origins: frozenset[str]

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from handshake to close."""
        offered: list[str] = websocket.scope["subprotocols"]
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        socket = StarletteSocket(websocket)
        try:
            last_seq = _last_seq(websocket)
            session = await self._admit(websocket, offered)
            conversation = self.hub.conversation(session)
            outlet = await conversation.attach(session, socket, last_seq=last_seq)
        except Refused as refused:
            await socket.close(refused.code)
            return
        except Exception:
            log.exception("handshake_failed")
            await socket.close(FAULT_CODE)
            return
        self.services.meter.socket(1)
        watch = IdleWatch(self.services, conversation, socket)
        try:
            await self._serve(websocket, conversation, watch, outlet)
        except Exception:
            log.exception("socket_failed")
            await socket.close(FAULT_CODE)
        finally:
            watch.stop()
            self.services.meter.socket(-1)
            conversation.detach(outlet)
            self.hub.release(conversation)

    async def _admit(self, websocket: WebSocket, offered: list[str]) -> Session:
        if self.hub.draining:
            raise Refused(DRAINING_CODE)
        if not self._origin_fits(websocket):
            raise Refused(FORBIDDEN_CODE)
        session_id = websocket.query_params.get("session")
        tokens = [name.removeprefix(TOKEN_SUBPROTOCOL_PREFIX) for name in offered if name.startswith("token.")]
        if SUBPROTOCOL not in offered or not session_id:
            raise Refused(HANDSHAKE_CODE)
        if len(tokens) != 1:
            raise Refused(TOKEN_CODE)
        try:
            return await self.sessions.authenticate(session_id, tokens[0])
        except (Forbidden, Expired) as error:
            raise Refused(TOKEN_CODE) from error
        except BanyiError as error:
            log.warning("handshake_unavailable", kind=type(error).__name__)
            raise Refused(DRAINING_CODE) from error

    def _origin_fits(self, websocket: WebSocket) -> bool:
        """A browser's origin is this server's own or an allowed one; other clients send none."""
        origin = websocket.headers.get("origin")
        return origin is None or origin_fits(origin, websocket.headers.get("host", ""), self.allowed_origins)

    async def _serve(self, websocket: WebSocket, conversation: Conversation, watch: IdleWatch, outlet: Outlet) -> None:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            watch.touch()
            text = message.get("text")
            going_on = (
                await conversation.receive(text, crowded=await self._crowded(websocket, text))
                if text is not None
                else await conversation.receive_bytes(message["bytes"])
            )
            if not going_on:
                await outlet.close(FLOOD_CODE)

    async def _crowded(self, websocket: WebSocket, text: str) -> bool:
        """Whether a form comes from an address that sends too many; without memory there is no common count."""
        if FORM_TYPE not in text:
            return False
        address = websocket.client.host if websocket.client else "unknown"
        try:
            limit = self.services.rules.forms_per_minute
            await self.services.limits.hit(f"forms:{address}", limit=limit, per_seconds=60.0)
        except RateLimited:
            return True
        except Unavailable:
            return False
        return False


class IdleWatch:
    """Closes a socket on which nothing came for a while, unless an emergency was raised."""

    __slots__ = ("_closing", "_conversation", "_services", "_socket", "_timer", "_touched")

    def __init__(self, services: Services, conversation: Conversation, socket: StarletteSocket) -> None:
        self._services = services
        self._conversation = conversation
        self._socket = socket
        self._closing: asyncio.Future[None] | None = None
        self._touched = services.clock.monotonic()
        self._timer: TimerHandle = services.timers.call_later(services.rules.idle_seconds, self._look)

    def touch(self) -> None:
        """Something came."""
        self._touched = self._services.clock.monotonic()

    def stop(self) -> None:
        """The socket is gone."""
        self._timer.cancel()

    def _look(self) -> None:
        quiet = self._services.clock.monotonic() - self._touched
        left = self._services.rules.idle_seconds - quiet
        if left <= 0 and not self._conversation.escalated:
            self._closing = asyncio.ensure_future(self._socket.close(IDLE_CODE))
        else:
            self._timer = self._services.timers.call_later(max(left, 1.0), self._look)


def origin_fits(origin: str, host: str, allowed: frozenset[str]) -> bool:
    """Whether a browser's `Origin` is the server's own host or an allowed origin (`*` allows any)."""
    return "*" in allowed or origin in allowed or urlsplit(origin).netloc == host


def _last_seq(websocket: WebSocket) -> int | None:
    """The `last_seq` query parameter.

    Raises:
        Refused: it is not a whole number of zero or more.
    """
    text = websocket.query_params.get("last_seq")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= SEQ_DIGITS):
        raise Refused(HANDSHAKE_CODE)
    return int(text)
