"""Every contract of the archive runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.opening import SCRUBBED, OpenArchive, open_archive
from archive.opening import migrate as migrate_archive
from archive.served import ServedDatabase
from memory import crypto
from tests.postgres import new_database
from tests.stores import MASTER, SetClock, sqlite_archive


@pytest.fixture(scope="session")
def migrated(postgres: str) -> str:
    """A migrated database on the server, to copy and never to open."""
    address = new_database(postgres)

    async def migrate() -> None:
        database = ServedDatabase(address)
        await database.write(migrate_archive)
        await database.close()

    with ThreadPoolExecutor(1) as beside:  # this thread's loop may be running already
        beside.submit(asyncio.run, migrate()).result()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> AsyncIterator[OpenArchive]:
    """An empty archive."""
    if request.param == "sqlite":
        async with sqlite_archive(tmp_path, clock) as archive:
            yield archive
        return
    template = request.getfixturevalue("migrated")
    database = ServedDatabase(new_database(request.getfixturevalue("postgres"), like=template), scrubbed=SCRUBBED)
    try:
        yield await open_archive(database, cipher=crypto, master=MASTER, clock=clock)
    finally:
        await database.close()


@pytest.fixture
async def embedded(tmp_path: Path, clock: SetClock) -> AsyncIterator[OpenArchive]:
    """An empty archive on SQLite, its file at `tmp_path / "archive.db"`."""
    async with sqlite_archive(tmp_path, clock) as archive:
        yield archive
