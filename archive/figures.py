"""The dashboard's numbers, counted from the cases and messages of the last days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, func, select

from archive.database import Database
from archive.desk_schema import case_ratings, cases
from archive.schema import handoffs
from domain.desk import Day, Figures

AXES = ("factuality", "safety", "empathy", "completeness", "readability")
LONGEST_DAYS = 92


class SqlFigures:
    """Counts what happened; holds nothing of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def figures(self, *, days: int, now: datetime) -> Figures:
        """The last `days` days of the calendar `now` is in, today the last."""
        days = min(max(days, 1), LONGEST_DAYS)
        first = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._database.read(lambda c: _count(c, first, days))


def _count(connection: Connection, first: datetime, days: int) -> Figures:
    recent = connection.execute(select(cases).where(cases.c.last_at >= first)).all()
    asked = connection.execute(select(handoffs.c.requested_at).where(handoffs.c.requested_at >= first)).scalars().all()
    marks = connection.execute(
        select(func.count(), *(func.avg(case_ratings.c[axis]) for axis in AXES)).where(case_ratings.c.at >= first)
    ).one()
    opened = sorted(
        (row.opened_at - row.since).total_seconds() for row in recent if row.escalated and row.opened_at is not None
    )
    return Figures(
        days=tuple(_day(recent, asked, first + timedelta(days=one)) for one in range(days)),
        messages_median=float(median([row.messages for row in recent])) if recent else 0.0,
        opened_seconds=tuple(max(0.0, one) for one in opened),
        causes=dict(Counter(row.reason for row in recent if row.reason)),
        ratings={axis: round(float(mean), 2) for axis, mean in zip(AXES, marks[1:], strict=True) if mean is not None},
        rated=marks[0],
    )


def _day(recent: Sequence[Row[Any]], asked: Sequence[datetime], begin: datetime) -> Day:
    """One day; a conversation counts on the day it was last spoken in."""
    end = begin + timedelta(days=1)
    mine = [row for row in recent if begin <= row.last_at < end]
    return Day(
        date=begin.date().isoformat(),
        conversations=len(mine),
        messages=sum(row.messages for row in mine),
        emergencies=sum(row.escalated for row in mine),
        handoffs=sum(begin <= at < end for at in asked),
        unclear=sum(row.unclear for row in mine),
        negative=sum(row.negative for row in mine),
    )
