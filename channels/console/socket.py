"""`GET /console/ws`: what changes in the inbox, what happens in the conversations a nurse looks at, who types."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Annotated, Any, Final, TypeAlias

import orjson
import structlog
from pydantic import Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocket

from channels.console.bodies import Follow, Heartbeat, TypingNow, Unfollow
from channels.console.door import Door, is_own
from channels.console.live import Live
from channels.console.ports import Console
from channels.console.rows import message_fields, staff_fields, stamp
from channels.hub import Hub
from channels.ports import TimerHandle
from channels.websocket import DRAINING_CODE, FORBIDDEN_CODE, HANDSHAKE_CODE, TOKEN_CODE, StarletteSocket
from channels.wire import TEXT_FRAME_LIMIT_BYTES
from domain.desk import HEARTBEAT_SECONDS, LEASE
from domain.errors import BanyiError, Conflict, NotFound, Unavailable
from domain.session import Author, SessionId
from domain.staff import Role, StaffSession
from domain.turn import Json

log = structlog.get_logger(__name__)

QUIET_SECONDS: Final = 0.3
"""Changes within this time are told once."""

MOST_FOLLOWED: Final = 12
ENDS: Final = frozenset({"response.done", "response.cancelled", "error"})

Frame: TypeAlias = Annotated[Follow | Unfollow | TypingNow | Heartbeat, Field(discriminator="type")]
FRAMES: Final[TypeAdapter[Any]] = TypeAdapter(Frame)


class ConsoleEndpoint:
    """Accepts consoles; `hub` says when the process drains."""

    def __init__(self, console: Console, live: Live, hub: Hub) -> None:
        self._console = console
        self._door = Door(console)
        self._hub = hub
        self._live = live

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from handshake to close."""
        await websocket.accept()
        session = await self._door.session(websocket) if is_own(websocket) else None
        if session is None or self._hub.draining:
            code = TOKEN_CODE if is_own(websocket) else FORBIDDEN_CODE
            await websocket.close(DRAINING_CODE if self._hub.draining else code)
            return
        one = OpenConsole(self._console, self._door, websocket, session)
        self._live.add(one)
        try:
            await one.serve()
        finally:
            self._live.discard(one)
            await one.leave()


class OpenConsole:
    """One nurse's open console."""

    def __init__(self, console: Console, door: Door, websocket: WebSocket, session: StaffSession) -> None:
        self._console = console
        self._door = door
        self._websocket = websocket
        self._socket = StarletteSocket(websocket)
        self._session = session
        self._followed: dict[SessionId, asyncio.Task[None]] = {}
        self._timer: TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._alerted: set[SessionId] = set()

    async def serve(self) -> None:
        """Greet, then hear frames until the socket is gone."""
        await self._send(type="hello", staff=staff_fields(self._session.staff), heartbeat_seconds=HEARTBEAT_SECONDS)
        await self._attend()
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None or len(text) > TEXT_FRAME_LIMIT_BYTES:
                await self._socket.close(HANDSHAKE_CODE)
                return
            try:
                await self._hear(FRAMES.validate_json(text))
            except ValidationError:
                await self._send(type="error", code="bad_fields", session_id=None)
            except BanyiError as error:
                await self._send(type="error", code=error.code, session_id=None)

    def changed(self) -> None:
        """Tell the console soon, and once for all that changes meanwhile."""
        if self._timer is None:
            self._timer = self._console.services.timers.call_later(QUIET_SECONDS, self._tell_changed)

    async def leave(self) -> None:
        """Stop everything done for this socket."""
        if self._timer is not None:
            self._timer.cancel()
        tasks = [*self._followed.values(), *self._sending]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _hear(self, frame: Follow | Unfollow | TypingNow | Heartbeat) -> None:
        match frame:
            case Follow():
                await self._follow(frame)
            case Unfollow():
                if task := self._followed.pop(SessionId(frame.session_id), None):
                    task.cancel()
            case TypingNow():
                await self._typing(SessionId(frame.session_id))
            case Heartbeat():
                await self._heartbeat(frame)

    async def _typing(self, session_id: SessionId) -> None:
        """Let the patient see that a nurse types; only the one who answers."""
        claim = await self._console.claims.claim_on(session_id, now=self._console.services.clock.now())
        if claim is not None and claim.staff_id == self._session.staff.id:
            await self._console.typing.typed(session_id, Author.NURSE)

    async def _heartbeat(self, frame: Heartbeat) -> None:
        """The nurse is there: hold what they hold, and tell supervisors what nobody opened."""
        if await self._door.session(self._websocket) is None:
            await self._socket.close(TOKEN_CODE)
            return
        await self._attend()
        now, held, lost = self._console.services.clock.now(), [], []
        for one in frame.claims:
            session_id = SessionId(one.session_id)
            try:
                claim = await self._console.claims.renew(
                    session_id, by=self._session.staff.id, number=one.token, now=now
                )
            except (Conflict, NotFound):
                lost.append(session_id)
            else:
                held.append({"session_id": session_id, "until": stamp(claim.until)})
        await self._send(type="claims", held=held, lost=lost)
        if self._session.staff.role.includes(Role.SUPERVISOR):
            await self._alert()

    async def _attend(self) -> None:
        until = self._console.services.clock.now() + LEASE + timedelta(seconds=HEARTBEAT_SECONDS)
        await self._console.staff.attend(self._session.id, until=until)

    async def _alert(self) -> None:
        """Tell once of every red case that nobody opened in time."""
        overdue = await self._console.cases.overdue(now=self._console.services.clock.now())
        for case in overdue:
            if case.session_id not in self._alerted:
                await self._send(type="alert", kind="overdue", session_id=case.session_id, since=stamp(case.since))
        self._alerted = {case.session_id for case in overdue}

    # ── conversations ────────────────────────────────────────────────────────────────────────────────

    async def _follow(self, frame: Follow) -> None:
        """Send what happens in a conversation that was opened; opening it is noted in the chain."""
        session_id = SessionId(frame.session_id)
        await self._console.cases.case(session_id, now=self._console.services.clock.now())
        if task := self._followed.pop(session_id, None):
            task.cancel()
        if len(self._followed) >= MOST_FOLLOWED:
            await self._send(type="error", code="busy", session_id=session_id)
            return
        detail = {"console": self._session.id}
        await self._console.work.viewed(
            "case.followed", by=self._session.staff.id, session_id=session_id, detail=detail
        )
        self._followed[session_id] = asyncio.create_task(self._relay(session_id, frame.after, frame.lines))

    async def _relay(self, session_id: SessionId, after: int, lines: int | None) -> None:
        """Events in order, the lines they added to the transcript, and the patient's keys."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._relay_events(session_id, after, lines))
                tasks.create_task(self._relay_typing(session_id))
        except* BanyiError:
            await self._send(type="error", code="unavailable", session_id=session_id)

    async def _relay_events(self, session_id: SessionId, after: int, lines: int | None) -> None:
        if lines is None:
            seen = len(await self._console.services.archive.transcript(session_id))
        else:
            seen = await self._relay_lines(session_id, lines)
        async for event in self._console.services.events.follow(session_id, after):
            await self._send(type="event", session_id=session_id, event=event)
            if event["type"] in ENDS:
                seen = await self._relay_lines(session_id, seen)

    async def _relay_lines(self, session_id: SessionId, seen: int) -> int:
        """The lines added to the transcript, in full; how many there are."""
        try:
            messages = await self._console.services.archive.transcript(session_id)
        except Unavailable as error:
            log.warning("transcript_unreachable", dependency=error.dependency)
            return seen
        for message in messages[seen:]:
            await self._send(type="message", session_id=session_id, message=message_fields(message))
        return len(messages)

    async def _relay_typing(self, session_id: SessionId) -> None:
        async with self._console.typing.follow(session_id, Author.PATIENT) as keys:
            async for _ in keys:
                await self._send(type="typing", session_id=session_id, by=Author.PATIENT.value)

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────

    def _tell_changed(self) -> None:
        self._timer = None
        self._soon(self._send(type="inbox.changed"))

    def _soon(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, **frame: Json | Any) -> None:
        await self._socket.send(orjson.dumps(frame).decode())
