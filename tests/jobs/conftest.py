"""Every test of due work runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from archive.database import Database, EmbeddedDatabase
from archive.served import ServedDatabase
from tests.jobs.ward import Ward, open_ward
from tests.postgres import new_database
from tests.stores import SetClock


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database; whoever opens a hospital on it closes it."""
    if request.param == "sqlite":
        return EmbeddedDatabase(tmp_path / "hospital.db")
    return ServedDatabase(new_database(request.getfixturevalue("postgres")))


@pytest.fixture
async def ward(database: Database, clock: SetClock) -> AsyncIterator[Ward]:
    """A small hospital without slots, and a worker."""
    async with open_ward(database, clock) as opened:
        yield opened
