"""Drafts and releases of the knowledge pack on SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, insert, select, update

from archive.chain import AuditChain, Entry
from archive.database import Database
from archive.desk_schema import corrections
from archive.knowledge_schema import knowledge_drafts, knowledge_releases
from archive.migrate import take_turns
from domain.correction import CorrectionId
from domain.drafts import Draft, DraftId, DraftStatus, Edit, FieldValue, Release
from domain.errors import Conflict, NotFound
from domain.ports import Clock
from domain.staff import StaffId
from domain.turn import Json


class SqlDrafts:
    """Implements `Drafts`."""

    def __init__(self, database: Database, chain: AuditChain, clock: Clock) -> None:
        self._database = database
        self._chain = chain
        self._clock = clock

    async def add(self, draft: Draft) -> None:
        """Keep a new draft."""
        row = {
            "id": draft.id,
            "title": draft.title,
            "staff_id": draft.by,
            "at": draft.at,
            "base": draft.base,
            "status": draft.status.value,
            "revision": draft.revision,
            "content": _content(draft),
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(knowledge_drafts), row)
            self._write_down(connection, "knowledge.drafted", draft=draft.id, staff=draft.by)

        await self._database.write(work)

    async def listed(self, *, open_only: bool = True) -> tuple[Draft, ...]:
        """Drafts, newest first."""
        wanted = select(knowledge_drafts).order_by(knowledge_drafts.c.at.desc(), knowledge_drafts.c.id)
        if open_only:
            wanted = wanted.where(knowledge_drafts.c.status == DraftStatus.OPEN.value)
        return tuple(map(_draft, await self._database.read(lambda c: c.execute(wanted).all())))

    async def get(self, draft_id: DraftId) -> Draft:
        """One draft."""
        wanted = select(knowledge_drafts).where(knowledge_drafts.c.id == draft_id)
        row = await self._database.read(lambda c: c.execute(wanted).one_or_none())
        if row is None:
            raise NotFound("draft")
        return _draft(row)

    async def change(self, draft: Draft) -> Draft:
        """Keep a draft's edits, answers or status in place of the revision it was read at."""
        changed = replace(draft, revision=draft.revision + 1, check=None)
        statement = (
            update(knowledge_drafts)
            .where(
                knowledge_drafts.c.id == draft.id,
                knowledge_drafts.c.revision == draft.revision,
                knowledge_drafts.c.status == DraftStatus.OPEN.value,
            )
            .values(status=draft.status.value, revision=changed.revision, content=_content(draft), findings=None)
        )

        def work(connection: Connection) -> None:
            if not connection.execute(statement).rowcount:
                raise Conflict("draft")
            authors = " ".join(sorted(draft.authors))
            self._write_down(connection, "knowledge.draft_changed", draft=draft.id, staff=authors, status=draft.status)

        await self.get(draft.id)
        await self._database.write(work)
        return changed

    async def checked(self, draft_id: DraftId, check: Mapping[str, Json], *, revision: int) -> None:
        """Keep what was found in a revision."""
        statement = (
            update(knowledge_drafts)
            .where(knowledge_drafts.c.id == draft_id, knowledge_drafts.c.revision == revision)
            .values(findings=orjson.dumps(check).decode())
        )
        await self._database.write(lambda c: c.execute(statement).rowcount)

    async def release(self, release: Release, *, after: int, answers: tuple[CorrectionId, ...] = ()) -> int:
        """Make it the newest, its draft released and its corrections closed, in one step."""

        def work(connection: Connection) -> None:
            take_turns(connection)
            if (connection.execute(select(func.max(knowledge_releases.c.number))).scalar() or 0) != after:
                raise Conflict("release")
            row = {
                "number": after + 1,
                "version": release.version,
                "installed": release.installed,
                "at": release.at,
                "staff_id": release.by,
                "approved_by": release.approved_by,
                "draft_id": release.draft_id,
                "restores": release.restores,
                "files": orjson.dumps(release.files).decode(),
            }
            connection.execute(insert(knowledge_releases), row)
            if release.draft_id is not None:
                self._finish(connection, release.draft_id, release, answers)
            self._write_down(
                connection,
                "knowledge.released",
                version=release.version,
                staff=release.by,
                approved_by=release.approved_by,
                draft=release.draft_id or "",
            )

        await self._database.write(work)
        return after + 1

    async def newest(self) -> Release | None:
        """What should be at work."""
        wanted = select(knowledge_releases).order_by(knowledge_releases.c.number.desc()).limit(1)
        row = await self._database.read(lambda c: c.execute(wanted).one_or_none())
        return _release(row) if row is not None else None

    async def releases(self) -> tuple[Release, ...]:
        """Every release, newest first."""
        wanted = select(knowledge_releases).order_by(knowledge_releases.c.number.desc())
        return tuple(map(_release, await self._database.read(lambda c: c.execute(wanted).all())))

    def _finish(
        self, connection: Connection, draft_id: DraftId, release: Release, answers: tuple[CorrectionId, ...]
    ) -> None:
        draft = knowledge_drafts.c
        is_open = (draft.id == draft_id, draft.status == DraftStatus.OPEN.value)
        released = update(knowledge_drafts).where(*is_open).values(status=DraftStatus.RELEASED.value)
        if not connection.execute(released).rowcount:
            raise Conflict("draft")
        answered = (corrections.c.id.in_(answers), corrections.c.closed_at.is_(None))
        connection.execute(update(corrections).where(*answered).values(closed_at=release.at))

    def _write_down(self, connection: Connection, event: str, **detail: str) -> None:
        self._chain.append(connection, Entry(event=event, session_id="", at=self._clock.now(), detail=detail))


def _content(draft: Draft) -> str:
    return orjson.dumps({"edits": [asdict(edit) for edit in draft.edits], "answers": draft.answers}).decode()


def _draft(row: Row[Any]) -> Draft:
    content = orjson.loads(row.content)
    return Draft(
        id=DraftId(row.id),
        title=row.title,
        by=StaffId(row.staff_id),
        at=row.at,
        base=row.base,
        edits=tuple(Edit(**{**edit, "value": _value(edit["value"])}) for edit in content["edits"]),
        answers=tuple(CorrectionId(one) for one in content["answers"]),
        status=DraftStatus(row.status),
        revision=row.revision,
        check=orjson.loads(row.findings) if row.findings else None,
    )


def _value(kept: str | list[str]) -> FieldValue:
    return kept if isinstance(kept, str) else tuple(kept)


def _release(row: Row[Any]) -> Release:
    return Release(
        number=row.number,
        version=row.version,
        installed=row.installed,
        at=row.at,
        by=StaffId(row.staff_id),
        approved_by=StaffId(row.approved_by),
        draft_id=DraftId(row.draft_id) if row.draft_id else None,
        restores=row.restores,
        files=orjson.loads(row.files),
    )
