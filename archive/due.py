"""Due work as rows: written in the transaction of its cause, claimed by one worker at a time.

A claim is a lease. `free_at` is when a row may be claimed (again): the time it is due, while a worker has it the end
of the lease, nothing once it is done. `attempt` grows with every claim and every new time, so a worker that lost its
lease, or whose row was moved, cannot finish it. Done rows stay until `forget`, so that an id is done once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    Column,
    Connection,
    Delete,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from archive.columns import Instant, add_row, insert_new, run
from archive.database import Database
from domain.notices import Due, DueId, DueKind

LEASE = timedelta(minutes=2)
"""How long a worker may take before another takes its work over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTable:
    """One table of due work; the functions run in whatever transaction causes or does the work."""

    rows: Table

    @classmethod
    def named(cls, name: str, metadata: MetaData) -> DueTable:
        """A table for `metadata`."""
        return cls(
            rows=Table(
                name,
                metadata,
                Column("id", String(96), primary_key=True),
                Column("kind", String(32), nullable=False),
                Column("subject", String(64), nullable=False),
                Column("at", Instant, nullable=False),
                Column("free_at", Instant),
                Column("attempt", Integer, nullable=False, server_default="0"),
                Index(None, "free_at"),
            )
        )

    def plan(self, connection: Connection, work: Iterable[tuple[DueKind, str, datetime]]) -> None:
        """Add work, each a kind, a subject and a time; one known already gets the new time, done or not."""
        rows = self.rows
        for kind, subject, at in work:
            row = {"id": due_id(kind, subject), "kind": kind, "subject": subject, "at": at, "free_at": at}
            if not insert_new(connection, rows, row):
                moved = update(rows).where(rows.c.id == row["id"])
                connection.execute(moved.values(at=at, free_at=at, attempt=rows.c.attempt + 1))

    def add(self, connection: Connection, work: Iterable[tuple[DueKind, str, datetime]]) -> None:
        """Add work for a subject made in this transaction, which nothing can be due for yet."""
        for kind, subject, at in work:
            row = {"id": due_id(kind, subject), "kind": kind, "subject": subject, "at": at, "free_at": at}
            add_row(connection, self.rows, row)

    def plan_once(self, connection: Connection, kind: DueKind, subject: str, at: datetime) -> None:
        """Add work unless it is known, done or not."""
        row = {"id": due_id(kind, subject), "kind": kind, "subject": subject, "at": at, "free_at": at}
        insert_new(connection, self.rows, row)

    def drop(self, connection: Connection, kinds: Iterable[DueKind], subject: str) -> None:
        """Take back work whose cause is gone."""
        ids = {f"id{place}": due_id(kind, subject) for place, kind in enumerate(kinds)}
        run(connection, _dropping(self.rows, len(ids)), ids)

    def waits(self, connection: Connection, now: datetime) -> bool:
        """Whether anything is free by `now`."""
        return connection.execute(select(self.rows.c.id).where(self.rows.c.free_at <= now).limit(1)).first() is not None

    def claim(self, connection: Connection, *, now: datetime, limit: int) -> tuple[Due, ...]:
        """Take up to `limit` rows that are free, oldest first; rows another worker is taking are passed over."""
        rows = self.rows
        free = (
            select(rows.c.id)
            .where(rows.c.free_at <= now)
            .order_by(rows.c.free_at, rows.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("free")
        )
        taken = (
            update(rows)
            .where(rows.c.id.in_(select(free.c.id)))
            .values(free_at=now + LEASE, attempt=rows.c.attempt + 1)
            .returning(rows.c.id, rows.c.kind, rows.c.subject, rows.c.at, rows.c.attempt)
        )
        claimed = [
            Due(id=DueId(row.id), kind=DueKind(row.kind), subject=row.subject, at=row.at, attempt=row.attempt)
            for row in connection.execute(taken)
        ]
        return tuple(sorted(claimed, key=lambda due: (due.at, due.id)))

    def release(self, connection: Connection, due: Due, *, free_at: datetime | None) -> bool:
        """End a claim: done without `free_at`, else free again then; `False` when the claim was lost."""
        rows = self.rows
        mine = update(rows).where(rows.c.id == due.id, rows.c.attempt == due.attempt, rows.c.free_at.is_not(None))
        return connection.execute(mine.values(free_at=free_at)).rowcount == 1

    def forget(self, connection: Connection, *, before: datetime) -> int:
        """Delete rows done that were due before; how many."""
        rows = self.rows
        return connection.execute(delete(rows).where(rows.c.free_at.is_(None), rows.c.at < before)).rowcount


@cache
def _dropping(rows: Table, count: int) -> Delete:
    """Deletes rows by their ids, `id0` and so on."""
    return delete(rows).where(rows.c.id.in_([bindparam(f"id{place}") for place in range(count)]))


def due_id(kind: DueKind, subject: str) -> DueId:
    """The id of work: one kind of work is due for one subject once at a time."""
    return DueId(f"{kind}:{subject}")


class SqlDueWork:
    """Implements `DueWork` on one table of one database."""

    def __init__(self, database: Database, table: DueTable) -> None:
        self._database = database
        self._table = table

    async def claim(self, *, now: datetime, limit: int) -> tuple[Due, ...]:
        """What is due by `now` and nobody works on, oldest first; free again after `LEASE`."""
        if not await self._database.read(lambda c: self._table.waits(c, now)):
            return ()  # the rule, every second of every worker: no write for it
        return await self._database.write(lambda c: self._table.claim(c, now=now, limit=limit))

    async def finish(self, due: Due) -> bool:
        """It is done; `False` when the claim was lost."""
        return await self._database.write(lambda c: self._table.release(c, due, free_at=None))

    async def postpone(self, due: Due, until: datetime) -> bool:
        """Look again at `until`; `False` when the claim was lost."""
        return await self._database.write(lambda c: self._table.release(c, due, free_at=until))

    async def forget(self, *, before: datetime) -> int:
        """Delete work done that was due before; how many."""
        return await self._database.write(lambda c: self._table.forget(c, before=before))
