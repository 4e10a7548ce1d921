"""Column types and statements both databases understand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Dialect, Executable, Integer, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SERIAL = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit number the database counts up by itself when it is the primary key."""


class Instant(TypeDecorator[datetime]):
    """A moment, kept as whole microseconds since 1970 UTC; read back aware, in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Aware time to microseconds."""
        del dialect
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Microseconds to aware time."""
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique constraint already holds one like it; says whether it did.

    On PostgreSQL this waits for another transaction that is inserting the same row.
    """
    return connection.execute(_insert_new(table, connection.dialect.name), dict(values)).rowcount == 1


@cache
def _insert_new(table: Table, dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()
