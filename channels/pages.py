"""The widget's files and the demo page, served from a directory of data."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
REVALIDATE: Final = "no-cache"
"""Kept by browsers and asked about each time: a release is seen at once and costs a 304 otherwise."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file read once."""

    content: bytes
    media_type: str
    etag: str


class Pages:
    """Serves what stands below `root`, read at start: files do not change while the process lives."""

    def __init__(self, root: Path, *, aliases: dict[str, str]) -> None:
        self._pages = {
            "/" + path.relative_to(root).as_posix(): _read(path)
            for path in sorted(root.rglob("*"))
            if path.is_file() and not any(part.startswith((".", "__")) for part in path.relative_to(root).parts)
        }
        self._aliases = aliases

    def routes(self) -> list[BaseRoute]:
        """One route for everything not claimed before."""
        return [Route("/{path:path}", self.serve, methods=["GET", "HEAD"])]

    async def serve(self, request: Request) -> Response:
        """One file, or 304 when the browser has it."""
        path = request.url.path
        page = self._pages.get(self._aliases.get(path, path))
        if page is None:
            raise HTTPException(status_code=404)
        headers = {
            "ETag": page.etag,
            "Cache-Control": REVALIDATE,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if page.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(page.content, media_type=page.media_type, headers=headers)


def _read(path: Path) -> Page:
    content = path.read_bytes()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Page(content=content, media_type=media_type, etag=etag(content))


def etag(content: bytes) -> str:
    """Names this content, for browsers that ask whether it is still the same."""
    return f'"{hashlib.sha256(content).hexdigest()[:20]}"'
