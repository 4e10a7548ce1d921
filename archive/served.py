"""A PostgreSQL server behind the same `Database`: many replicas, one record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from archive.database import T, Work
from domain.errors import Unavailable

CONNECTIONS = 10
CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 10.0
_TRANSIENT = frozenset({"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300"})
"""SQLSTATEs after which the same transaction may succeed: serialization, deadlock, timeouts, shutdown, too many."""


class ServedDatabase:
    """Transactions on a PostgreSQL server through asyncpg, read committed."""

    def __init__(self, url: str, *, scrubbed: Sequence[str] = ()) -> None:
        """Connect lazily to `url` (`postgresql+asyncpg://…`); `scrubbed` names the tables `scrub` vacuums."""
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
        )
        self._scrubbed = tuple(scrubbed)

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a transaction that is rolled back."""
        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _failure(error) from error

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction of its own; the server groups commits."""
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _failure(error) from error

    async def scrub(self) -> None:
        """Vacuum, so that deleted rows leave their pages."""
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                for table in self._scrubbed:
                    await connection.execute(text(f'VACUUM "{table}"'))
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _failure(error) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _failure(error: DBAPIError | OSError) -> Exception:
    """`Unavailable` when trying again may help, else the error itself: a defect in a statement."""
    if not isinstance(error, DBAPIError):
        return Unavailable("sql")
    transient = error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _TRANSIENT
    return Unavailable("sql") if transient else error
