"""A service with a console: patients at one end, nurses at the other."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import orjson
from langgraph.checkpoint.memory import InMemorySaver
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from agent.graph import build
from agent.packs import Library
from agent.reception import Reception
from agent.turn import Turns
from app.bootstrap import PAGES, WEB, PackAlarm, notice
from app.console import PackNames
from app.server import Server, bound
from channels.console.live import Live, listen
from channels.console.ports import Canned, Console
from channels.console.routes import routes
from channels.console.takeover import Takeover
from channels.http import Application, Calls
from channels.hub import Hub
from channels.noticing import WidgetNotifier
from channels.pages import Pages
from channels.ports import Rules, Services
from channels.sessions import Sessions
from channels.websocket import Realtime
from domain.desk_hours import DeskHours
from domain.session import SessionId
from domain.staff import Role
from memory.codec import codec
from tests.channels.ward import Client, FakeHealth
from tests.fakes.desk import FakeBell, FakeTyping
from tests.fakes.memory import FakeMemory, FakeServer
from tests.fakes.meter import FakeMeter
from tests.turn.bedside import Bedside, bedside, knowledge
from tools.follow_up.enrolling import Enrolling

PASSWORD = "a long password"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: reading the world's certificates for a loopback socket would take a tenth of a second each time."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """A nurse's open socket."""

    socket: ClientConnection

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.socket.send(orjson.dumps(frame).decode())

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame of this type with these fields."""
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = orjson.loads(await self.socket.recv())
                if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                    return frame

    async def event(self, kind: str) -> dict[str, Any]:
        """The next event of a conversation of this type."""
        while True:
            event: dict[str, Any] = (await self.until("event"))["event"]
            if event["type"] == kind:
                return event

    async def closed(self) -> int | None:
        """Read to the end; the close code."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(10):
                while True:
                    await self.socket.recv()
        return self.socket.close_code


@dataclass(slots=True, kw_only=True)
class Nurse:
    """Somebody signed in. `http` keeps the cookie and says where the page comes from."""

    id: str
    http: httpx.AsyncClient
    url: str
    stack: AsyncExitStack

    async def get(self, path: str, status: int = 200) -> Any:
        """Read."""
        answer = await self.http.get(f"/console/api{path}")
        assert answer.status_code == status, answer.text
        return answer.json() if answer.headers["content-type"].startswith("application/") else answer

    async def post(
        self, path: str, status: int = 200, *, method: str = "POST", body: dict[str, Any] | None = None, **fields: Any
    ) -> Any:
        """Do something."""
        answer = await self.http.request(method, f"/console/api{path}", json={**(body or {}), **fields})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def claim(self, session_id: str) -> int:
        """Take a conversation over; the claim's number."""
        number: int = (await self.post(f"/sessions/{session_id}/claim"))["claim"]["token"]
        return number

    async def watch(self, **headers: str) -> Watch:
        """Open the console's socket."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        socket = await connect(
            self.url.replace("http", "ws") + "/console/ws",
            additional_headers={"Origin": self.url, "Cookie": cookie, **headers},
            max_queue=None,
        )
        self.stack.push_async_callback(socket.close)
        return Watch(socket=socket)


@dataclass(slots=True, kw_only=True)
class Station:
    """The service."""

    url: str
    bedside: Bedside
    services: Services
    hub: Hub
    console: Console
    takeover: Takeover
    typing: FakeTyping
    stack: AsyncExitStack
    http: httpx.AsyncClient
    clients: list[Client] = field(default_factory=list)

    async def nurse(self, name: str = "lihua", role: Role = Role.NURSE) -> Nurse:
        """Make an account and sign in."""
        await self.bedside.archive.staff.add(name, f"{name}护士", role, PASSWORD, second_factor=False)
        return await self.signed_in(name)

    async def signed_in(self, name: str) -> Nurse:
        """Sign in once more."""
        http = await self.stack.enter_async_context(
            httpx.AsyncClient(base_url=self.url, headers={"Origin": self.url}, verify=NO_TLS)
        )
        answer = await http.post("/console/api/sign-in", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Nurse(id=answer.json()["staff"]["id"], http=http, url=self.url, stack=self.stack)

    async def patient(self) -> tuple[SessionId, Client]:
        """Somebody who agreed and whose socket is open."""
        answer = await self.http.post(
            "/v1/sessions", json={"channel": "web", "profile": {"age_years": 32, "sex": "female"}}
        )
        opened = answer.json()
        socket = await connect(
            f"{self.url.replace('http', 'ws')}/v1/realtime?session={opened['session_id']}",
            subprotocols=["banyi.v1", f"token.{opened['token']}"],  # type: ignore[list-item]  # what the protocol asks
        )
        client = Client(socket)
        self.clients.append(client)
        await client.until("session.created")
        purposes = ["care_chat"]
        await client.send("consent.give", version=self.services.notice.consent_version, purposes=purposes)
        await client.until("consent.updated")
        return SessionId(opened["session_id"]), client

    async def red(self) -> tuple[SessionId, Client]:
        """A patient who described an emergency."""
        session_id, client = await self.patient()
        await client.asked("m1", "我胸口压着疼，喘不上气，出冷汗")
        return session_id, client


@asynccontextmanager
async def station(folder: Path) -> AsyncIterator[Station]:
    """Serve on a free port until the context ends."""
    async with bedside(folder) as patient, AsyncExitStack() as stack:
        bell, typing = FakeBell(), FakeTyping()
        library, memory, archive = Library(knowledge()), FakeMemory(FakeServer()), patient.archive
        reception = Reception(attended=archive.staff.attended, cases=archive.case_work, bell=bell)
        patient.turns = Turns(build(InMemorySaver(serde=codec)), replace(patient.deps, reception=reception))
        services = Services(
            clock=patient.clock,
            timers=asyncio.get_running_loop(),
            turns=patient.turns,
            screen=library.screen,
            alarm=PackAlarm(library),
            wording=library,
            notice=notice(library.newest),
            sessions=archive.sessions,
            archive=archive.archive,
            desk=archive.desk,
            journal=memory.journal,
            events=memory.events,
            memory=memory,
            limits=memory.limits,
            meter=FakeMeter(),
            health=FakeHealth(),
            rules=Rules(frame_burst=200.0),
            work=archive.case_work,
            bell=bell,
            typing=typing,
        )
        console = Console(
            services=services,
            staff=archive.staff,
            claims=archive.claims,
            cases=archive.cases,
            work=archive.case_work,
            numbers=archive.figures,
            bell=bell,
            typing=typing,
            talks=patient.turns,
            names=PackNames(library, await patient.deps.scheduling.departments()),
            patients=patient.hospital.patients,
            contacts=patient.hospital.patients,
            scheduling=patient.deps.scheduling,
            follow_up=archive.follow_up,
            hours=DeskHours(),
            enrolment=Enrolling(
                archive.follow_up, patient.hospital.patients, patient.clock, book=lambda: knowledge().pack.follow_up
            ),
            notifier=WidgetNotifier(patient.hospital.inbox, memory.events, label=lambda: "AI"),
            corrections=archive.corrections,
            canned=(Canned(id="hello", title="问候", text="您好"),),
        )
        hub, live = Hub(services), Live()
        sessions = Sessions(services=services, hub=hub)
        app = Application(
            Calls(services=services, sessions=sessions, hub=hub, exposition=lambda: (b"", "text/plain")),
            Realtime(services=services, sessions=sessions, hub=hub, allowed_origins=frozenset()),
            pages=[*routes(console, live, hub), *Pages(WEB, aliases=PAGES).routes()],
            allowed_origins=frozenset(),
        )
        urls: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        server = Server(app, bound("127.0.0.1", 0), drain=hub.drain, ready=urls.set_result)
        serving = asyncio.create_task(server.serve_quietly())
        hearing = asyncio.create_task(listen(console, live))
        url = await urls
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, verify=NO_TLS))
        one = Station(
            url=url,
            bedside=patient,
            services=services,
            hub=hub,
            console=console,
            takeover=Takeover(console=console),
            typing=typing,
            stack=stack,
            http=http,
        )
        try:
            yield one
        finally:
            for client in one.clients:
                await client.leave()
            await stack.aclose()
            hearing.cancel()
            server.should_exit = True
            await asyncio.wait({serving, hearing})
