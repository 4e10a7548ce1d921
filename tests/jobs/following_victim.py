"""A worker's process that is killed in the middle of telling a follow-up."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import cast

from archive.opening import OpenArchive
from domain.follow_up import Task, TaskId
from domain.follow_up_ports import FollowUp
from domain.hospital_ports import Notifier
from domain.notices import FOLLOW_UP_WORK, Notice, TextMessage
from domain.ports import Clock
from jobs.following import Following
from jobs.quiet import QuietHours
from jobs.worker import Worker
from tests.follow_up.stage import book
from tests.hospital.victim import SURVIVED
from tests.stores import SHANGHAI, SetClock, booking_rules, sqlite_archive
from tools.notices.outbox import OutboxFile


class Death(StrEnum):
    """Where a worker dies: before it tells, once it told, once it noted that it told."""

    UNTOLD = "untold"
    TOLD = "told"
    NOTED = "noted"


class Names:
    """Says which text it was asked for."""

    def say(self, text_id: str, /, **_values: str | int) -> str:
        """The text's id."""
        return text_id


class Lines:
    """Tells by a line of a file, the first of an id; dies before or after, if it is to."""

    def __init__(self, path: Path, death: Death | None = None) -> None:
        self._outbox = OutboxFile(path)
        self._death = death

    async def notify(self, notice: Notice) -> None:
        """Write the notice."""
        if self._death is Death.UNTOLD:
            os.kill(os.getpid(), signal.SIGKILL)
        await self._outbox.send(TextMessage(id=notice.id, to=notice.patient_id, text=notice.text, at=notice.at))
        if self._death is Death.TOLD:
            os.kill(os.getpid(), signal.SIGKILL)


class DeadlyFollowUp:
    """What is kept of follow-up; its process dies as soon as a try was noted."""

    def __init__(self, kept: FollowUp) -> None:
        self._kept = kept
        self.task, self.care_plan = kept.task, kept.care_plan

    async def told(self, task_id: TaskId, *, tries: int, now: datetime) -> Task:
        """Note the try and die."""
        await self._kept.told(task_id, tries=tries, now=now)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed")


def follower(archive: OpenArchive, notifier: Notifier, clock: Clock, *, follow_up: FollowUp | None = None) -> Worker:
    """A worker of follow-up."""
    following = Following(
        follow_up=follow_up or archive.follow_up,
        notifier=notifier,
        wording=Names(),
        quiet=QuietHours(rules=booking_rules(), zone=SHANGHAI),
        book=book,
    )
    return Worker(archive.follow_up.due, following.handlers(), clock, kinds=FOLLOW_UP_WORK)


def run(folder: Path, outbox: Path, now: datetime, death: Death) -> None:
    """Do what is due at `now` until killed."""
    asyncio.run(_run(folder, outbox, now, death))
    os._exit(SURVIVED)


async def _run(folder: Path, outbox: Path, now: datetime, death: Death) -> None:
    clock = SetClock(now)
    async with sqlite_archive(folder, clock) as archive:
        deadly = cast("FollowUp", DeadlyFollowUp(archive.follow_up)) if death is Death.NOTED else None
        await follower(archive, Lines(outbox, death), clock, follow_up=deadly).drain()
