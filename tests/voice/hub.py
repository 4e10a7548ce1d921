"""A small model hub on a real socket: describes one repository, serves its files with ranges, and can misbehave."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REVISION = "1a2b3c"


class Hub:
    """Files by name. `cut_after` closes every answer after so many bytes, `breaks` times; `swaps` sends other bytes."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.cut_after: int | None = None
        self.breaks = 0
        self.swaps = False
        self.ignores_ranges = False
        self.status = 200
        self.asked: list[tuple[str, str | None]] = []
        self.address = ""

    def described(self) -> dict[str, Any]:
        """What the hub says about the repository: large files by SHA-256, small ones by git's SHA-1."""
        return {
            "sha": REVISION,
            "siblings": [
                {
                    "rfilename": name,
                    "size": len(content),
                    "blobId": hashlib.sha1(
                        f"blob {len(content)}\0".encode() + content, usedforsecurity=False
                    ).hexdigest(),
                    **({"lfs": {"sha256": hashlib.sha256(content).hexdigest()}} if name == "model.bin" else {}),
                }
                for name, content in self.files.items()
            ],
        }


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if hub.status != 200:
                self._send(hub.status, b"")
            elif self.path.startswith("/api/models/"):
                self._send(200, json.dumps(hub.described()).encode())
            else:
                self._file(self.path.rsplit("/", 1)[-1])

        def _file(self, name: str) -> None:
            assert f"/resolve/{REVISION}/" in self.path
            wanted = self.headers.get("Range")
            hub.asked.append((name, wanted))
            content = hub.files[name]
            if hub.swaps:
                content = bytes(255 - byte for byte in content)
            if wanted and not hub.ignores_ranges:
                self._send(206, content[int(wanted.removeprefix("bytes=").rstrip("-")) :])
            else:
                self._send(200, content)

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status in {200, 206} and hub.cut_after is not None and hub.breaks and len(body) > hub.cut_after:
                hub.breaks -= 1
                body = body[: hub.cut_after]
                self.close_connection = True
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
