"""A worker's process that is killed while it tells a patient: just before, or just after the text was written."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime
from pathlib import Path

from domain.notices import TextMessage
from jobs.worker import Worker
from memory import crypto
from tests.hospital.stage import SMALL_HOSPITAL
from tests.hospital.victim import SURVIVED, database
from tests.jobs.ward import handlers
from tests.stores import MASTER, SetClock, booking_rules
from tools.hospital.sql.opening import OpenHospital
from tools.notices.outbox import OutboxFile
from tools.notices.ways import TextNotifier


class DeadlySender:
    """Writes to the outbox and kills its process, before or after."""

    def __init__(self, outbox: OutboxFile, *, after: bool) -> None:
        self._outbox = outbox
        self._after = after

    async def send(self, message: TextMessage) -> None:
        """Write, if that comes first, and die."""
        if self._after:
            await self._outbox.send(message)
        os.kill(os.getpid(), signal.SIGKILL)


def run(address: str, outbox: Path, now: datetime, after: bool) -> None:  # noqa: FBT001 - arguments of a process
    """Do what is due at `now` until killed."""
    asyncio.run(_run(address, outbox, now, after=after))
    os._exit(SURVIVED)


async def _run(address: str, outbox: Path, now: datetime, *, after: bool) -> None:
    clock = SetClock(now)
    hospital = OpenHospital(
        database(address), SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=clock
    )
    sender = DeadlySender(OutboxFile(outbox), after=after)
    await Worker(hospital.due, handlers(hospital, TextNotifier(hospital.patients, sender)), clock).drain()
