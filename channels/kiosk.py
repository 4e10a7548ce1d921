"""What a terminal in the hall needs besides a conversation: to hand it on to a phone, and to be left behind clean."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.history import escalations
from channels.http import answer, authenticated, body_of
from channels.http_bodies import Continuation, ContinueWith, Leave, Left
from channels.hub import Hub
from channels.problems import Refusal
from channels.sessions import Sessions
from domain.desk import Cause
from domain.session import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """The calls."""

    sessions: Sessions
    hub: Hub

    def routes(self) -> list[BaseRoute]:
        """The routes."""
        return [
            Route("/v1/sessions/{session_id}/continue", self.offer, methods=["POST"]),
            Route("/v1/continue", self.go_on, methods=["POST"]),
            Route("/v1/sessions/{session_id}/leave", self.leave, methods=["POST"]),
        ]

    async def offer(self, request: Request) -> Response:
        """`POST /v1/sessions/{id}/continue`: a code to photograph that carries the session to a phone, once."""
        session = await authenticated(self.sessions, request)
        code, expires_at = await self.sessions.offer_continuation(session.id)
        origin = request.headers.get("origin") or str(request.base_url).rstrip("/")
        url = f"{origin}/continue#{code}"
        return answer(Continuation(url=url, svg=_drawn(url), expires_at=expires_at.isoformat(timespec="seconds")))

    async def go_on(self, request: Request) -> Response:
        """`POST /v1/continue`: the session is the phone's now; the terminal's tokens end."""
        try:
            asked = ContinueWith.model_validate(await body_of(request))
        except ValidationError as error:
            raise Refusal("bad_fields") from error
        opened = await self.sessions.go_on(asked.code)
        await self.hub.end(SessionId(opened.session_id), 4401)
        return answer(opened, status=201)

    async def leave(self, request: Request) -> Response:
        """`POST /v1/sessions/{id}/leave`: the patient went away, or the terminal says so.

        After an emergency, or with a question open whose silence counts as one, a person is called first, and the
        terminal keeps its tokens until somebody takes the case or the caller is `sure`.
        """
        session = await authenticated(self.sessions, request)
        try:
            asked = Leave.model_validate(await body_of(request, default={}))
        except ValidationError as error:
            raise Refusal("bad_fields") from error
        if await self._is_grave(session.id) and not await self._is_seen_to(session.id) and not asked.sure:
            return answer(Left(status="ringing"), status=202)
        await self.sessions.end_tokens(session.id)
        await self.hub.end(session.id, 4401)
        return answer(Left(status="wiped"))

    async def _is_grave(self, session_id: SessionId) -> bool:
        conversation = self.hub.find(session_id)
        if conversation is not None and conversation.grave:
            return True
        return bool(escalations(await self.sessions.services.events.since(session_id, 0)))

    async def _is_seen_to(self, session_id: SessionId) -> bool:
        """Whether a nurse took the case; she is called, once."""
        services = self.sessions.services
        now = services.clock.now()
        await services.desk.request(
            session_id, reason="left", urgent=True, key=f"{session_id}:left", now=now, cause=Cause.ESCALATION
        )
        await services.bell.ring()
        return await services.desk.held(session_id, now=now) or not await services.desk.open_for(session_id)


def _drawn(url: str) -> str:
    import segno  # noqa: PLC0415 - only terminals draw codes

    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, scale=8, border=4)
    return drawn.getvalue().decode()
