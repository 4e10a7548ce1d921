"""The embedded database: group commit, isolation of failures, several processes, closing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from archive import database as database_module
from archive.database import EmbeddedDatabase
from archive.served import ServedDatabase
from domain.errors import NotFound, Unavailable

pytestmark = pytest.mark.contract

_metadata = MetaData()
_things = Table("things", _metadata, Column("id", Integer, primary_key=True), Column("body", LargeBinary))


def _put(number: int, body: bytes = b"") -> database_module.Work[int]:
    def work(connection: Connection) -> int:
        connection.execute(insert(_things), {"id": number, "body": body})
        return number

    return work


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(_things)).scalar_one())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[EmbeddedDatabase]:
    """An open database with an empty table."""
    opened = EmbeddedDatabase(tmp_path / "folder" / "things.db")
    await opened.write(_metadata.create_all)
    yield opened
    await opened.close()


async def test_a_refused_write_takes_no_other_with_it(database: EmbeddedDatabase) -> None:
    """Writes that are committed together fail one by one, and what a failed one wrote is undone."""

    def half_done(connection: Connection) -> None:
        _put(1_000)(connection)
        raise NotFound("on purpose")

    outcomes = await asyncio.gather(
        *(database.write(_put(number)) for number in range(50)),
        database.write(half_done),
        database.write(_put(7)),
        return_exceptions=True,
    )
    assert outcomes[:50] == list(range(50))
    assert isinstance(outcomes[50], NotFound)
    assert isinstance(outcomes[51], IntegrityError)
    assert await database.read(_count) == 50


async def test_a_read_sees_every_write_that_was_awaited(database: EmbeddedDatabase) -> None:
    """No reader is ever behind its own writer."""
    for number in range(20):
        await database.write(_put(number))
        assert await database.read(_count) == number + 1


async def test_a_read_sees_one_moment_of_the_database(database: EmbeddedDatabase) -> None:
    """What another connection commits between two statements of a read stays unseen until the next."""
    loop = asyncio.get_running_loop()

    def twice(connection: Connection) -> tuple[int, int]:
        first = _count(connection)
        asyncio.run_coroutine_threadsafe(database.write(_put(1)), loop).result(timeout=10)
        return first, _count(connection)

    assert await database.read(twice) == (0, 0)
    assert await database.read(_count) == 1


async def test_a_cancelled_waiter_does_not_stop_its_write(database: EmbeddedDatabase) -> None:
    """The doing is finished even when nobody waits for it any more, and the writer goes on."""
    waiting = asyncio.create_task(database.write(_put(1)))
    await asyncio.wait([waiting, asyncio.create_task(database.read(_count))], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await database.write(_put(2))
    assert await database.read(_count) == 2


async def test_another_process_holding_the_file_makes_writes_wait_and_then_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that never ends is reported as unavailable; afterwards the next write goes through."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 20)
    opened = EmbeddedDatabase(tmp_path / "things.db")
    await opened.write(_metadata.create_all)
    other = sqlite3.connect(tmp_path / "things.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await opened.write(_put(1))
        assert await opened.read(_count) == 0
        other.execute("ROLLBACK")
        assert await opened.write(_put(1)) == 1
    finally:
        other.close()
        await opened.close()


async def test_closing_commits_what_waits(tmp_path: Path) -> None:
    """A shutdown loses nothing that was asked for before it."""
    opened = EmbeddedDatabase(tmp_path / "things.db")
    await opened.write(_metadata.create_all)
    writes = [asyncio.create_task(opened.write(_put(number))) for number in range(30)]
    await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
    await opened.close()
    assert await asyncio.gather(*writes) == list(range(30))
    again = EmbeddedDatabase(tmp_path / "things.db")
    assert await again.read(_count) == 30
    await again.close()


async def test_a_closed_database_is_unavailable_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A turn that ends after the shutdown learns it at once; closing again is fine."""
    opened = EmbeddedDatabase(tmp_path / "things.db")
    await opened.close()
    for call in (opened.read(_count), opened.write(_put(1)), opened.scrub()):
        with pytest.raises(Unavailable):
            await call
    await opened.close()


async def test_a_file_that_cannot_be_opened_is_unavailable_at_once(tmp_path: Path) -> None:
    """A wrong folder or a file that is no database stops the start instead of hanging the first write."""
    (tmp_path / "file").write_text("not a database, and long enough to be taken for a broken one" * 100)
    for path in (tmp_path / "file" / "below.db", tmp_path, tmp_path / "file"):
        with pytest.raises(Unavailable):
            EmbeddedDatabase(path)


async def test_a_wrong_statement_is_a_defect_not_an_outage(database: EmbeddedDatabase) -> None:
    """Nobody retries what can never work."""
    with pytest.raises(OperationalError):
        await database.read(lambda c: c.execute(text("SELECT nothing FROM nowhere")).all())
    with pytest.raises(OperationalError):
        await database.write(lambda c: c.execute(text("DELETE FROM nowhere")).rowcount)


async def test_scrubbing_leaves_nothing_of_deleted_rows_in_any_file(database: EmbeddedDatabase, tmp_path: Path) -> None:
    """Neither the file nor the write-ahead log holds the bytes of a deleted row."""
    secret = b"nobody may find these bytes again" * 400
    await database.write(_put(1, secret))
    folder = tmp_path / "folder"
    assert any(secret[:33] in file.read_bytes() for file in folder.iterdir())
    await database.write(lambda c: c.execute(text("DELETE FROM things")).rowcount)
    await database.scrub()
    assert not any(secret[:33] in file.read_bytes() for file in folder.iterdir())


async def test_every_connection_waits_syncs_and_overwrites(database: EmbeddedDatabase) -> None:
    """WAL, full sync, busy timeout, foreign keys and secure delete hold for readers and the writer."""

    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete")
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    expected = ["wal", 2, 5_000, 1, 1]
    assert await database.read(pragmas) == expected
    assert await database.write(pragmas) == expected


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer is told apart from a wrong statement."""
    served = ServedDatabase(f"postgresql+asyncpg://postgres@/nothing?host={tmp_path}")
    with pytest.raises(Unavailable):
        await served.read(_count)
    with pytest.raises(Unavailable):
        await served.write(_count)
    await served.close()
