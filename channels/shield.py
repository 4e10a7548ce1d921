"""What stands before every HTTP call: the origin check with its CORS answers, and security headers."""

from __future__ import annotations

from typing import Final, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.websocket import origin_fits

CONTENT_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CORS: Final = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


class Refusing(Protocol):
    """Makes a problem response."""

    def __call__(self, code: str, status: int, *, headers: dict[str, str] | None = None) -> Response:
        """The response for `code` with `status`."""


class Shield:
    """ASGI middleware. Calls under `/v1/` are carried out only for this server's own and allowed origins.

    A page of any other origin may ask beforehand and read its 403, so that it can say what is wrong.
    """

    def __init__(self, app: ASGIApp, *, allowed_origins: frozenset[str], refusal: Refusing) -> None:
        self._app = app
        self._allowed = allowed_origins
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        guarded = scope["path"].startswith("/v1/")
        extra = dict(HEADERS)
        app = self._app
        if guarded and origin is not None:
            extra |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            if scope["method"] == "OPTIONS":
                extra |= CORS
                app = Response(status_code=204)
            elif not origin_fits(origin, headers.get("host", ""), self._allowed):
                app = self._refusal("forbidden", 403)

        async def send_shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in extra.items():
                    answered.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_shielded)
