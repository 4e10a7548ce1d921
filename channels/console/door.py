"""Who comes in: the cookie, the origin of writes, and what a role may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import orjson
import structlog
from pydantic import BaseModel, ValidationError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from channels.console.ports import Console
from channels.problems import Refusal
from channels.tokens import hashed
from channels.websocket import origin_fits
from channels.wire import TEXT_FRAME_LIMIT_BYTES
from domain.staff import Role, StaffSession

log = structlog.get_logger(__name__)

COOKIE: Final = "banyi_staff"
PATH: Final = "/console"
READS: Final = frozenset({"GET", "HEAD"})
NO_STORE: Final = {"Cache-Control": "no-store"}

Body = TypeVar("Body", bound=BaseModel)
Handler: TypeAlias = Callable[[Request, StaffSession], Awaitable[Response]]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Door:
    """Lets staff in, and nobody else."""

    def __init__(self, console: Console) -> None:
        self._staff = console.staff

    def open_to(self, role: Role, handler: Handler) -> Endpoint:
        """The endpoint for whoever is signed in with at least this role; a write must come from our own page."""

        async def endpoint(request: Request) -> Response:
            check_origin(request)
            session = await self.session(request)
            if session is None:
                raise Refusal("expired")
            if not session.staff.role.includes(role):
                raise Refusal("forbidden")
            return await handler(request, session)

        return endpoint

    async def session(self, connection: HTTPConnection) -> StaffSession | None:
        """Whose browser this is."""
        token = connection.cookies.get(COOKIE, "")
        return await self._staff.session(hashed(token)) if token else None


def check_origin(request: Request) -> None:
    """Refuse a write whose page is not ours: a browser names the page's origin, and nobody else can.

    Raises:
        Refusal: no origin, or another one.
    """
    if request.method in READS:
        return
    if not is_own(request):
        raise Refusal("forbidden")


def is_own(connection: HTTPConnection) -> bool:
    """Whether a call comes from this service's own pages."""
    origin = connection.headers.get("origin", "")
    return bool(origin) and origin_fits(origin, connection.headers.get("host", ""), frozenset())


async def body_of(request: Request, kind: type[Body]) -> Body:
    """The JSON body.

    Raises:
        Refusal: too long, not JSON, or not what `kind` declares.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > TEXT_FRAME_LIMIT_BYTES:
            raise Refusal("too_long")
    try:
        return kind.model_validate(orjson.loads(bytes(content) or b"{}"))
    except orjson.JSONDecodeError as error:
        raise Refusal("bad_json") from error
    except ValidationError as error:
        raise Refusal("bad_fields") from error


def answer(content: Any, *, status: int = 200) -> Response:
    """A JSON answer no cache keeps."""
    return Response(
        orjson.dumps(content, default=_plain), status_code=status, media_type="application/json", headers=NO_STORE
    )


def _plain(value: Any) -> Any:
    """What JSON has no form for, as one it has."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Collection):
        return list(value)
    raise TypeError(type(value).__name__)


def done() -> Response:
    """An empty answer."""
    return Response(status_code=204, headers=NO_STORE)


def keep_cookie(response: Response, token: str, request: Request, *, seconds: int) -> Response:
    """Have the browser keep the token where no script reads it and no other site's page sends it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=seconds,
        path=PATH,
        secure=request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https",
        httponly=True,
        samesite="strict",
    )
    return response


def address_of(connection: HTTPConnection) -> str:
    """Where a call comes from, for counting."""
    return connection.client.host if connection.client else "unknown"
