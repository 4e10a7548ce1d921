"""Home readings behind the `Diary` port."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from archive.columns import insert_new
from archive.follow_up.base import Base
from archive.schema_follow_up import diary
from domain.diary import Measure, Observation
from domain.patient import PatientId
from domain.session import SessionId


class SqlDiary:
    """Implements `Diary`."""

    def __init__(self, base: Base) -> None:
        self._base = base

    async def add(self, observations: Sequence[Observation]) -> None:
        """Keep readings; one with a known id is not kept again.

        Raises:
            NotFound: nobody follows this patient up.
        """

        def work(connection: Connection) -> None:
            for one in observations:
                row = {
                    "id": one.id,
                    "patient_id": one.patient_id,
                    "session_id": one.session_id,
                    "measure": one.measure,
                    "at": one.at,
                    "sealed_value": self._base.seal(connection, one.patient_id, one.value, _context(one.id)),
                }
                insert_new(connection, diary, row)

        await self._base.database.write(work)

    async def readings(
        self, patient_id: PatientId, measures: Sequence[Measure] = (), *, since: datetime
    ) -> tuple[Observation, ...]:
        """A patient's readings of these measures (all of them if none is named), oldest first."""
        mine = select(diary).where(diary.c.patient_id == patient_id, diary.c.at >= since)
        if measures:
            mine = mine.where(diary.c.measure.in_(measures))

        def work(connection: Connection) -> tuple[Observation, ...]:
            rows = connection.execute(mine.order_by(diary.c.at, diary.c.id)).all()
            key = self._base.key(connection, patient_id) if rows else b""
            return tuple(self._observation(row, key) for row in rows)

        return await self._base.database.read(work)

    def _observation(self, row: Any, key: bytes) -> Observation:
        value: Any = self._base.unseal(key, row.sealed_value, _context(row.id))
        return Observation(
            id=row.id,
            patient_id=PatientId(row.patient_id),
            measure=Measure(row.measure),
            value=float(value),
            at=row.at,
            session_id=None if row.session_id is None else SessionId(row.session_id),
        )


def _context(observation_id: str) -> str:
    return f"diary:{observation_id}"
