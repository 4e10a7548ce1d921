"""Column types and statements both databases understand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import BigInteger, Connection, Dialect, Integer, Select, Table, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
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


class Outcome(Protocol):
    """What a statement did."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    def fetchone(self) -> Any:
        """The next row it found, a tuple of columns; `None` when there is no more."""


def add_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row.

    Raises:
        IntegrityError: a constraint does not hold.
    """
    run(connection, _insert(table), values)


@cache
def _insert(table: Table) -> UpdateBase:
    return table.insert()


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique constraint already holds one like it; says whether it did.

    On PostgreSQL this waits for another transaction that is inserting the same row.
    """
    return run(connection, if_new(table, connection.dialect.name), values).rowcount == 1


@cache
def if_new(table: Table, dialect: str) -> UpdateBase:
    """Inserts a row unless a unique constraint already holds one like it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def run(
    connection: Connection, statement: Select[Any] | UpdateBase, values: Mapping[str, Any] = MappingProxyType({})
) -> Outcome:
    """Run a statement that is made once and asked often, in the running transaction.

    On SQLite its text goes to the driver as it is: getting a statement ready anew takes SQLAlchemy five times
    as long as SQLite takes to run one that touches a single row.

    Raises:
        IntegrityError: a constraint does not hold.
    """
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, dict(values))
    text, places = _compiled(statement, connection.dialect, tuple(values))
    driver: Any = connection.connection.dbapi_connection
    try:
        outcome: Outcome = driver.execute(text, [convert(values.get(name, own)) for name, convert, own in places])
    except sqlite3.IntegrityError as error:
        raise IntegrityError(text, None, error) from error
    return outcome


@cache
def _compiled(
    statement: Select[Any] | UpdateBase, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, tuple[tuple[str, Callable[[Any], Any], Any], ...]]:
    """The text of a statement, and the values it takes in order.

    Each is a name, what makes it a value of the driver, and the value the statement itself has for it.
    """
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    converts = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
        for name, bind in compiled.binds.items()
    }
    own = compiled.params
    return str(compiled), tuple((name, converts[name], own[name]) for name in compiled.positiontup)


def _as_it_is(value: object) -> object:
    return value
