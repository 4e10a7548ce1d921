"""Migrations build exactly the tables the code works with, on both databases, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect

from archive.database import Database, EmbeddedDatabase, Work
from archive.opening import migrate as migrate_archive
from archive.schema import metadata as archive_metadata
from archive.served import ServedDatabase
from tests.postgres import new_database
from tools.hospital.sql.opening import migrate as migrate_hospital
from tools.hospital.sql.schema import metadata as hospital_metadata

pytestmark = pytest.mark.contract

SCHEMAS = [
    pytest.param(migrate_archive, archive_metadata, "archive_revision", id="archive"),
    pytest.param(migrate_hospital, hospital_metadata, "hospital_revision", id="hospital"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    opened: Database
    if request.param == "sqlite":
        opened = EmbeddedDatabase(tmp_path / "empty.db")
    else:
        opened = ServedDatabase(new_database(request.getfixturevalue("postgres")))
    yield opened
    await opened.close()


@pytest.mark.parametrize(("migrate", "metadata", "revision_table"), SCHEMAS)
async def test_migrations_and_tables_are_the_same(
    database: Database, migrate: Work[None], metadata: MetaData, revision_table: str
) -> None:
    """Every table, column, type, index and constraint; migrating again changes nothing."""
    await database.write(migrate)
    await database.write(migrate)

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "version_table": revision_table}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await database.write(differences) == []


async def test_archive_and_hospital_can_share_one_server_database(database: Database) -> None:
    """Their tables do not collide, nor do their revisions."""
    await database.write(migrate_archive)
    await database.write(migrate_hospital)
    tables = set(await database.read(lambda c: inspect(c).get_table_names()))
    assert set(archive_metadata.tables) | set(hospital_metadata.tables) < tables
