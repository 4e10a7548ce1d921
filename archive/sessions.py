"""Sessions, their token hashes, their profile and the history of their consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from archive.chain import AuditChain, Entry
from archive.codec import decode_profile, decode_purposes, encode_profile, encode_purposes
from archive.database import Database
from archive.keys import SqlSessionKeys
from archive.schema import consents, session_keys, sessions
from archive.sealing import Cipher
from domain.errors import Conflict, NotFound
from domain.patient import Consent
from domain.ports import Clock, SessionRecord
from domain.session import Channel, Session, SessionId

_WITH_KEY = select(sessions, session_keys.c.wrapped).join(session_keys)
_BY_ID = _WITH_KEY.where(sessions.c.id == bindparam("wanted"))
_BY_RESUME = _WITH_KEY.where(sessions.c.resume_sha256 == bindparam("wanted"))
_REPLACE = update(sessions).where(sessions.c.id == bindparam("session"))
_TAKEN = select(sessions.c.id).where(sessions.c.id == bindparam("wanted"))


class SqlSessionStore:
    """Implements `SessionStore`."""

    def __init__(
        self, database: Database, keys: SqlSessionKeys, chain: AuditChain, cipher: Cipher, clock: Clock
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._keys = keys
        self._chain = chain
        self._clock = clock

    async def create(self, record: SessionRecord) -> None:
        """Store a new session with its data key.

        Raises:
            Conflict: the id is taken.
        """
        session = record.session
        key, wrapped = self._keys.create(session.id)
        detail = {"channel": session.channel.value}
        created = Entry(event="session.created", session_id=session.id, at=self._clock.now(), detail=detail)
        row = {
            "id": session.id,
            **_identity(session),
            **self._columns(record, key),
            **_consent_columns(session.consent),
        }

        def work(connection: Connection) -> None:
            if connection.execute(_TAKEN, {"wanted": session.id}).first():
                raise Conflict("session")
            connection.execute(insert(sessions), row)
            connection.execute(insert(session_keys), {"session_id": session.id, "wrapped": wrapped})
            self._chain.append(connection, created)

        await self._database.write(work)
        self._keys.remember(session.id, key)

    async def get(self, session_id: SessionId) -> SessionRecord | None:
        """The session, or nothing when unknown or erased."""
        return await self._find(_BY_ID, session_id)

    async def by_resume(self, resume_sha256: str) -> SessionRecord | None:
        """The session a resume token belongs to."""
        return await self._find(_BY_RESUME, resume_sha256)

    async def replace(self, record: SessionRecord) -> None:
        """Store new tokens, profile, locale or expiry; consent has its own way.

        Raises:
            NotFound: the session is unknown or erased.
        """
        session = record.session
        key = await self._keys.key(session.id)
        row = {"locale": session.locale, **self._columns(record, key)}

        def work(connection: Connection) -> None:
            if connection.execute(_REPLACE.values(row), {"session": session.id}).rowcount == 0:
                raise NotFound("session")

        await self._database.write(work)

    async def give_consent(self, session_id: SessionId, consent: Consent) -> None:
        """Store the consent now in force, append it to the history and to the audit chain.

        Raises:
            NotFound: the session is unknown or erased.
        """
        now = self._clock.now()
        at = consent.at or now
        purposes = encode_purposes(consent)
        detail = {"version": consent.version, "purposes": purposes}
        updated = Entry(event="consent.updated", session_id=session_id, at=now, detail=detail)

        def work(connection: Connection) -> None:
            row = _consent_columns(consent) | {"consent_at": at}
            if connection.execute(_REPLACE.values(row), {"session": session_id}).rowcount == 0:
                raise NotFound("session")
            given = {"session_id": session_id, "version": consent.version, "purposes": purposes, "at": at}
            connection.execute(insert(consents), given)
            self._chain.append(connection, updated)

        await self._database.write(work)

    async def consent_history(self, session_id: SessionId) -> tuple[Consent, ...]:
        """Every consent given or changed, oldest first."""
        history = select(consents).where(consents.c.session_id == session_id).order_by(consents.c.id)
        rows = await self._database.read(lambda c: c.execute(history).all())
        return tuple(Consent(version=row.version, purposes=decode_purposes(row.purposes), at=row.at) for row in rows)

    async def _find(self, statement: Any, wanted: str) -> SessionRecord | None:
        row = await self._database.read(lambda c: c.execute(statement, {"wanted": wanted}).first())
        return None if row is None else self._record(row)

    def _record(self, row: Row[Any]) -> SessionRecord:
        key = self._keys.unwrap(SessionId(row.id), row.wrapped)
        consent = Consent(
            version=row.consent_version, purposes=decode_purposes(row.consent_purposes), at=row.consent_at
        )
        session = Session(
            id=SessionId(row.id),
            channel=Channel(row.channel),
            locale=row.locale,
            profile=decode_profile(self._cipher.unseal(key, row.sealed_profile, profile_context(row.id))),
            consent=consent,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        return SessionRecord(session=session, token_sha256=row.token_sha256, resume_sha256=row.resume_sha256)

    def _columns(self, record: SessionRecord, key: bytes) -> dict[str, str | bytes | datetime]:
        session = record.session
        profile = encode_profile(session.profile)
        return {
            "token_sha256": record.token_sha256,
            "resume_sha256": record.resume_sha256,
            "sealed_profile": self._cipher.seal(key, profile, profile_context(session.id)),
            "expires_at": session.expires_at,
        }


def profile_context(session_id: str) -> bytes:
    """What a sealed profile is bound to."""
    return f"profile:{session_id}".encode()


def _identity(session: Session) -> dict[str, str | datetime]:
    return {"channel": session.channel, "locale": session.locale, "created_at": session.created_at}


def _consent_columns(consent: Consent) -> dict[str, str | datetime | None]:
    return {
        "consent_version": consent.version,
        "consent_purposes": encode_purposes(consent),
        "consent_at": consent.at,
    }
