"""Every contract of the hospital runs on each adapter named here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from archive.database import Database, EmbeddedDatabase
from archive.served import ServedDatabase
from memory import crypto
from tests.hospital.stage import SMALL_HOSPITAL, SqlStage, Stage
from tests.postgres import new_database
from tests.stores import MASTER, SetClock, booking_rules
from tools.hospital.sql.opening import open_hospital


async def _staged(database: Database, clock: SetClock) -> AsyncIterator[SqlStage]:
    try:
        hospital = await open_hospital(
            database, SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=clock
        )
        yield SqlStage(hospital, database, clock)
    finally:
        await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    """A small hospital without slots."""
    database: Database
    if request.param == "sqlite":
        database = EmbeddedDatabase(tmp_path / "hospital.db")
    else:
        database = ServedDatabase(new_database(request.getfixturevalue("postgres")))
    async for staged in _staged(database, clock):
        yield staged


@pytest.fixture
async def embedded(tmp_path: Path, clock: SetClock) -> AsyncIterator[SqlStage]:
    """A small hospital without slots on SQLite, its file at `tmp_path / "hospital.db"`."""
    async for staged in _staged(EmbeddedDatabase(tmp_path / "hospital.db"), clock):
        yield staged
