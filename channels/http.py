"""The HTTP calls of protocol v1 and the Starlette application they live in."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from channels.http_bodies import OpenSession
from channels.hub import Hub
from channels.pages import etag
from channels.ports import Services
from channels.problems import Problems, Refusal
from channels.sessions import Sessions
from channels.shield import Shield
from channels.transcripts import as_json, as_pdf, as_text
from channels.websocket import Realtime
from channels.wire import TEXT_FRAME_LIMIT_BYTES, Strict
from domain.errors import BanyiError, Expired, Forbidden, Unavailable
from domain.guide import GuidePage
from domain.session import Session

REALTIME: Final = "/v1/realtime"
NO_STORE: Final = {"Cache-Control": "no-store"}
GUIDE_CACHE: Final = "public, max-age=300"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The endpoints.

    `metrics_token` opens `/metrics` to callers of other machines; without one nobody's does. `guide` finds a subject
    of the hospital's guide.
    """

    services: Services
    sessions: Sessions
    hub: Hub
    exposition: Callable[[], tuple[bytes, str]]
    metrics_token: str = ""
    guide: Callable[[str], GuidePage | None] = lambda _: None

    async def open_session(self, request: Request) -> Response:
        """`POST /v1/sessions`."""
        await self._limit(request)
        body = await body_of(request)
        try:
            asked = OpenSession.model_validate(body)
        except ValidationError as error:
            raise Refusal("bad_fields") from error
        opened = await self.sessions.open(asked)
        return _json(opened.model_dump(), status=201)

    async def transcript(self, request: Request) -> Response:
        """`GET /v1/sessions/{id}/transcript`."""
        session = await authenticated(self.sessions, request)
        form = request.query_params.get("format", "json")
        if form not in {"json", "txt", "pdf"}:
            raise Refusal("bad_fields")
        messages = await self.services.archive.transcript(session.id)
        zone = self.services.clock.now().tzinfo
        if form == "txt":
            return Response(as_text(messages, zone), media_type="text/plain; charset=utf-8", headers=NO_STORE)
        if form == "pdf":
            return Response(as_pdf(session.id, messages, zone), media_type="application/pdf", headers=NO_STORE)
        return Response(as_json(session.id, messages), media_type="application/json", headers=NO_STORE)

    async def erase(self, request: Request) -> Response:
        """`DELETE /v1/sessions/{id}`."""
        session = await authenticated(self.sessions, request)
        erasure = await self.sessions.erase(session.id)
        return _json(erasure.model_dump(exclude_none=True), status=202)

    async def guide_page(self, request: Request) -> Response:
        """`GET /v1/guide/{id}`: a subject of the guide as it stands; public, and kept by browsers for a while."""
        page = self.guide(request.path_params["entry_id"])
        if page is None:
            raise Refusal("not_found", status=404)
        content = orjson.dumps(page)
        headers = {"Cache-Control": GUIDE_CACHE, "ETag": etag(content)}
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)

    async def healthz(self, _request: Request) -> Response:
        """`GET /healthz`: the process lives."""
        return _json({"status": "ok"})

    async def readyz(self, _request: Request) -> Response:
        """`GET /readyz`: ready as long as the emergency screen works and the process does not drain."""
        screening = self.services.health.screening()
        dependencies = await self.services.health.dependencies()
        whole = screening and not self.hub.draining and all(state == "ok" for state in dependencies.values())
        return _json(
            {
                "status": "ok" if whole else "degraded",
                "dependencies": {"screen": "ok" if screening else "down", **dependencies},
            },
            status=200 if screening and not self.hub.draining else 503,
        )

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`: Prometheus text, for this machine and for whoever has the token."""
        if not _is_local(request) and not self._may_read_metrics(request):
            raise Refusal("forbidden", status=401)
        content, media_type = self.exposition()
        return Response(content, media_type=media_type, headers=NO_STORE)

    def _may_read_metrics(self, request: Request) -> bool:
        token = bearer(request)
        return bool(self.metrics_token and token) and hmac.compare_digest(token.encode(), self.metrics_token.encode())

    async def _limit(self, request: Request) -> None:
        """Bound how fast one address opens sessions; without memory there is no common count."""
        if self.hub.draining:
            raise Refusal("unavailable")
        address = request.client.host if request.client else "unknown"
        limit = self.services.rules.sessions_per_minute
        try:
            await self.services.limits.hit(f"sessions:{address}", limit=limit, per_seconds=60.0)
        except Unavailable:
            return


class Application:
    """The ASGI application: sockets go straight to `realtime`, everything else through Starlette's routes.

    A thousand waiting sockets would otherwise each keep the frames of a dozen middlewares.
    """

    def __init__(
        self, calls: Calls, realtime: Realtime, *, pages: Sequence[BaseRoute], allowed_origins: frozenset[str]
    ) -> None:
        self._realtime = realtime
        problems = Problems(calls.services.wording)
        self._http = Starlette(
            routes=[
                Route("/v1/sessions", calls.open_session, methods=["POST"]),
                Route("/v1/sessions/{session_id}", calls.erase, methods=["DELETE"]),
                Route("/v1/sessions/{session_id}/transcript", calls.transcript, methods=["GET"]),
                Route("/v1/guide/{entry_id}", calls.guide_page, methods=["GET"]),
                Route("/healthz", calls.healthz),
                Route("/readyz", calls.readyz),
                Route("/metrics", calls.metrics),
                *pages,
            ],
            exception_handlers={
                Refusal: problems.refused,
                BanyiError: problems.raised,
                HTTPException: problems.http,
                Exception: problems.defect,
            },
        )
        self._http.add_middleware(Shield, allowed_origins=allowed_origins, refusal=problems.response)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and scope["path"] == REALTIME:
            await self._realtime.serve(WebSocket(scope, receive, send))
        else:
            await self._http(scope, receive, send)


async def authenticated(sessions: Sessions, request: Request) -> Session:
    """The session named in a call's path, if the call bears its token.

    Raises:
        Refusal: it does not, or the session ran out.
    """
    token = bearer(request)
    if not token:
        raise Refusal("forbidden", status=401)
    try:
        return await sessions.authenticate(request.path_params["session_id"], token)
    except Forbidden as error:
        raise Refusal("forbidden", status=401) from error
    except Expired as error:
        raise Refusal("expired") from error


def bearer(request: Request) -> str:
    """The bearer token of a call, empty when it has none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_local(request: Request) -> bool:
    """Whether a call comes from this machine itself; one that a proxy passed on does not."""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    address = request.client.host if request.client else ""
    return not forwarded and (address == "::1" or address.startswith("127."))


async def body_of(request: Request, *, default: Any = None) -> Any:
    """The JSON body; `default`, where there is one, when there is none.

    Raises:
        Refusal: it is not JSON or longer than a text frame may be.
    """
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > TEXT_FRAME_LIMIT_BYTES:
            raise Refusal("too_long")
    if not received and default is not None:
        return default
    try:
        return orjson.loads(received)
    except orjson.JSONDecodeError as error:
        raise Refusal("bad_json") from error


def _json(value: Any, *, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status_code=status, media_type="application/json", headers=NO_STORE)


def answer(body: Strict, *, status: int = 200) -> Response:
    """A body of the protocol as a response nobody keeps."""
    return _json(body.model_dump(), status=status)
