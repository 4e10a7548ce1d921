"""Asks the service that runs on a data directory for a reload, and waits for what came of it."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

from app.pidfile import serving
from app.reloading import REPORT, Reloaded
from domain.errors import BanyiError

LONGEST_SECONDS = 60.0
_LOOK_SECONDS = 0.1


def ask_to_reload(directory: Path) -> Reloaded:
    """Signal the process that holds the directory's lock; only its own user and the administrator can.

    Raises:
        BanyiError: no service runs there, the signal is not allowed, or it does not report in time.
    """
    process = serving(directory)
    if process is None:
        raise BanyiError(f"no service runs on {directory}")
    report = directory / REPORT
    before = _stamp(report)
    try:
        os.kill(process, signal.SIGHUP)
    except (PermissionError, ProcessLookupError) as error:
        raise BanyiError(f"process {process} cannot be told: {error.strerror}") from error
    pause = threading.Event()
    for _ in range(int(LONGEST_SECONDS / _LOOK_SECONDS)):
        if _stamp(report) != before:
            content = json.loads(report.read_text(encoding="utf-8"))
            return Reloaded(outcome=content["outcome"], version=content["version"], problems=tuple(content["problems"]))
        pause.wait(_LOOK_SECONDS)
    raise BanyiError(f"process {process} did not report within {LONGEST_SECONDS:g} s")


def _stamp(path: Path) -> tuple[int, int] | None:
    """Changes whenever the file is replaced."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns
