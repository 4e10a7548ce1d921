"""A small hospital whose due work is done by workers, with a notifier that remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from archive.database import Database
from domain.errors import Unavailable
from domain.hospital_ports import Notifier, TextSender
from domain.notices import DueKind, Notice, TextMessage
from jobs.critical import CriticalValues
from jobs.keeping import Keeping
from jobs.quiet import QuietHours
from jobs.telling import Telling
from jobs.worker import Handler, Worker
from knowledge.loader import DIRECTORY
from knowledge.texts import Texts
from memory import crypto
from tests.hospital.stage import SMALL_HOSPITAL, SqlStage
from tests.stores import MASTER, SHANGHAI, SetClock, booking_rules
from tools.hospital.sql.opening import OpenHospital, open_hospital

KEPT = timedelta(days=90)


@cache
def wording() -> Texts:
    """The pack's fixed texts."""
    return Texts.load(DIRECTORY / "fixed_texts.yaml")


@dataclass(slots=True)
class RememberingNotifier:
    """A way to patients that keeps what it was given; `away` makes it fail."""

    notices: list[Notice] = field(default_factory=list)
    away: bool = False

    async def notify(self, notice: Notice) -> None:
        """Keep the notice."""
        if self.away:
            raise Unavailable("notifier")
        self.notices.append(notice)

    @property
    def texts(self) -> list[str]:
        """What was said."""
        return [notice.text for notice in self.notices]


@dataclass(slots=True)
class RememberingSender:
    """A way to the staff that keeps what it was given, the first of an id."""

    messages: list[TextMessage] = field(default_factory=list)

    async def send(self, message: TextMessage) -> None:
        """Keep the message."""
        if all(one.id != message.id for one in self.messages):
            self.messages.append(message)


def handlers(hospital: OpenHospital, notifier: Notifier, staff: TextSender | None = None) -> dict[DueKind, Handler]:
    """The handlers of a hospital."""
    telling = Telling(
        scheduling=hospital.scheduling,
        waitlist=hospital.waitlist,
        front_desk=hospital.front_desk,
        notifier=notifier,
        wording=wording(),
        quiet=QuietHours(rules=booking_rules(), zone=SHANGHAI),
    )
    keeping = Keeping(
        holds=hospital.scheduling,
        waitlist=hospital.waitlist,
        front_desk=hospital.front_desk,
        forgetting=((KEPT, lambda before: hospital.inbox.forget(before=before)),),
    )
    critical = CriticalValues(
        records=hospital.records, patients=hospital.patients, sender=staff or RememberingSender(), wording=wording()
    )
    return {**telling.handlers(), **keeping.handlers(), **critical.handlers()}


@dataclass(slots=True)
class Ward:
    """A stage with a worker."""

    stage: SqlStage
    notifier: RememberingNotifier
    worker: Worker

    @property
    def clock(self) -> SetClock:
        """The time everything goes by."""
        return self.stage.clock

    async def after(self, by: timedelta) -> list[str]:
        """Let time pass, do what is due; what was said then."""
        before = len(self.notifier.notices)
        self.clock.advance(by)
        await self.worker.drain()
        return self.notifier.texts[before:]


@asynccontextmanager
async def open_ward(database: Database, clock: SetClock) -> AsyncIterator[Ward]:
    """A ward on a database, which is closed in the end."""
    try:
        hospital = await open_hospital(
            database, SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=clock
        )
        notifier = RememberingNotifier()
        worker = Worker(hospital.due, handlers(hospital, notifier), clock)
        yield Ward(SqlStage(hospital, database, clock), notifier, worker)
    finally:
        await database.close()
