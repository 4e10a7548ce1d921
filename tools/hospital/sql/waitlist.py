"""The embedded hospital's waitlist behind the `Waitlist` port."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select, update

from archive.columns import insert_new
from archive.database import Database
from domain.clinical import DepartmentId
from domain.errors import Conflict, Expired, NotFound
from domain.notices import DueKind
from domain.patient import PatientId
from domain.scheduling import Appointment, Period, PractitionerId, Refusal, SlotQuery, Title
from domain.waitlist import WaitlistEntry, WaitlistId, WaitlistStatus, WaitlistWish
from tools.hospital.sql import booking, places, visits
from tools.hospital.sql.house import House
from tools.hospital.sql.offers import free_lapsed, offer_session
from tools.hospital.sql.schema import departments, holds, practitioners, slots
from tools.hospital.sql.schema_life import due, waitlist
from tools.hospital.sql.slots import SLOT_ROWS, matching, to_slot
from tools.hospital.sql.writes import result_of, write_of

OFFER_WORK = (DueKind.WAITLIST_OFFERED, DueKind.WAITLIST_OVER)

_ENTRY: Select[Any] = select(waitlist, holds.c.slot_id, holds.c.expires_at).outerjoin(
    holds, holds.c.id == waitlist.c.hold_id
)
_ONE = _ENTRY.where(waitlist.c.id == bindparam("entry"))
_ONE_SLOT = SLOT_ROWS.where(slots.c.id == bindparam("slot"))
_EARLIER = waitlist.alias("earlier")
_AHEAD = (
    select(func.count())
    .select_from(_EARLIER)
    .join(waitlist, _EARLIER.c.department_id == waitlist.c.department_id)
    .where(
        waitlist.c.id == bindparam("entry"),
        _EARLIER.c.status == WaitlistStatus.REQUESTED,
        or_(
            _EARLIER.c.joined_at < waitlist.c.joined_at,
            and_(_EARLIER.c.joined_at == waitlist.c.joined_at, _EARLIER.c.id < waitlist.c.id),
        ),
        _EARLIER.c.first_day <= waitlist.c.last_day,
        _EARLIER.c.last_day >= waitlist.c.first_day,
        *(
            or_(theirs.is_(None), mine.is_(None), theirs == mine)
            for theirs, mine in (
                (_EARLIER.c.practitioner_id, waitlist.c.practitioner_id),
                (_EARLIER.c.title, waitlist.c.title),
                (_EARLIER.c.period, waitlist.c.period),
            )
        ),
    )
)
_ORDER = {WaitlistStatus.OFFERED: 0, WaitlistStatus.REQUESTED: 1}


class SqlWaitlist:
    """Implements `Waitlist`."""

    def __init__(self, database: Database, house: House) -> None:
        self._database = database
        self._house = house

    async def join(self, patient_id: PatientId, wish: WaitlistWish, *, key: str, now: datetime) -> WaitlistEntry:
        """Begin to wait; raises as the port says."""
        digest = _digest(wish)
        write = write_of("join", patient_id, digest, key=key, now=now)
        row = {
            "id": write.result_id,
            "patient_id": patient_id,
            "department_id": wish.department_id,
            "practitioner_id": wish.practitioner_id,
            "title": wish.title,
            "first_day": wish.first_date,
            "last_day": wish.last_date,
            "period": wish.period,
            "max_fee_cents": wish.max_fee_cents,
            "wish_sha256": digest,
            "status": WaitlistStatus.REQUESTED,
            "joined_at": now,
        }

        def work(connection: Connection) -> WaitlistEntry:
            entry_id, first = result_of(connection, write)
            if first:
                self._check_wish(connection, wish, now)
                booking.check_not_banned(connection, self._house, patient_id, now)
                if not insert_new(connection, waitlist, row):
                    raise Conflict(Refusal.WAITING)
                due.plan(connection, ((DueKind.WAITLIST_OVER, entry_id, self._house.end_of(wish.last_date)),))
            return self._entry(connection, _row(connection, entry_id), now)

        return await self._database.write(work)

    async def entries(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        """All entries of a patient: offers first, then what waits, closed ones last."""

        def work(connection: Connection) -> tuple[WaitlistEntry, ...]:
            mine = _ENTRY.where(waitlist.c.patient_id == patient_id).order_by(waitlist.c.joined_at, waitlist.c.id)
            rows = sorted(connection.execute(mine), key=lambda row: _ORDER.get(WaitlistStatus(row.status), 2))
            return tuple(self._entry(connection, row, row.joined_at) for row in rows)

        return await self._database.read(work)

    async def entry(self, entry_id: WaitlistId) -> WaitlistEntry:
        """One entry, for whoever tells the patient; raises as the port says."""

        def work(connection: Connection) -> WaitlistEntry:
            row = _row(connection, entry_id)
            return self._entry(connection, row, row.joined_at)

        return await self._database.read(work)

    async def accept(self, entry_id: WaitlistId, *, patient_id: PatientId, key: str, now: datetime) -> Appointment:
        """Take the offered place: it is booked at once; raises as the port says."""
        write = write_of("accept", entry_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> Appointment:
            appointment_id, first = result_of(connection, write)
            if first:
                row = _row(connection, entry_id, patient_id)
                _move(connection, row, WaitlistStatus.ACCEPTED)
                slot_id = booking.use_hold(connection, row.hold_id, offer_session(entry_id), now)
                slot = booking.slot_of(connection, slot_id)
                booking.check_patient(connection, self._house, patient_id, slot, now)
                places.take(connection, slot_id)
                booked = {"id": appointment_id, "patient_id": patient_id, "hold_id": row.hold_id, "booked_at": now}
                booking.book(connection, self._house, slot, booked)
                due.drop(connection, OFFER_WORK, entry_id)
            return visits.to_appointment(visits.row_of(connection, appointment_id, patient_id, now), self._house.zone)

        return await self._database.write(work)

    async def decline(self, entry_id: WaitlistId, *, patient_id: PatientId, key: str, now: datetime) -> WaitlistEntry:
        """Refuse the offer, which goes to the next; raises as the port says."""
        write = write_of("decline", entry_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> WaitlistEntry:
            if result_of(connection, write)[1]:
                row = _row(connection, entry_id, patient_id)
                _move(connection, row, WaitlistStatus.DECLINED)
                booking.release_place(connection, self._house, row.hold_id, offer_session(entry_id), now)
                due.drop(connection, OFFER_WORK, entry_id)
            return self._entry(connection, _row(connection, entry_id, patient_id), now)

        return await self._database.write(work)

    async def withdraw(self, entry_id: WaitlistId, *, patient_id: PatientId, key: str, now: datetime) -> WaitlistEntry:
        """Wait no longer; raises as the port says."""
        write = write_of("withdraw", entry_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> WaitlistEntry:
            if result_of(connection, write)[1]:
                _move(connection, _row(connection, entry_id, patient_id), WaitlistStatus.WITHDRAWN)
                due.drop(connection, OFFER_WORK, entry_id)
            return self._entry(connection, _row(connection, entry_id, patient_id), now)

        return await self._database.write(work)

    async def expire(self, entry_id: WaitlistId, *, now: datetime) -> datetime | None:
        """End what ran out; when to look again, nothing when the entry is closed."""

        def work(connection: Connection) -> datetime | None:
            row = connection.execute(_ONE, {"entry": entry_id}).first()
            if row is None or not WaitlistStatus(row.status).open:
                return None
            over: datetime = row.expires_at or self._house.end_of(row.last_day)
            if now < over:
                return over
            if _moved(connection, row, WaitlistStatus.EXPIRED) and row.slot_id:
                free_lapsed(connection, self._house, row.slot_id, now)
            return None

        return await self._database.write(work)

    def _check_wish(self, connection: Connection, wish: WaitlistWish, now: datetime) -> None:
        house = self._house
        known = select(departments.c.id).where(departments.c.id == wish.department_id)
        if wish.practitioner_id is not None:
            known = known.join(practitioners, practitioners.c.department_id == departments.c.id).where(
                practitioners.c.id == wish.practitioner_id
            )
        if connection.execute(known).first() is None:
            raise NotFound("department or doctor")
        if wish.last_date < max(wish.first_date, house.day(now)):
            raise Conflict(Refusal.PAST)
        if wish.last_date > house.last_day(now):
            raise Conflict(Refusal.TOO_FAR)
        query = SlotQuery(
            department_ids=(wish.department_id,),
            practitioner_id=wish.practitioner_id,
            title=wish.title,
            first_date=wish.first_date,
            last_date=wish.last_date,
            period=wish.period,
            max_fee_cents=wish.max_fee_cents,
            limit=1,
        )
        if connection.execute(*matching(query, house, now)).first() is not None:
            raise Conflict(Refusal.PLACES_FREE)

    def _entry(self, connection: Connection, row: Row[Any], now: datetime) -> WaitlistEntry:
        status, zone = WaitlistStatus(row.status), self._house.zone
        position = 0
        if status is WaitlistStatus.REQUESTED:
            position = 1 + connection.execute(_AHEAD, {"entry": row.id}).scalar_one()
        offer = None
        if status is WaitlistStatus.OFFERED:
            offer = to_slot(connection.execute(_ONE_SLOT, {"slot": row.slot_id, "now": now}).one(), zone)
        return WaitlistEntry(
            id=WaitlistId(row.id),
            patient_id=PatientId(row.patient_id),
            wish=WaitlistWish(
                department_id=DepartmentId(row.department_id),
                first_date=row.first_day,
                last_date=row.last_day,
                practitioner_id=PractitionerId(row.practitioner_id) if row.practitioner_id else None,
                title=Title(row.title) if row.title else None,
                period=Period(row.period) if row.period else None,
                max_fee_cents=row.max_fee_cents,
            ),
            status=status,
            joined_at=row.joined_at.astimezone(zone),
            position=position,
            offer=offer,
            until=row.expires_at.astimezone(zone) if offer else None,
        )


def _row(connection: Connection, entry_id: str, patient_id: str | None = None) -> Row[Any]:
    row = connection.execute(_ONE, {"entry": entry_id}).first()
    if row is None or patient_id not in {None, row.patient_id}:
        raise NotFound("waitlist entry")
    return row


def _move(connection: Connection, row: Row[Any], target: WaitlistStatus) -> None:
    """One step of an entry's life.

    Raises:
        Expired: it ran out before.
        Conflict: the step is not allowed, or somebody else was faster.
    """
    if row.status == WaitlistStatus.EXPIRED:
        raise Expired("waitlist entry")
    WaitlistStatus(row.status).to(target)
    if not _moved(connection, row, target):
        raise Conflict(Refusal.STATUS)


def _moved(connection: Connection, row: Row[Any], target: WaitlistStatus) -> bool:
    here = update(waitlist).where(waitlist.c.id == row.id, waitlist.c.status == row.status)
    return connection.execute(here.values(status=WaitlistStatus(row.status).to(target))).rowcount == 1


def _digest(wish: WaitlistWish) -> str:
    return hashlib.sha256(orjson.dumps(wish)).hexdigest()
