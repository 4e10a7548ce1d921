"""Runs the ASGI application: uvicorn that finishes running turns before it lets the sockets go."""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from channels.wire import SOCKET_LIMIT_BYTES
from domain.errors import SettingsError

CLOSE_SECONDS = 5


class Server(uvicorn.Server):
    """Serves on `listening`; told to stop it accepts nothing new, awaits `drain`, then closes what is left."""

    def __init__(
        self,
        app: Any,
        listening: socket.socket,
        *,
        drain: Callable[[], Awaitable[None]],
        ready: Callable[[str], None] = lambda _url: None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=SOCKET_LIMIT_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=CLOSE_SECONDS,
            )
        )
        self._drain = drain
        self._ready = ready
        self._socket = listening

    async def serve_quietly(self) -> None:
        """Serve without taking over the process's signals, until `should_exit`."""
        await self._serve([self._socket])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            host, port = self._socket.getsockname()[:2]
            self._ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, finish the running turns, close."""
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`; 0 takes a free port.

    Raises:
        SettingsError: the address is no address of this machine, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        key = "BANYI_PORT" if error.errno == errno.EADDRINUSE else "BANYI_HOST"
        raise SettingsError(key, f"{host}:{port}: {error.strerror}") from error
    return listening
