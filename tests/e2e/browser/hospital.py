"""The real program as a patient's browser meets it: one address, through crashes and restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

BANYI = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
START_SECONDS = 60


class Hospital:
    """`banyi serve` on a data directory of its own; `allowed_origin` may embed its assistant."""

    def __init__(self, folder: Path, *, allowed_origin: str = "") -> None:
        self.folder = folder
        self._allowed_origin = allowed_origin
        self._port = _free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{self._port}/"

    async def start(self) -> None:
        """Run the program; it answers when this returns."""
        environment = {
            **os.environ,
            "BANYI_DATA_DIR": str(self.folder),
            "BANYI_PORT": str(self._port),
            "BANYI_ALLOWED_ORIGINS": self._allowed_origin,
        }
        self._process = await asyncio.create_subprocess_exec(
            *BANYI, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert self._process.stdout
        async with asyncio.timeout(START_SECONDS):
            assert (await self._process.stdout.readline()).startswith(b"banyi: ")

    async def kill(self) -> None:
        """End the program without any warning."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Let the program finish what it does."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            await self._process.wait()
            self._process = None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
