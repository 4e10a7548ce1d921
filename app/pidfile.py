"""Which process serves on a data directory: its number in a file, locked as long as it lives."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PIDFILE: Final = "banyi.pid"


@contextmanager
def held(directory: Path) -> Iterator[bool]:
    """Keep this process's number in the directory meanwhile; false where another process serves on it already."""
    with (directory / PIDFILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield True


def serving(directory: Path) -> int | None:
    """The process that serves on the directory; `None` when none does, whatever number was left behind."""
    path = directory / PIDFILE
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read())
    return None
