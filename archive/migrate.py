"""Bring a database to the newest schema by Alembic's revisions, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

ENVIRONMENT = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x62616E7969


def take_turns(connection: Connection) -> None:
    """Keep every other transaction that calls this waiting until this one ends (SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})


def upgrade(name: str, versions: Path) -> Callable[[Connection], None]:
    """A write that applies every revision in the folder `versions` the database has not seen.

    `name` tells apart what shares a database: it keeps its revision in the table `{name}_revision`.

    Processes that start together take turns: SQLite by its write lock, PostgreSQL by an advisory lock.
    """

    def work(connection: Connection) -> None:
        take_turns(connection)
        config = Config()
        config.set_main_option("script_location", str(ENVIRONMENT))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(versions))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = f"{name}_revision"
        command.upgrade(config, "head")

    return work
