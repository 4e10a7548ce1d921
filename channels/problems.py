"""Errors of the HTTP calls as RFC 9457 problem details."""

from __future__ import annotations

from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from channels.http_bodies import Problem
from channels.ports import Wording
from channels.wire import ErrorCode
from domain.errors import BanyiError, RateLimited

log = structlog.get_logger(__name__)

STATUS: Final[dict[str, int]] = {
    "bad_json": 400,
    "bad_fields": 422,
    "too_long": 413,
    "busy": 409,
    "rate_limited": 429,
    "consent_required": 403,
    "not_found": 404,
    "expired": 401,
    "forbidden": 403,
    "identity_required": 403,
    "conflict": 409,
    "unavailable": 503,
    "unsupported_audio": 415,
    "internal": 500,
}
TITLES: Final[dict[int, str]] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Refusal(Exception):
    """An HTTP call that ends in a problem."""

    def __init__(self, code: ErrorCode, *, status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status or STATUS[code]


class Problems:
    """Turns what an endpoint raises into a response."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def response(self, code: str, status: int, *, headers: dict[str, str] | None = None) -> Response:
        """One problem response."""
        body = Problem.model_construct(
            type="about:blank",
            title=TITLES.get(status, "Error"),
            status=status,
            code=code,
            detail=self._wording.say(f"error.{code}"),
        )
        return Response(
            body.model_dump_json(), status_code=status, media_type="application/problem+json", headers=headers
        )

    async def refused(self, _request: Request, error: Exception) -> Response:
        """A `Refusal`."""
        assert isinstance(error, Refusal)  # noqa: S101 - registered for Refusal
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None  # noqa: PLR2004 - Unauthorized
        return self.response(error.code, error.status, headers=headers)

    async def raised(self, _request: Request, error: Exception) -> Response:
        """A `BanyiError` of the layers below."""
        assert isinstance(error, BanyiError)  # noqa: S101 - registered for BanyiError
        headers = {"Retry-After": str(int(error.retry_after_seconds) + 1)} if isinstance(error, RateLimited) else None
        return self.response(error.code, STATUS.get(error.code, 500), headers=headers)

    async def http(self, _request: Request, error: Exception) -> Response:
        """Starlette's own: no such route, wrong method."""
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for HTTPException
        code = "not_found" if error.status_code in {404, 405} else "bad_fields"
        return self.response(code, error.status_code, headers=dict(error.headers or {}))

    async def defect(self, _request: Request, error: Exception) -> Response:
        """Anything else is a bug."""
        log.error("http_defect", kind=type(error).__name__)
        return self.response("internal", 500)
