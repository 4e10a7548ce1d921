"""A server of protocol v1 that says what a test tells it to: real HTTP, real WebSocket, scripted frames.

Frames are held against the service's own models in both directions, so that a scene can only show what the
protocol allows.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections.abc import Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect

from channels.client_frames import CLIENT_FRAMES
from channels.events import LIVE_TYPES
from channels.server_events import SERVER_EVENTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.websockets import WebSocket

Frame = dict[str, Any]

WEB = Path(__file__).parents[3] / "web"
CONSENT: Frame = {
    "care_chat": True,
    "voice_recording": False,
    "follow_up": False,
    "transcript_review": False,
    "model_improvement": False,
}
NOTICE: Frame = {
    "text": "我是 AI 导诊助手，不能代替医生。您说的症状属于敏感个人信息，只用来判断该多快就医、该看哪个科。",
    "consent_version": "test.1",
    "purposes": [
        {"id": "care_chat", "title": "用聊天内容为您服务", "text": "判断看哪个科、帮您预约。", "required": True},
        {"id": "follow_up", "title": "就诊后随访", "text": "就诊以后问您恢复得怎么样。", "required": False},
        {"id": "model_improvement", "title": "用于改进 AI", "text": "去掉身份信息以后使用。", "required": False},
    ],
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Stage:
    """One conversation with one browser tab; `say` plays a frame, `heard` waits for one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: list[Frame] = []
        self.connections: list[dict[str, str]] = []
        self.accepts_inputs = True
        self.transcript: list[Frame] = []
        self.erasures = 0
        self.resumable = True
        self.broken = False
        self.erasure: Frame = {"status": "erased"}
        self._answering = asyncio.Event()
        self._answering.set()
        self._consent = dict(CONSENT)
        self.left: list[Frame] = []
        self.staff_came = True
        self._frames: asyncio.Queue[Frame] = asyncio.Queue()
        self._audio: asyncio.Queue[bytes] = asyncio.Queue()
        self._sent: list[Frame] = []
        self._numbers = itertools.count(1)
        self._numbers_of_replies = itertools.count(1)
        self._socket: WebSocket | None = None
        self._connected = asyncio.Condition()

    def without_consent(self) -> None:
        """Begin with a patient who has not agreed to anything."""
        self._consent["care_chat"] = False

    async def say(self, event: Mapping[str, Any], *, checked: bool = True) -> Frame:
        """Send an event, numbered unless it is a live one; it goes to the log when nobody is connected."""
        frame = self._stamped(event)
        if checked:
            SERVER_EVENTS.validate_python(frame)
        if "seq" in frame:
            self._sent.append(frame)
        await self._put(frame)
        return frame

    async def say_again(self, frame: Frame) -> None:
        """Send an event once more, as it was."""
        await self._put(frame)

    async def say_unnumbered(self, event: Mapping[str, Any]) -> None:
        """Send what the server says while its memory is away."""
        await self._put({"session_id": "s_1", "at": _now(), **event, "seq": None})

    def hesitate(self) -> None:
        """Keep whoever opens a session waiting until `answer`."""
        self._answering.clear()

    def answer(self) -> None:
        """Answer everybody who waits."""
        self._answering.set()

    def forget_first(self) -> None:
        """Lose the oldest events, as a log does after its time."""
        self._sent.clear()

    async def skip(self, event: Mapping[str, Any]) -> None:
        """Log an event without sending it, as if it was lost on the way."""
        self._sent.append(self._stamped(event))

    async def reply(self, text: str, *, to: str | None, cards: tuple[Frame, ...] = (), **more: Any) -> str:
        """A whole answer: created, text in two pieces, cards, choices, done. Returns its id."""
        response = f"r{next(self._numbers_of_replies)}"
        await self.say({"type": "response.created", "response_id": response, "number": 1, "in_reply_to": to})
        for piece in (text[:3], text[3:]):
            await self.say({"type": "response.text.delta", "response_id": response, "text": piece})
        for card in cards:
            await self.say(
                {"type": "response.card", "response_id": response, "card": card}, checked=more.get("checked", True)
            )
        if choices := more.get("choices"):
            offered = [{"label": label, "action": "answer", "value": value} for label, value in choices.items()]
            await self.say({"type": "response.choices", "response_id": response, "choices": offered, "free_text": True})
        await self.say(done(response, text, to=to, sources=more.get("sources", [])))
        return response

    async def heard(self, kind: str, *, within_seconds: float = 5.0) -> Frame:
        """The next client frame, which must be of `kind`."""
        frame = await asyncio.wait_for(self._frames.get(), within_seconds)
        assert frame["type"] == kind, frame
        return frame

    async def listened(self, *, within_seconds: float = 5.0) -> bytes:
        """The next frame of the microphone."""
        return await asyncio.wait_for(self._audio.get(), within_seconds)

    async def speak(self, number: int, pcm: bytes) -> None:
        """Send audio of an answer."""
        assert self._socket
        await self._socket.send_bytes(number.to_bytes(4, "big") + pcm)

    def heard_nothing(self) -> bool:
        """Whether no frame waits to be looked at."""
        return self._frames.empty()

    async def hang_up(self, code: int = 4503) -> None:
        """Close the socket with one of the protocol's codes."""
        assert self._socket
        await self._socket.close(code)
        self._socket = None

    async def connected(self, times: int, *, within_seconds: float = 5.0) -> None:
        """Wait until the tab has connected `times` times."""
        async with self._connected, asyncio.timeout(within_seconds):
            await self._connected.wait_for(lambda: len(self.connections) >= times and self._socket is not None)

    def _stamped(self, event: Mapping[str, Any]) -> Frame:
        frame = {"session_id": "s_1", "at": _now(), **event}
        if event["type"] not in LIVE_TYPES:
            frame["seq"] = next(self._numbers)
        return frame

    async def _put(self, frame: Frame) -> None:
        if self._socket:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.send_json(frame)

    async def create(self, request: Request) -> Response:
        """Answer `POST /v1/sessions`."""
        await self._answering.wait()
        if self.broken:
            return JSONResponse({"code": "unavailable"}, status_code=503)
        body = await request.json()
        self.opened.append(body)
        if body.get("resume_token") and not self.resumable:
            return JSONResponse({"code": "expired"}, status_code=404)
        number = len(self.opened)
        return JSONResponse(
            {
                "session_id": "s_1",
                "token": f"token{number}",
                "resume_token": f"resume{number}",
                "expires_at": datetime.now(UTC).isoformat(),
                "notice": NOTICE,
            },
            status_code=201,
        )

    async def read_transcript(self, request: Request) -> Response:
        """Answer `GET /v1/sessions/{id}/transcript`."""
        assert request.headers["authorization"].startswith("Bearer token")
        if request.query_params["format"] == "txt":
            return PlainTextResponse("\n".join(message["text"] for message in self.transcript))
        return JSONResponse({"messages": self.transcript})

    async def erase(self, request: Request) -> Response:
        """Answer `DELETE /v1/sessions/{id}`."""
        assert request.headers["authorization"].startswith("Bearer token")
        self.erasures += 1
        if self.erasure["status"] == "erased":
            self.forget_first()
        return JSONResponse(self.erasure, status_code=202)

    async def leave(self, request: Request) -> Response:
        """Answer `POST /v1/sessions/{id}/leave`: after an emergency only when staff came, or the screen is sure."""
        self.left.append(await request.json())
        wiped = self.staff_came or self.left[-1].get("sure")
        return JSONResponse({"status": "wiped" if wiped else "ringing"})

    async def move(self, _: Request) -> Response:
        """Answer `POST /v1/sessions/{id}/continue`."""
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
        return JSONResponse({"url": f"{self.url}/continue#c", "svg": svg, "expires_at": _now()})

    async def realtime(self, websocket: WebSocket) -> None:
        """Hold one socket: replay, greet, listen."""
        offered = websocket.scope["subprotocols"]
        await websocket.accept(subprotocol="banyi.v1")
        self._socket = websocket
        last = websocket.query_params.get("last_seq")
        for frame in [frame for frame in self._sent if last is not None and frame["seq"] > int(last)]:
            await websocket.send_json(frame)
        kind = "session.created" if last is None else "session.resumed"
        greeting = {
            "type": kind,
            "mode": "knowledge",
            "notice": NOTICE,
            "consent": self._consent,
            "pending": None,
            "audio": {"input": True, "output": True},
        }
        await self.say(greeting)
        async with self._connected:
            self.connections.append({**websocket.query_params, "subprotocols": " ".join(offered)})
            self._connected.notify_all()
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("bytes") is not None:
                    self._audio.put_nowait(message["bytes"])
                else:
                    await self._take(json.loads(message["text"]))

    async def _take(self, frame: Frame) -> None:
        CLIENT_FRAMES.validate_python(frame)
        self._frames.put_nowait(frame)
        if frame["type"] == "consent.give":
            self._consent = {purpose: purpose in frame["purposes"] for purpose in self._consent}
            await self.say({"type": "consent.updated", "consent": self._consent})
        elif "id" in frame and self.accepts_inputs:
            await self.say({"type": "input.accepted", "id": frame["id"], "duplicate": False})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


async def _guide_page(request: Request) -> Response:
    """Answer `GET /v1/guide/{id}` with one section, which tries to be markup."""
    section = {"heading": "停车场", "text": "地下两层，<b>东门</b>进。"}
    return JSONResponse({"id": request.path_params["id"], "sections": [section]})


def done(response: str, text: str, *, to: str | None, sources: list[Frame] | None = None) -> Frame:
    """A `response.done`."""
    return {
        "type": "response.done",
        "response_id": response,
        "in_reply_to": to,
        "text": text,
        "origin": "knowledge",
        "label": "AI 生成",
        "sources": sources or [],
        "generated": None,
        "timing_ms": {"all": 3.2},
        "trace_id": "t1",
    }


class Theatre:
    """The server behind every stage: one address, one stage at a time."""

    def __init__(self) -> None:
        self.stage = Stage("")
        self.url = ""

    def next_stage(self) -> Stage:
        """A fresh stage in the old one's place."""
        self.stage = Stage(self.url)
        return self.stage

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Theatre]:
        """Serve on a free loopback port."""
        listening = socket.create_server(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(self._app(), log_level="warning", lifespan="off", ws="websockets-sansio"))
        task = asyncio.create_task(server.serve([listening]))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield self
        finally:
            server.should_exit = True
            server.force_exit = True
            await task
            listening.close()

    def _app(self) -> ASGIApp:
        routes = [
            Route("/", _hospital),
            Route("/kiosk", _kiosk),
            Route("/elsewhere", _elsewhere),
            Route("/partner", _partner),
            Route("/v1/guide/{id}", _guide_page),
            Route("/v1/sessions", self._create, methods=["POST"]),
            Route("/v1/sessions/{id}/transcript", self._transcript),
            Route("/v1/sessions/{id}/leave", self._leave, methods=["POST"]),
            Route("/v1/sessions/{id}/continue", self._move, methods=["POST"]),
            Route("/v1/sessions/{id}", self._erase, methods=["DELETE"]),
            WebSocketRoute("/v1/realtime", self._realtime),
            Mount("/", StaticFiles(directory=WEB)),
        ]
        return _strict(Starlette(routes=routes))

    async def _create(self, request: Request) -> Response:
        return await self.stage.create(request)

    async def _transcript(self, request: Request) -> Response:
        return await self.stage.read_transcript(request)

    async def _erase(self, request: Request) -> Response:
        return await self.stage.erase(request)

    async def _leave(self, request: Request) -> Response:
        return await self.stage.leave(request)

    async def _move(self, request: Request) -> Response:
        return await self.stage.move(request)

    async def _realtime(self, websocket: WebSocket) -> None:
        await self.stage.realtime(websocket)


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: the tests' process keeps them."""

    def install_signal_handlers(self) -> None:
        """Leave signals alone."""


async def _hospital(_: Request) -> Response:
    """The demo hospital's page."""
    return FileResponse(WEB / "demo" / "index.html")


async def _kiosk(_: Request) -> Response:
    """The terminal in the hall."""
    return FileResponse(WEB / "kiosk" / "index.html")


async def _elsewhere(_: Request) -> Response:
    """Another site's page that embeds the assistant."""
    return Response(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>别的网站</title>'
        '<script type="module" src="/embed.js"></script></head><body><h1>别的网站</h1></body></html>',
        media_type="text/html",
    )


async def _partner(request: Request) -> Response:
    """A page that embeds the assistant of the service at `of`, with the policy such a page needs."""
    service = request.query_params["of"]
    line = service.replace("http:", "ws:")
    policy = f"default-src 'none'; script-src {service}; style-src {service}; connect-src {service} {line}"
    return Response(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>社区卫生服务中心</title>'
        f'<script type="module" src="{service}embed.js?open"></script></head><body></body></html>',
        media_type="text/html",
        headers={"content-security-policy": policy},
    )


def _strict(app: ASGIApp) -> ASGIApp:
    """Serve everything under a strict content security policy."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("content-security-policy", POLICY)
            await send(message)

        await app(scope, receive, send_with_policy if scope["type"] == "http" else send)

    return wrapped
