"""Corrections: tasks and cases without identity, readable without a session's key."""

from __future__ import annotations

from datetime import datetime

import orjson
from sqlalchemy import Connection, insert, select, update

from archive.chain import AuditChain, Entry
from archive.database import Database
from archive.desk_schema import corrections
from domain.correction import Correction, CorrectionId, Fault
from domain.errors import Forbidden, NotFound
from domain.session import SessionId
from domain.staff import StaffId


class SqlCorrections:
    """Implements `Corrections`."""

    def __init__(self, database: Database, chain: AuditChain) -> None:
        self._database = database
        self._chain = chain

    async def add(self, correction: Correction) -> None:
        """Keep one."""
        row = {
            "id": correction.id,
            "session_id": correction.session_id,
            "staff_id": correction.by,
            "kind": correction.fault.value,
            "at": correction.at,
            "content": orjson.dumps({"content": correction.content, "case": correction.case}).decode(),
        }
        detail = {"staff": correction.by, "fault": correction.fault.value}
        entry = Entry(event="turn.corrected", session_id=correction.session_id, at=correction.at, detail=detail)

        def work(connection: Connection) -> None:
            connection.execute(insert(corrections), row)
            self._chain.append(connection, entry)

        await self._database.write(work)

    async def listed(self, *, open_only: bool = True) -> tuple[Correction, ...]:
        """Corrections, newest first."""
        wanted = select(corrections).order_by(corrections.c.at.desc(), corrections.c.id)
        if open_only:
            wanted = wanted.where(corrections.c.closed_at.is_(None))
        rows = await self._database.read(lambda c: c.execute(wanted).all())
        return tuple(
            Correction(
                id=CorrectionId(row.id),
                session_id=SessionId(row.session_id),
                by=StaffId(row.staff_id),
                fault=Fault(row.kind),
                at=row.at,
                closed_at=row.closed_at,
                **orjson.loads(row.content),
            )
            for row in rows
        )

    async def close(self, correction_id: CorrectionId, *, by: StaffId, now: datetime) -> None:
        """The knowledge was put right, or nothing is to be done."""
        known = select(corrections.c.session_id, corrections.c.staff_id).where(corrections.c.id == correction_id)
        closed = update(corrections).where(corrections.c.id == correction_id, corrections.c.closed_at.is_(None))

        def work(connection: Connection) -> None:
            found = connection.execute(known).one_or_none()
            if found is None:
                raise NotFound("correction")
            if found.staff_id == by:
                raise Forbidden
            if connection.execute(closed.values(closed_at=now)).rowcount:
                detail = {"staff": by, "correction": correction_id}
                self._chain.append(
                    connection, Entry(event="correction.closed", session_id=found.session_id, at=now, detail=detail)
                )

        await self._database.write(work)
