"""What a nurse does with a conversation: take it over, answer, give it back, note, tag, assign, close, rate."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import Assignment, Handling, Held, Marks, NoteText, Nothing, NurseMessage, Tags
from channels.console.door import answer, body_of, done
from channels.console.ports import Console
from channels.console.rows import stamp
from channels.console.takeover import Takeover
from domain.desk import Rating
from domain.session import SessionId
from domain.staff import StaffId, StaffSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """The calls that change a conversation's case."""

    console: Console
    takeover: Takeover

    async def claim(self, request: Request, session: StaffSession) -> Response:
        """`POST …/claim`."""
        await body_of(request, Nothing)
        claim = await self.takeover.claim(_session_of(request), by=session.staff.id)
        return answer({"claim": {"token": claim.number, "until": stamp(claim.until)}})

    async def heartbeat(self, request: Request, session: StaffSession) -> Response:
        """`POST …/heartbeat`."""
        held = await body_of(request, Held)
        claim = await self.console.claims.renew(
            _session_of(request), by=session.staff.id, number=held.token, now=self.console.services.clock.now()
        )
        return answer({"until": stamp(claim.until)})

    async def release(self, request: Request, session: StaffSession) -> Response:
        """`POST …/release`."""
        held = await body_of(request, Held)
        await self.takeover.release(_session_of(request), by=session.staff.id, number=held.token)
        return done()

    async def say(self, request: Request, session: StaffSession) -> Response:
        """`POST …/messages`."""
        said = await body_of(request, NurseMessage)
        response_id = await self.takeover.say(
            _session_of(request), said.text, message_id=said.id, by=session.staff.id, number=said.token
        )
        return answer({"response_id": response_id}, status=202)

    async def assign(self, request: Request, session: StaffSession) -> Response:
        """`POST …/assign`."""
        asked = await body_of(request, Assignment)
        to = StaffId(asked.staff_id) if asked.staff_id else None
        await self.console.work.assign(_session_of(request), to, by=session.staff.id)
        await self.console.bell.ring()
        return done()

    async def tag(self, request: Request, session: StaffSession) -> Response:
        """`PUT …/tags`."""
        asked = await body_of(request, Tags)
        await self.console.work.tag(_session_of(request), asked.tags, by=session.staff.id)
        return done()

    async def note(self, request: Request, session: StaffSession) -> Response:
        """`POST …/notes`."""
        asked = await body_of(request, NoteText)
        number = await self.console.work.note(
            _session_of(request), asked.text, by=session.staff.id, now=self.console.services.clock.now()
        )
        return answer({"id": number}, status=201)

    async def handle(self, request: Request, session: StaffSession) -> Response:
        """`POST …/handle`."""
        asked = await body_of(request, Handling)
        await self.console.work.handle(
            _session_of(request), asked.reason, by=session.staff.id, now=self.console.services.clock.now()
        )
        await self.console.bell.ring()
        return done()

    async def rate(self, request: Request, session: StaffSession) -> Response:
        """`POST …/ratings`."""
        marks = await body_of(request, Marks)
        rating = Rating(by=session.staff.id, at=self.console.services.clock.now(), **marks.model_dump())
        await self.console.work.rate(_session_of(request), rating)
        return answer({}, status=201)


def _session_of(request: Request) -> SessionId:
    return SessionId(request.path_params["id"])
