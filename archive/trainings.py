"""What nurses did with simulated patients, on SQL."""

from __future__ import annotations

from typing import Final

import orjson
from sqlalchemy import insert, select

from archive.database import Database
from archive.knowledge_schema import trainings
from domain.staff import StaffId
from domain.training import Trained

MOST: Final = 1000


class SqlTrainings:
    """Implements `Trainings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, trained: Trained) -> None:
        """Keep one."""
        row = {
            "staff_id": trained.by,
            "at": trained.at,
            "exercise": trained.exercise,
            "steps": trained.steps,
            "department_right": trained.department_right,
            "content": orjson.dumps(trained.content).decode(),
        }
        await self._database.write(lambda c: c.execute(insert(trainings), row).rowcount)

    async def listed(self, by: StaffId | None = None) -> tuple[Trained, ...]:
        """The last thousand, newest first."""
        wanted = select(trainings).order_by(trainings.c.id.desc()).limit(MOST)
        if by is not None:
            wanted = wanted.where(trainings.c.staff_id == by)
        rows = await self._database.read(lambda c: c.execute(wanted).all())
        return tuple(
            Trained(
                by=StaffId(row.staff_id),
                at=row.at,
                exercise=row.exercise,
                steps=row.steps,
                department_right=row.department_right,
                content=orjson.loads(row.content),
            )
            for row in rows
        )
