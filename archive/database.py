"""A SQL database: one transaction is one plain function of a SQLAlchemy connection.

The same functions run on the embedded SQLite file and on a PostgreSQL server (`archive.served`); only who
carries them there differs. Embedded, one thread owns the writing connection: writes that wait together are
committed together (one `BEGIN IMMEDIATE`, a savepoint each, one fsync), so a refused write never takes another
with it, and nothing inside the process ever meets "database is locked". Readers have their own connections and
never wait for the writer (WAL).
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from domain.errors import Unavailable

T = TypeVar("T")
Work: TypeAlias = Callable[[Connection], T]

BUSY_TIMEOUT_MS = 5_000
READERS = 2
CACHE_KIB = 8_192
"""Pages each connection may keep in memory: a search over 100,000 slots re-reads its pages four times faster."""
LARGEST_BATCH = 256

_log = logging.getLogger(__name__)


class Database(Protocol):
    """Runs transactions. All methods raise `Unavailable` when the database does not answer."""

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a read transaction and return what it returns."""

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a write transaction; it is durable when this returns, undone when it raises."""

    async def scrub(self) -> None:
        """Leave nothing of deleted rows in the files."""

    async def close(self) -> None:
        """Finish what was asked for and close every connection."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A write and where its outcome goes."""

    work: Work[Any]
    outcome: asyncio.Future[Any]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception


class EmbeddedDatabase:
    """A SQLite file. Other processes may use the same file; they wait up to `BUSY_TIMEOUT_MS`."""

    def __init__(self, path: Path) -> None:
        """Open `path`, creating it and its folder when missing.

        Raises:
            Unavailable: the file cannot be opened, or is not a database.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = _engine(path)
            writing = self._engine.connect()
        except (OSError, DatabaseError) as error:
            raise Unavailable("sql") from error
        self._closed = False
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix=f"{path.stem}-read")
        self._writer = threading.Thread(
            target=self._write_until_closed, args=(writing,), name=f"{path.stem}-write", daemon=True
        )
        self._writer.start()

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a reading connection."""
        if self._closed:
            raise Unavailable("sql")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)
        except (OperationalError, sqlite3.OperationalError) as error:
            raise _failure(error) from error

    async def write(self, work: Work[T]) -> T:
        """Run `work` in the next batch of the writing thread."""
        return await self._submit(work, alone=False)

    async def scrub(self) -> None:
        """Overwritten pages already hold zeros (`secure_delete`); this empties the write-ahead log too."""
        await self._submit(_truncate_log, alone=True)

    async def close(self) -> None:
        """Commit what waits, then close; later calls find the database unavailable."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._engine.dispose()

    async def _submit(self, work: Work[T], *, alone: bool) -> T:
        if self._closed:
            raise Unavailable("sql")
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(work, outcome, alone))
        try:
            return await outcome
        except (OperationalError, sqlite3.OperationalError) as error:
            raise _failure(error) from error

    def _read(self, work: Work[T]) -> T:
        with self._engine.connect() as connection:
            _dbapi(connection).execute("BEGIN")
            return work(connection)

    def _write_until_closed(self, writing: Connection) -> None:
        with writing as connection:
            closing = False
            while not closing:
                batch = [self._jobs.get()]
                while len(batch) < LARGEST_BATCH and not self._jobs.empty():
                    batch.append(self._jobs.get())
                closing = None in batch
                together = [job for job in batch if job is not None and not job.alone]
                if together:
                    _deliver(together, _commit_together(connection, together))
                for job in batch:
                    if job is not None and job.alone:
                        _deliver([job], [_outside_transactions(connection, job)])


def _commit_together(connection: Connection, jobs: list[_Job]) -> list[Any]:
    """One outcome per job; if the transaction itself fails, that failure for every job."""
    try:
        with connection.begin():
            _dbapi(connection).execute("BEGIN IMMEDIATE")
            return [_attempt(connection, job) for job in jobs]
    except Exception as error:  # noqa: BLE001 handed to everyone who waits
        return [_Failure(error)] * len(jobs)


def _attempt(connection: Connection, job: _Job) -> Any:
    """What the job returns, or its failure with everything it wrote undone."""
    raw = _dbapi(connection)
    raw.execute("SAVEPOINT job")
    try:
        result = job.work(connection)
    except Exception as error:  # noqa: BLE001 handed to the one who waits
        raw.execute("ROLLBACK TO job")
        result = _Failure(error)
    raw.execute("RELEASE job")
    return result


def _outside_transactions(connection: Connection, job: _Job) -> Any:
    try:
        return job.work(connection)
    except Exception as error:  # noqa: BLE001 handed to the one who waits
        return _Failure(error)


def _deliver(jobs: list[_Job], results: list[Any]) -> None:
    """Wake the waiting tasks, with one call into each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, result in zip(jobs, results, strict=True):
        by_loop.setdefault(job.outcome.get_loop(), []).append((job.outcome, result))
    for loop, outcomes in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, outcomes)
        except RuntimeError:  # the loop closed while the write was on its way: nobody waits any more
            _log.warning("sql.waiter_gone")


def _settle(outcomes: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in outcomes:
        if future.done():  # the waiting task was cancelled; the write stands all the same
            continue
        if isinstance(result, _Failure):
            future.set_exception(result.error)
        else:
            future.set_result(result)


def _failure(error: OperationalError | sqlite3.OperationalError) -> Exception:
    """`Unavailable` when trying again may help, else the error itself: a defect in a statement."""
    cause = error.orig if isinstance(error, OperationalError) else error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return error if code == sqlite3.SQLITE_ERROR else Unavailable("sql")


def _truncate_log(connection: Connection) -> None:
    """Copy the write-ahead log into the file and cut it to nothing."""
    busy, _, _ = _dbapi(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise Unavailable("sql")


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", pool_size=READERS + 1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where `_dbapi` is asked to
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            f"cache_size = -{CACHE_KIB}",
            "foreign_keys = ON",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _dbapi(connection: Connection) -> Any:
    """SQLite's own connection, where transactions begin.

    An engine with a `begin` listener would look for listeners at every statement, a tenth of a turn's writing.
    """
    return connection.connection.dbapi_connection
