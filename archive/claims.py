"""Who answers the patient: one row, changed only by whoever finds it as they expect it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from archive import handoffs
from archive.chain import AuditChain, Entry
from archive.database import Database
from archive.desk_schema import cases
from domain.desk import LEASE, Claim
from domain.errors import Conflict, NotFound
from domain.session import SessionId
from domain.staff import StaffId

HELD = "held"
"""`Conflict.reason` of a claim a colleague is faster with."""

LOST = "lost"
"""`Conflict.reason` of a claim that ran out or was taken over."""


class SqlClaims:
    """Implements `Claims`. Every claim has a number larger than the one before it."""

    def __init__(self, database: Database, chain: AuditChain) -> None:
        self._database = database
        self._chain = chain

    async def claim(self, session_id: SessionId, *, by: StaffId, now: datetime) -> Claim:
        """Hold the conversation, unless a colleague does: one UPDATE that two cannot both win."""
        free = or_(cases.c.claimed_by == by, cases.c.claimed_until.is_(None), cases.c.claimed_until <= now)
        take = (
            update(cases)
            .where(cases.c.session_id == session_id, free)
            .values(claim=cases.c.claim + 1, claimed_by=by, claimed_until=now + LEASE)
            .returning(cases.c.claim)
        )
        known = select(cases.c.session_id).where(cases.c.session_id == session_id)

        def work(connection: Connection) -> Claim:
            self._chain.head(connection)
            number = connection.execute(take).scalar()
            if number is None:
                raise Conflict(HELD) if connection.execute(known).first() else NotFound("case")
            self._note(connection, "claim.taken", session_id, by, now)
            return Claim(session_id=session_id, staff_id=by, number=number, until=now + LEASE)

        return await self._database.write(work)

    async def renew(self, session_id: SessionId, *, by: StaffId, number: int, now: datetime) -> Claim:
        """Go on holding it."""
        longer = update(cases).where(_mine(session_id, by, number, now)).values(claimed_until=now + LEASE)

        def work(connection: Connection) -> Claim:
            if connection.execute(longer).rowcount == 0:
                raise Conflict(LOST)
            return Claim(session_id=session_id, staff_id=by, number=number, until=now + LEASE)

        return await self._database.write(work)

    async def release(self, session_id: SessionId, *, by: StaffId, number: int, now: datetime) -> None:
        """Give it back to the agent; the patient waits no longer."""
        freed = update(cases).where(_mine(session_id, by, number, now)).values(claimed_by=None, claimed_until=None)

        def work(connection: Connection) -> None:
            self._chain.head(connection)
            if connection.execute(freed).rowcount == 0:
                raise Conflict(LOST)
            handoffs.close(connection, session_id, now)
            self._note(connection, "claim.released", session_id, by, now)

        await self._database.write(work)

    async def claim_on(self, session_id: SessionId, *, now: datetime) -> Claim | None:
        """The claim in force, if there is one."""
        wanted = select(cases).where(cases.c.session_id == session_id)
        row = await self._database.read(lambda c: c.execute(wanted).first())
        return None if row is None else claim_of(row, now)

    async def lapse(self, *, now: datetime) -> tuple[SessionId, ...]:
        """End the claims that ran out; the conversations wait again where they waited."""
        over = cases.c.claimed_until <= now
        waiting = select(cases.c.session_id).where(over).limit(1)
        if await self._database.read(lambda c: c.execute(waiting).first()) is None:
            return ()
        ended = update(cases).where(over).values(claimed_by=None, claimed_until=None).returning(cases.c.session_id)

        def work(connection: Connection) -> tuple[SessionId, ...]:
            self._chain.head(connection)
            lapsed = tuple(SessionId(one) for one in connection.execute(ended).scalars())
            for session_id in lapsed:
                self._chain.append(connection, Entry(event="claim.lapsed", session_id=session_id, at=now))
            return lapsed

        return await self._database.write(work)

    def _note(self, connection: Connection, event: str, session_id: SessionId, by: StaffId, now: datetime) -> None:
        self._chain.append(connection, Entry(event=event, session_id=session_id, at=now, detail={"staff": by}))


def claim_of(row: Row[Any], now: datetime) -> Claim | None:
    """The claim a row of `cases` holds, while it is in force."""
    if row.claimed_until is None or row.claimed_until <= now:
        return None
    return Claim(
        session_id=SessionId(row.session_id),
        staff_id=StaffId(row.claimed_by),
        number=row.claim,
        until=row.claimed_until,
    )


def _mine(session_id: SessionId, by: StaffId, number: int, now: datetime) -> Any:
    return and_(
        cases.c.session_id == session_id,
        cases.c.claimed_by == by,
        cases.c.claim == number,
        cases.c.claimed_until > now,
    )
