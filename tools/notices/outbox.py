"""Texts as lines of a file, for development and tests: what a gateway would have sent."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from typing import IO

import orjson

from domain.errors import Unavailable
from domain.notices import TextMessage


class OutboxFile:
    """Implements `TextSender`: one JSON object a line, `{"to", "text", "at", "id"}`, the first of an id.

    Any number of processes may write one file: each takes its lock, reads what the others added, cuts off a line
    that a killed process left unfinished, and appends. A line that is there when `send` returns is on the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sent: set[str] = set()
        self._read_to = 0

    async def send(self, message: TextMessage) -> None:
        """Append the message unless its id is there.

        Raises:
            Unavailable: the file cannot be written.
        """
        try:
            await asyncio.to_thread(self._append, message)
        except OSError as error:
            raise Unavailable("outbox") from error

    def _append(self, message: TextMessage) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(opened, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._catch_up(file)
            if message.id in self._sent:
                return
            line = {"to": message.to, "text": message.text, "at": message.at.isoformat(), "id": message.id}
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
            self._sent.add(message.id)
            self._read_to = file.tell()

    def _catch_up(self, file: IO[bytes]) -> None:
        """Learn the ids added since, and cut off an unfinished line."""
        if file.seek(0, os.SEEK_END) < self._read_to:  # somebody emptied it
            self._sent.clear()
            self._read_to = 0
        file.seek(self._read_to)
        added = file.read()
        whole = added.rfind(b"\n") + 1
        self._sent.update(orjson.loads(line)["id"] for line in added[:whole].splitlines())
        self._read_to += whole
        file.truncate(self._read_to)
        file.seek(self._read_to)
