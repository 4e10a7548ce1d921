"""Open the archive: bring its schema up to date and give every port its adapter."""

from __future__ import annotations

from dataclasses import dataclass

from archive.chain import AuditChain
from archive.database import Database
from archive.handoffs import SqlHandoffDesk
from archive.keys import SqlSessionKeys
from archive.migrate import ENVIRONMENT, upgrade
from archive.records import SqlArchive
from archive.sealing import Cipher, MasterKey
from archive.sessions import SqlSessionStore
from domain.ports import Clock

migrate = upgrade("archive", ENVIRONMENT / "versions")
SCRUBBED = ("sessions", "session_keys", "messages", "decisions", "consents", "handoffs", "deferred_erasures")
"""Tables an erasure empties of a session: what a `ServedDatabase` vacuums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenArchive:
    """The archive's ports, on one database. Whoever opened the database closes it."""

    sessions: SqlSessionStore
    keys: SqlSessionKeys
    archive: SqlArchive
    desk: SqlHandoffDesk


async def open_archive(database: Database, *, cipher: Cipher, master: MasterKey, clock: Clock) -> OpenArchive:
    """Migrate `database` and open it."""
    await database.write(migrate)
    keys = SqlSessionKeys(database, master, clock)
    chain = AuditChain(master.derive("audit chain"))
    return OpenArchive(
        sessions=SqlSessionStore(database, keys, chain, cipher, clock),
        keys=keys,
        archive=SqlArchive(database, keys, chain, cipher, clock),
        desk=SqlHandoffDesk(database, keys, cipher),
    )
