"""The real SQL adapters for any test: an archive and a hospital on SQLite files, ready in a few milliseconds."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine

from archive.database import EmbeddedDatabase
from archive.opening import OpenArchive, open_archive
from archive.opening import migrate as migrate_archive
from domain.booking_rules import BookingRules
from knowledge.booking_rules import load_booking_rules
from memory import crypto
from tools.hospital.sql.demo import DemoHospital, load_demo, roll
from tools.hospital.sql.house import House
from tools.hospital.sql.opening import OpenHospital, open_hospital
from tools.hospital.sql.opening import migrate as migrate_hospital

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY_MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=SHANGHAI)
MASTER = crypto.MasterKey(bytes(range(32)))
DEMO_YAML = Path(__file__).parent.parent / "knowledge" / "hospital" / "demo.yaml"


@dataclass(slots=True)
class SetClock:
    """A clock that moves only when it is told to; a Monday morning at seven to begin with."""

    time: datetime = MONDAY_MORNING
    seconds: float = field(default=0.0, init=False)

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time

    def monotonic(self) -> float:
        """Seconds it was moved on so far."""
        return self.seconds

    def advance(self, by: timedelta) -> datetime:
        """Move on and return the new time."""
        self.time += by
        self.seconds += by.total_seconds()
        return self.time


@cache
def demo_hospital() -> DemoHospital:
    """The demo hospital of the knowledge pack."""
    return load_demo(DEMO_YAML)


@cache
def booking_rules() -> BookingRules:
    """The booking rules of the knowledge pack."""
    return load_booking_rules(DEMO_YAML.with_name("booking.yaml"))


@asynccontextmanager
async def sqlite_archive(folder: Path, clock: SetClock) -> AsyncIterator[OpenArchive]:
    """An empty archive in `folder`."""
    path = folder / "archive.db"
    if not path.exists():
        shutil.copyfile(_archive_template(), path)
    database = EmbeddedDatabase(path)
    try:
        yield await open_archive(database, cipher=crypto, master=MASTER, clock=clock)
    finally:
        await database.close()


@asynccontextmanager
async def sqlite_hospital(folder: Path, clock: SetClock) -> AsyncIterator[OpenHospital]:
    """The demo hospital in `folder`, its slots open from the clock's day on, nothing booked."""
    path = folder / "hospital.db"
    if not path.exists():
        shutil.copyfile(_hospital_template(clock.now()), path)
    database = EmbeddedDatabase(path)
    try:
        yield await open_hospital(database, demo_hospital(), booking_rules(), cipher=crypto, master=MASTER, clock=clock)
    finally:
        await database.close()


@cache
def _archive_template() -> Path:
    return _template(migrate_archive)


@cache
def _hospital_template(now: datetime) -> Path:
    def work(connection: Connection) -> None:
        migrate_hospital(connection)
        roll(connection, demo_hospital(), House(rules=booking_rules(), zone=SHANGHAI), now)

    return _template(work)


def _template(work: Callable[[Connection], object]) -> Path:
    """A SQLite file prepared once in this process and copied for every test."""
    folder = Path(tempfile.mkdtemp(prefix="banyi-template-"))
    atexit.register(shutil.rmtree, folder)
    path = folder / "template.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        work(connection)
    engine.dispose()
    return path
