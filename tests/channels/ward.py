"""A running service for protocol tests: real sockets and SQLite, fake memory and conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
from starlette.routing import BaseRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.server import Server, bound
from channels.clips import Clips
from channels.http import Application, Calls
from channels.http_bodies import Notice, NoticePurpose
from channels.hub import Hub
from channels.kiosk import Kiosk
from channels.ports import Rules, Services, Timers
from channels.server_events import SERVER_EVENTS
from channels.sessions import Sessions
from channels.websocket import Realtime
from domain.guide import GuidePage, GuidePart
from domain.ports import Archive, EventLog, HandoffDesk, InputJournal, RateLimits, SessionMemory, SessionStore
from knowledge.texts import Texts
from tests.fakes.memory import FakeMemory, FakeServer
from tests.fakes.meter import FakeMeter
from tests.fakes.turns import FakeAlarm, FakeTurns, fake_screen
from tests.stores import SetClock, sqlite_archive
from voice.parts import NO_VOICE, OpenVoice

NOTICE = Notice(
    text="我是 AI 助手",
    consent_version="v1",
    purposes=[NoticePurpose(id="care_chat", title="看病", text="用于判断", required=True)],
)
TEXTS = Texts.load(Path(__file__).parents[2] / "knowledge" / "fixed_texts.yaml")
GUIDE_PAGE = GuidePage(
    id="parking",
    title="停车",
    effective="2026-01-01",
    owner="保卫科",
    sections=(GuidePart(heading="多少钱", text="30 分钟以内<b>不</b>收钱。"),),
)
METRICS_TOKEN = "m3trics"
ENDS = ("response.done", "response.cancelled", "error")


class FakeHealth:
    """A screen that works or not, one dependency that is up or not."""

    def __init__(self) -> None:
        self.works = True
        self.memory = "ok"

    def screening(self) -> bool:
        """Whether the screen works."""
        return self.works

    async def dependencies(self) -> dict[str, str]:
        """Memory's state."""
        return {"memory": self.memory}


@dataclass(kw_only=True)
class Memory:
    """The ports of memory a service uses."""

    events: EventLog
    journal: InputJournal
    limits: RateLimits
    session: SessionMemory


def fake_memory(server: FakeServer) -> Memory:
    """One replica's fake memory on `server`."""
    one = FakeMemory(server)
    return Memory(events=one.events, journal=one.journal, limits=one.limits, session=one)


@dataclass(kw_only=True)
class Ward:
    """A service that listens, with everything behind it in reach."""

    url: str
    hub: Hub
    services: Services
    sessions: Sessions
    turns: FakeTurns
    clock: SetClock
    health: FakeHealth
    meter: FakeMeter
    server: Server
    http: httpx.AsyncClient
    clients: list[Client] = field(default_factory=list)

    async def opened(self, **body: Any) -> dict[str, Any]:
        """A new session as `POST /v1/sessions` answers it."""
        answer = await self.http.post("/v1/sessions", json={"channel": "web", **body})
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    async def connected(self, opened: dict[str, Any], *, last_seq: int | None = None) -> Client:
        """A socket of a session."""
        query = f"session={opened['session_id']}" + ("" if last_seq is None else f"&last_seq={last_seq}")
        return await self.socket(query, ["banyi.v1", f"token.{opened['token']}"])

    async def socket(self, query: str, subprotocols: list[str], **headers: str) -> Client:
        """Any socket."""
        socket = await connect(
            f"{self.url.replace('http', 'ws')}/v1/realtime?{query}",
            subprotocols=subprotocols,  # type: ignore[arg-type]  # any text is wanted here
            additional_headers=headers,
            max_size=None,
            max_queue=None,
            compression=None,
        )
        client = Client(socket)
        self.clients.append(client)
        return client

    async def idle(self) -> None:
        """Wait until the service has done everything it was asked."""
        for conversation in self.hub:
            await conversation.idle()

    async def consented(self) -> tuple[dict[str, Any], Client]:
        """A new session whose patient agreed to care."""
        opened = await self.opened()
        client = await self.connected(opened)
        await client.until("session.created")
        await client.consent("care_chat")
        return opened, client


class Client:
    """A patient's end of a socket; every event is held against the protocol's models."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []
        self.audio: dict[int, bytes] = {}

    async def send(self, type_: str, **fields: Any) -> None:
        """Send a frame."""
        await self.socket.send(orjson.dumps({"type": type_, **fields}).decode())

    async def say(self, input_id: str, text: str) -> None:
        """Send a message."""
        await self.send("input_text", id=input_id, text=text)

    async def consent(self, *purposes: str) -> dict[str, Any]:
        """Agree to exactly these purposes."""
        await self.send("consent.give", version="v1", purposes=list(purposes))
        return await self.until("consent.updated")

    async def next(self) -> dict[str, Any]:
        """The next event; audio that comes before it is kept by its number."""
        async with asyncio.timeout(10):
            while isinstance(received := await self.socket.recv(), bytes):
                number = int.from_bytes(received[:4])
                self.audio[number] = self.audio.get(number, b"") + received[4:]
        event: dict[str, Any] = orjson.loads(received)
        SERVER_EVENTS.validate_python(event)
        self.seen.append(event)
        return event

    async def until(self, *types: str, **fields: Any) -> dict[str, Any]:
        """The next event of one of these types with these fields."""
        while True:
            event = await self.next()
            if event["type"] in types and all(event.get(name) == value for name, value in fields.items()):
                return event

    async def end_of(self, input_id: str) -> dict[str, Any]:
        """The event that ends an input; one cancelled by a restart is answered again."""
        while (ended := await self.until(*ENDS, in_reply_to=input_id)).get("reason") == "restarted":
            pass
        return ended

    async def asked(self, input_id: str, text: str) -> dict[str, Any]:
        """Say something and wait for its end."""
        await self.say(input_id, text)
        return await self.end_of(input_id)

    async def closed(self) -> int:
        """Read to the end; the close code."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        code = self.socket.close_code
        assert code is not None
        return code

    async def leave(self) -> None:
        """Close the socket."""
        await self.socket.close()

    def numbers(self) -> list[int]:
        """The numbers of the events seen."""
        return [event["seq"] for event in self.seen if event.get("seq") is not None]


@dataclass(frozen=True, kw_only=True)
class Backing:
    """The durable ports."""

    sessions: SessionStore
    archive: Archive
    desk: HandoffDesk


@asynccontextmanager
async def ward(  # noqa: PLR0913 - every part of a service may be another
    folder: Path,
    *,
    turns: FakeTurns | None = None,
    memory: Memory | None = None,
    clock: SetClock | None = None,
    timers: Timers | None = None,
    rules: Rules | None = None,
    allowed_origins: frozenset[str] = frozenset(),
    pages: list[BaseRoute] | None = None,
    voice: OpenVoice = NO_VOICE,
) -> AsyncIterator[Ward]:
    """Serve on a free port until the context ends."""
    clock = clock or SetClock()
    turns = turns or FakeTurns()
    kept = memory or fake_memory(FakeServer())
    health, meter = FakeHealth(), FakeMeter()
    async with sqlite_archive(folder, clock) as archive:
        services = Services(
            clock=clock,
            timers=timers or asyncio.get_running_loop(),
            turns=turns,
            screen=fake_screen,
            alarm=FakeAlarm(),
            wording=TEXTS,
            notice=NOTICE,
            sessions=archive.sessions,
            archive=archive.archive,
            desk=archive.desk,
            journal=kept.journal,
            events=kept.events,
            memory=kept.session,
            limits=kept.limits,
            meter=meter,
            health=health,
            rules=rules or Rules(frame_burst=200.0),
            voice=lambda: voice,
        )
        hub = Hub(services)
        sessions = Sessions(services=services, hub=hub)
        app = Application(
            Calls(
                services=services,
                sessions=sessions,
                hub=hub,
                exposition=lambda: (b"", "text/plain"),
                metrics_token=METRICS_TOKEN,
                guide={GUIDE_PAGE.id: GUIDE_PAGE}.get,
            ),
            Realtime(services=services, sessions=sessions, hub=hub, allowed_origins=allowed_origins),
            pages=[
                *Clips(sessions=sessions, hub=hub).routes(),
                *Kiosk(sessions=sessions, hub=hub).routes(),
                *(pages or []),
            ],
            allowed_origins=allowed_origins,
        )
        urls: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        server = Server(app, bound("127.0.0.1", 0), drain=hub.drain, ready=urls.set_result)
        running = asyncio.create_task(server.serve_quietly())
        url = await urls
        async with httpx.AsyncClient(base_url=url) as http:
            one = Ward(
                url=url,
                hub=hub,
                services=services,
                sessions=sessions,
                turns=turns,
                clock=clock,
                health=health,
                meter=meter,
                server=server,
                http=http,
            )
            try:
                yield one
            finally:
                turns.gate.set()
                for client in one.clients:
                    await client.leave()
                server.should_exit = True
                await running
