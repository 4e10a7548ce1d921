"""A process that is killed before a chosen SQL statement of one booking step, or right after its commit."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from archive.database import Database, EmbeddedDatabase
from archive.served import ServedDatabase
from domain.ports import Scheduling
from memory import crypto
from tests.hospital.stage import SMALL_HOSPITAL
from tests.stores import MASTER, SetClock, booking_rules
from tools.hospital.sql.opening import OpenHospital

COMMITTED = 0
"""The point after the commit, where only the answer is lost."""

SURVIVED = 7
"""How the process ends when the step has no such point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write of `Scheduling`: a method's name and its arguments, the key among them."""

    name: str
    subject: tuple[str, ...]
    given: tuple[tuple[str, Any], ...]

    async def on(self, scheduling: Scheduling | Any) -> Any:
        """Do it."""
        write: Callable[..., Awaitable[Any]] = getattr(scheduling, self.name)
        return await write(*self.subject, **dict(self.given))


def database(address: str) -> Database:
    """The database at a PostgreSQL address or a path."""
    return ServedDatabase(address) if address.startswith("postgresql") else EmbeddedDatabase(Path(address))


def run(address: str, step: Step, point: int, now: datetime) -> None:
    """Do `step` and die before its SQL statement number `point`, counted from 1, or after its commit.

    SQLite tells of every statement itself, those that begin and commit included.
    """
    asyncio.run(_run(address, step, point, now))
    os._exit(SURVIVED)


def _trace(connection: Connection, told: Callable[[str], None]) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.set_trace_callback(told)


async def _run(address: str, step: Step, point: int, now: datetime) -> None:
    opened = database(address)
    clock = SetClock(now)
    hospital = OpenHospital(opened, SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=clock)
    statements = 0

    def die(*_anything: Any) -> None:
        nonlocal statements
        statements += 1
        if statements == point:
            os.kill(os.getpid(), signal.SIGKILL)

    if address.startswith("postgresql"):
        event.listen(Engine, "before_cursor_execute", die)
    else:
        await opened.write(partial(_trace, told=die))
    await step.on(hospital.scheduling)
    if point == COMMITTED:
        os.kill(os.getpid(), signal.SIGKILL)
