"""The dashboard's numbers. A conversation counts on the day it was last spoken in."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection, bindparam, func, select

from archive.database import Database
from archive.desk_schema import case_ratings, cases
from archive.schema import handoffs
from domain.desk import Day, Figures

AXES = ("factuality", "safety", "empathy", "completeness", "readability")
LONGEST_DAYS = 92
_COUNTED = ("conversations", "messages", "emergencies", "unclear", "negative")
_RECENT = select(
    cases.c.last_at,
    cases.c.messages,
    cases.c.escalated,
    cases.c.unclear,
    cases.c.negative,
    cases.c.opened_at,
    cases.c.since,
    cases.c.reason,
).where(cases.c.last_at >= bindparam("first", type_=cases.c.last_at.type))


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
    recent = connection.execute(_RECENT, {"first": first}).all()
    asked = connection.execute(select(handoffs.c.requested_at).where(handoffs.c.requested_at >= first)).scalars()
    marks = connection.execute(
        select(func.count(), *(func.avg(case_ratings.c[axis]) for axis in AXES)).where(case_ratings.c.at >= first)
    ).one()
    per_day: list[list[int]] = [[0] * len(_COUNTED) for _ in range(days)]
    opened: list[float] = []
    for last_at, messages, escalated, unclear, negative, opened_at, since, _ in recent:
        day = per_day[min((last_at - first).days, days - 1)]
        for place, number in enumerate((1, messages, escalated, unclear, negative)):
            day[place] += number
        if escalated and opened_at is not None:
            opened.append(max(0.0, (opened_at - since).total_seconds()))
    asked_on = Counter((at - first).days for at in asked)
    return Figures(
        days=tuple(
            Day(
                date=(first + timedelta(days=number)).date().isoformat(),
                handoffs=asked_on[number],
                **dict(zip(_COUNTED, counted, strict=True)),
            )
            for number, counted in enumerate(per_day)
        ),
        messages_median=float(median([row[1] for row in recent])) if recent else 0.0,
        opened_seconds=tuple(sorted(opened)),
        causes=dict(Counter(row[-1] for row in recent if row[-1])),
        ratings={axis: round(float(mean), 2) for axis, mean in zip(AXES, marks[1:], strict=True) if mean is not None},
        rated=marks[0],
    )
