"""Open the archive: bring its schema up to date and give every port its adapter."""

from __future__ import annotations

from dataclasses import dataclass

from archive.case_work import SqlCaseWork
from archive.cases import SqlCases
from archive.chain import AuditChain
from archive.claims import SqlClaims
from archive.corrections import SqlCorrections
from archive.database import Database
from archive.drafts import SqlDrafts
from archive.figures import SqlFigures
from archive.follow_up.base import Base
from archive.follow_up.store import SqlFollowUp
from archive.handoffs import SqlHandoffDesk
from archive.keys import SqlSessionKeys
from archive.migrate import ENVIRONMENT, upgrade
from archive.rebuilding import Rebuilding
from archive.records import SqlArchive
from archive.sealing import Cipher, MasterKey
from archive.sessions import SqlSessionStore
from archive.staff import SqlStaff
from archive.terms import TermIndex
from archive.trainings import SqlTrainings
from domain.ports import Clock

migrate = upgrade("archive", ENVIRONMENT / "versions")
SCRUBBED = (
    "sessions",
    "session_keys",
    "messages",
    "decisions",
    "consents",
    "handoffs",
    "deferred_erasures",
    "cases",
    "case_notes",
    "case_tags",
    "case_ratings",
    "search_terms",
    "follow_up_patients",
    "follow_up_responses",
    "follow_up_alerts",
    "diary",
)
"""Tables an erasure empties of a session: what a `ServedDatabase` vacuums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenArchive:
    """The archive's ports, on one database. Whoever opened the database closes it."""

    sessions: SqlSessionStore
    keys: SqlSessionKeys
    archive: SqlArchive
    desk: SqlHandoffDesk
    claims: SqlClaims
    cases: SqlCases
    case_work: SqlCaseWork
    figures: SqlFigures
    staff: SqlStaff
    corrections: SqlCorrections
    drafts: SqlDrafts
    trainings: SqlTrainings
    rebuilding: Rebuilding
    follow_up: SqlFollowUp


async def open_archive(database: Database, *, cipher: Cipher, master: MasterKey, clock: Clock) -> OpenArchive:
    """Migrate `database` and open it."""
    await database.write(migrate)
    keys = SqlSessionKeys(database, master, clock)
    chain = AuditChain(master.derive("audit chain"))
    index = TermIndex(master.derive("search terms"))
    archive = SqlArchive(database, keys, chain, cipher, clock, index=index)
    return OpenArchive(
        sessions=SqlSessionStore(database, keys, chain, cipher, clock),
        keys=keys,
        archive=archive,
        desk=SqlHandoffDesk(database, keys, cipher),
        claims=SqlClaims(database, chain),
        cases=SqlCases(database, keys, cipher, index),
        case_work=SqlCaseWork(database, keys, chain, cipher, clock),
        figures=SqlFigures(database),
        rebuilding=Rebuilding(database, archive, index),
        corrections=SqlCorrections(database, chain),
        drafts=SqlDrafts(database, chain, clock),
        trainings=SqlTrainings(database),
        staff=SqlStaff(database, chain, cipher, clock, key=master.derive("staff")),
        follow_up=SqlFollowUp(Base(database=database, cipher=cipher, master=master, chain=chain)),
    )
