"""Makes again what is derived from transcripts: the search index, and cases of sessions that have none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from archive import case_rows
from archive.database import Database
from archive.desk_schema import cases, search_terms
from archive.records import SqlArchive
from archive.schema import messages
from archive.terms import TermIndex
from domain.session import Author, SessionId


class Rebuilding:
    """One session at a time, beside the running service: a conversation that goes on meanwhile adds its own words."""

    def __init__(self, database: Database, archive: SqlArchive, index: TermIndex) -> None:
        self._database = database
        self._archive = archive
        self._index = index

    async def rebuild(self) -> int:
        """Index every transcript; how many there are."""
        spoken = select(messages.c.session_id, func.count(), func.max(messages.c.at)).group_by(messages.c.session_id)
        found = await self._database.read(lambda c: c.execute(spoken).all())
        for row in found:
            await self._rebuild_one(SessionId(row[0]), row[1], row[2])
        return len(found)

    async def _rebuild_one(self, session_id: SessionId, spoken: int, last_at: datetime) -> None:
        said = await self._archive.transcript(session_id)
        terms = self._index.terms_of(one.text for one in said if one.author is not Author.AGENT)
        known = select(cases.c.session_id).where(cases.c.session_id == session_id)

        def work(connection: Connection) -> None:
            connection.execute(delete(search_terms).where(search_terms.c.session_id == session_id))
            self._index.store(connection, session_id, terms)
            if connection.execute(known).first() is None:
                case_rows.touch(connection, session_id, last_at, messages=spoken)

        await self._database.write(work)
