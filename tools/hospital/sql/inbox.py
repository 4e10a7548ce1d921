"""Notices kept for patients behind the `Inbox` port; their texts are sealed with the patient's key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from archive.columns import insert_new
from archive.database import Database
from archive.sealing import Cipher, MasterKey
from domain.errors import NotFound
from domain.notices import Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.session import SessionId
from tools.hospital.sql.schema import patients
from tools.hospital.sql.schema_life import notice_watchers, notices


class SqlInbox:
    """Implements `Inbox`."""

    def __init__(self, database: Database, *, cipher: Cipher, master: MasterKey) -> None:
        self._database = database
        self._cipher = cipher
        self._master = master

    async def put(self, notice: Notice) -> bool:
        """Keep a notice; `False` when its id is known.

        Raises:
            NotFound: no such patient.
        """

        def work(connection: Connection) -> bool:
            key = self._key(connection, notice.patient_id)
            row = {
                "id": notice.id,
                "kind": notice.kind,
                "patient_id": notice.patient_id,
                "subject": notice.subject,
                "sealed_text": self._cipher.seal(key, notice.text.encode(), notice.id.encode()),
                "at": notice.at,
            }
            return insert_new(connection, notices, row)

        return await self._database.write(work)

    async def unread(self, patient_id: PatientId) -> tuple[Notice, ...]:
        """What the patient has not been shown, oldest first."""
        wanted = select(notices).where(notices.c.patient_id == patient_id, notices.c.read_at.is_(None))

        def work(connection: Connection) -> tuple[Notice, ...]:
            rows = connection.execute(wanted.order_by(notices.c.at, notices.c.id)).all()
            key = self._key(connection, patient_id) if rows else b""
            return tuple(self._notice(row, key) for row in rows)

        return await self._database.read(work)

    async def watch(self, patient_id: PatientId, session_id: SessionId, *, until: datetime) -> None:
        """Notices of this patient are shown in this session as they come, until then."""
        row = {"patient_id": patient_id, "session_id": session_id, "until": until}

        def work(connection: Connection) -> None:
            if not insert_new(connection, notice_watchers, row):
                here = update(notice_watchers).where(
                    notice_watchers.c.patient_id == patient_id, notice_watchers.c.session_id == session_id
                )
                connection.execute(here.values(until=until))

        await self._database.write(work)

    async def watching(self, patient_id: PatientId, *, now: datetime) -> tuple[SessionId, ...]:
        """The sessions that show this patient's notices."""
        wanted = (
            select(notice_watchers.c.session_id)
            .where(notice_watchers.c.patient_id == patient_id, notice_watchers.c.until > now)
            .order_by(notice_watchers.c.session_id)
        )
        found = await self._database.read(lambda c: c.execute(wanted).scalars().all())
        return tuple(SessionId(one) for one in found)

    async def mark_read(self, patient_id: PatientId, notice_ids: tuple[NoticeId, ...], *, now: datetime) -> None:
        """These were shown."""
        shown = update(notices).where(
            notices.c.patient_id == patient_id, notices.c.id.in_(notice_ids), notices.c.read_at.is_(None)
        )
        await self._database.write(lambda c: c.execute(shown.values(read_at=now)))

    async def forget(self, *, before: datetime) -> int:
        """Delete notices older than `before`, and who watched until then; how many notices."""

        def work(connection: Connection) -> int:
            connection.execute(delete(notice_watchers).where(notice_watchers.c.until < before))
            return connection.execute(delete(notices).where(notices.c.at < before)).rowcount

        return await self._database.write(work)

    def _key(self, connection: Connection, patient_id: str) -> bytes:
        wrapped = connection.execute(select(patients.c.wrapped_key).where(patients.c.id == patient_id)).scalar()
        if wrapped is None:
            raise NotFound("patient")
        return self._master.unwrap(wrapped, patient_id.encode())

    def _notice(self, row: Row[Any], key: bytes) -> Notice:
        return Notice(
            id=NoticeId(row.id),
            kind=NoticeKind(row.kind),
            patient_id=PatientId(row.patient_id),
            subject=row.subject,
            text=self._cipher.unseal(key, row.sealed_text, row.id.encode()).decode(),
            at=row.at,
        )
