"""Opens what is kept: memory, archive and hospital, embedded under the data directory or on servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import agent.vocabulary  # noqa: F401 - registers what a checkpoint may hold
from app.hospital import HospitalPorts, open_ports
from app.settings import Settings
from archive.database import Database, EmbeddedDatabase
from archive.opening import SCRUBBED, OpenArchive, open_archive
from domain.booking_rules import BookingRules
from domain.errors import SettingsError
from domain.ports import Clock
from memory import crypto
from memory.backlog import RedisBacklog
from memory.checkpointer import RedisCheckpointer
from memory.connection import Connection
from memory.desk import RedisBell, RedisTyping
from memory.embedded import EmbeddedValkey
from memory.events import RedisEventLog
from memory.journal import RedisInputJournal
from memory.limits import RedisRateLimits
from memory.locks import RedisSessionLocks
from memory.retention import Retention
from memory.sessions import RedisSessionMemory
from memory.signals import Signals
from tools.hospital.sql.demo import DemoHospital
from tools.hospital.sql.opening import OpenHospital, open_hospital


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every adapter of memory, archive and hospital. `valkey` is the private server, if there is one.

    `hospital` is the embedded one with its due work; `ports` are those the conversation asks, embedded or not.
    """

    valkey: EmbeddedValkey | None
    memory: RedisSessionMemory
    events: RedisEventLog
    journal: RedisInputJournal
    backlog: RedisBacklog
    locks: RedisSessionLocks
    limits: RedisRateLimits
    bell: RedisBell
    typing: RedisTyping
    checkpointer: RedisCheckpointer
    archive: OpenArchive
    hospital: OpenHospital
    ports: HospitalPorts


@asynccontextmanager
async def open_stores(
    settings: Settings, *, demo: DemoHospital, rules: BookingRules, clock: Clock
) -> AsyncIterator[Stores]:
    """Open everything, and close it in reverse.

    Raises:
        SettingsError: the data directory cannot be used, or a URL is wrong.
        Unavailable: the database does not answer, or the private server does not start.
    """
    make_directory(settings.data_dir)
    master = crypto.MasterKey.load(settings.data_dir / "master.key")
    async with AsyncExitStack() as stack:
        valkey = None
        if settings.redis_url is None:
            valkey = await stack.enter_async_context(EmbeddedValkey(settings.data_dir / "valkey"))
            url = valkey.url
        else:
            url = settings.redis_url.get_secret_value()
        connection = Connection(url)
        stack.push_async_callback(connection.aclose)
        signals = Signals(connection)
        stack.push_async_callback(signals.aclose)
        record = archive_database(settings)
        stack.push_async_callback(record.close)
        archive = await open_archive(record, cipher=crypto, master=master, clock=clock)
        booking_database = hospital_database(settings)
        stack.push_async_callback(booking_database.close)
        hospital = await open_hospital(booking_database, demo, rules, cipher=crypto, master=master, clock=clock)
        ports = await stack.enter_async_context(
            open_ports(settings, hospital, knowledge_dir=settings.knowledge_dir, rules=rules, clock=clock)
        )
        retention = Retention()
        yield Stores(
            valkey=valkey,
            memory=RedisSessionMemory(connection),
            events=RedisEventLog(connection, archive.keys, signals, retention),
            journal=RedisInputJournal(connection, archive.keys, retention),
            backlog=RedisBacklog(connection, archive.keys, retention),
            locks=RedisSessionLocks(connection, signals, retention),
            limits=RedisRateLimits(connection),
            bell=RedisBell(connection, signals),
            typing=RedisTyping(connection, signals),
            checkpointer=RedisCheckpointer(connection, archive.keys, retention),
            archive=archive,
            hospital=hospital,
            ports=ports,
        )


def make_directory(path: Path) -> None:
    """Make the data directory, open to its owner only.

    Raises:
        SettingsError: it cannot be made or written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError("BANYI_DATA_DIR", f"{path}: {error.strerror}") from error


def archive_database(settings: Settings) -> Database:
    """Where the record is kept."""
    return _database(settings, "archive.db")


def hospital_database(settings: Settings) -> Database:
    """Where the embedded hospital is kept."""
    return _database(settings, "hospital.db")


def _database(settings: Settings, file: str) -> Database:
    if settings.database_url is None:
        return EmbeddedDatabase(settings.data_dir / file)
    from archive.served import ServedDatabase  # noqa: PLC0415 - what only a server needs is a tenth second to load

    return ServedDatabase(settings.database_url.get_secret_value(), scrubbed=SCRUBBED)
