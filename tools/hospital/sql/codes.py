"""One-time codes behind the `Codes` port: five minutes, five tries, one use."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from archive.columns import insert_new
from archive.database import Database
from archive.sealing import KEY_BYTES, Cipher, MasterKey
from domain.errors import Conflict, Expired
from domain.identity import ChallengeId, CodeFault, IssuedCode
from domain.patient import Identity
from domain.session import SessionId
from tools.hospital.sql.patients import decode_identity, encode_identity
from tools.hospital.sql.schema_records import identity_codes

LIFETIME = timedelta(minutes=5)
MOST_TRIES = 5
DIGITS = 6
_SEED_BYTES = 16
_REPLACED = "replaced"


class SqlCodes:
    """Implements `Codes`.

    A code is the keyed hash of its row's id and random seed, so a replayed turn sends the same digits, and whoever
    reads the table without the master key learns none. The identity that waits is sealed with a key of its row.
    """

    def __init__(self, database: Database, *, cipher: Cipher, master: MasterKey) -> None:
        self._database = database
        self._cipher = cipher
        self._master = master
        self._code_key = master.derive("one-time codes")

    async def issue(self, identity: Identity, *, session_id: SessionId, key: str, now: datetime) -> IssuedCode:
        """A code for the identity's phone; raises as the port says."""
        challenge_id = _hashed(f"{session_id} {key}")
        data_key = os.urandom(KEY_BYTES)
        row = {
            "id": challenge_id,
            "session_id": session_id,
            "seed": os.urandom(_SEED_BYTES),
            "wrapped_key": self._master.wrap(data_key, challenge_id.encode()),
            "sealed_identity": self._cipher.seal(data_key, encode_identity(identity), challenge_id.encode()),
            "expires_at": now + LIFETIME,
            "tries": 0,
        }

        def work(connection: Connection) -> Row[Any]:
            codes = identity_codes.c
            if insert_new(connection, identity_codes, row):
                mine = update(identity_codes).where(codes.session_id == session_id, codes.id != challenge_id)
                connection.execute(mine.where(codes.ended_by.is_(None)).values(ended_by=_REPLACED))
            return connection.execute(select(identity_codes).where(codes.id == challenge_id)).one()

        kept = await self._database.write(work)
        return IssuedCode(id=ChallengeId(kept.id), code=self._code(kept), expires_at=kept.expires_at)

    async def redeem(
        self, challenge_id: ChallengeId, code: str, *, session_id: SessionId, key: str, now: datetime
    ) -> Identity:
        """The identity behind the code; raises as the port says."""
        ended_by = _hashed(key)

        def work(connection: Connection) -> Row[Any] | CodeFault | None:
            row = connection.execute(_wanted(challenge_id, session_id).with_for_update()).first()
            if row is None or row.ended_by not in {None, ended_by}:
                return None
            if row.ended_by == ended_by:
                return row
            if row.expires_at <= now:
                return None
            if row.tries >= MOST_TRIES:
                return CodeFault.SPENT
            here = update(identity_codes).where(identity_codes.c.id == challenge_id)
            if hmac.compare_digest(code.encode(), self._code(row).encode()):
                connection.execute(here.values(ended_by=ended_by))
                return row
            connection.execute(here.values(tries=row.tries + 1))
            return CodeFault.SPENT if row.tries + 1 >= MOST_TRIES else CodeFault.WRONG

        outcome = await self._database.write(work)
        if outcome is None:
            raise Expired("code")
        if isinstance(outcome, CodeFault):
            raise Conflict(outcome)
        return self._identity(outcome)

    async def again(self, challenge_id: ChallengeId, *, session_id: SessionId) -> Identity:
        """The identity behind a challenge that is not used up; raises as the port says."""
        row = await self._database.read(lambda c: c.execute(_wanted(challenge_id, session_id)).first())
        if row is None or row.ended_by is not None:
            raise Expired("code")
        return self._identity(row)

    async def forget(self, *, before: datetime) -> int:
        """Delete codes that ran out before; how many."""
        old = delete(identity_codes).where(identity_codes.c.expires_at < before)
        return await self._database.write(lambda c: c.execute(old).rowcount)

    def _code(self, row: Row[Any]) -> str:
        digest = hmac.digest(self._code_key, row.id.encode() + row.seed, "sha256")
        return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"

    def _identity(self, row: Row[Any]) -> Identity:
        key = self._master.unwrap(row.wrapped_key, row.id.encode())
        return decode_identity(self._cipher.unseal(key, row.sealed_identity, row.id.encode()))


def _wanted(challenge_id: ChallengeId, session_id: SessionId) -> Any:
    return select(identity_codes).where(identity_codes.c.id == challenge_id, identity_codes.c.session_id == session_id)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
