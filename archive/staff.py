"""Staff accounts and where they are signed in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from archive import proving
from archive.chain import AuditChain, Entry
from archive.columns import insert_new
from archive.database import Database
from archive.desk_schema import staff, staff_recovery, staff_sessions
from archive.sealing import Cipher
from domain.errors import Conflict, Forbidden, IdentityRequired, NotFound, RateLimited
from domain.ports import Clock
from domain.staff import Account, Enrolment, Role, Staff, StaffId, StaffSession, StaffSessionId

FAILURES_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
SIGNED_IN_FOR = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""How old the note of when a session was last used may be."""

_ACCOUNT = staff.c.id, staff.c.name, staff.c.display, staff.c.role
_LIVE = (
    select(staff_sessions, *(column.label(f"staff_{column.name}") for column in _ACCOUNT[1:]))
    .join(staff, staff.c.id == staff_sessions.c.staff_id)
    .where(staff.c.disabled_at.is_(None))
)


class SqlStaff:
    """Implements `StaffBook` and `StaffRegister`. `key` seals TOTP secrets and hashes recovery codes."""

    def __init__(self, database: Database, chain: AuditChain, cipher: Cipher, clock: Clock, *, key: bytes) -> None:
        self._database = database
        self._chain = chain
        self._cipher = cipher
        self._clock = clock
        self._key = key

    # ── signing in ───────────────────────────────────────────────────────────────────────────────────

    async def sign_in(self, name: str, password: str, code: str, *, token_sha256: str, client: str) -> StaffSession:
        """Open a session for whoever proves to be `name`."""
        now = self._clock.now()
        row = await self._database.read(lambda c: c.execute(select(staff).where(staff.c.name == name)).first())
        if row is not None and row.locked_until is not None and row.locked_until > now:
            raise RateLimited((row.locked_until - now).total_seconds())
        enabled = row is not None and row.disabled_at is None
        if not await proving.fits(password, row.password if row is not None and enabled else None) or row is None:
            await self._failed(row, now)
            raise Forbidden("sign-in")
        if row.sealed_secret is not None and not code:
            raise IdentityRequired("code")
        session = _new_session(_staff(row), client, now)

        def work(connection: Connection) -> bool:
            if row.sealed_secret is not None and not self._second_factor(connection, row, code, now):
                return False
            fresh = {"failures": 0, "locked_until": None}
            connection.execute(update(staff).where(staff.c.id == row.id).values(fresh))
            connection.execute(insert(staff_sessions), _session_row(session, token_sha256))
            self._note(connection, "staff.signed_in", row.id, now, {"session": session.id})
            return True

        if not await self._database.write(work):
            await self._failed(row, now)
            raise Forbidden("sign-in")
        return session

    async def session(self, token_sha256: str) -> StaffSession | None:
        """The live session a token belongs to."""
        now = self._clock.now()
        wanted = _LIVE.where(staff_sessions.c.token_sha256 == token_sha256, staff_sessions.c.expires_at > now)
        row = await self._database.read(lambda c: c.execute(wanted).first())
        if row is None:
            return None
        if now - row.seen_at >= SEEN_EVERY:
            seen = update(staff_sessions).where(staff_sessions.c.id == row.id).values(seen_at=now)
            await self._database.write(lambda c: c.execute(seen).rowcount)
        return _session(row)

    async def sessions(self, staff_id: StaffId) -> tuple[StaffSession, ...]:
        """Where somebody is signed in, the latest first."""
        live = _LIVE.where(staff_sessions.c.staff_id == staff_id, staff_sessions.c.expires_at > self._clock.now())
        latest = live.order_by(staff_sessions.c.created_at.desc())
        return tuple(_session(row) for row in await self._database.read(lambda c: c.execute(latest).all()))

    async def sign_out(self, session_id: StaffSessionId, *, staff_id: StaffId, by: StaffId) -> None:
        """End one session of `staff_id`."""
        now = self._clock.now()
        ended = delete(staff_sessions).where(staff_sessions.c.id == session_id, staff_sessions.c.staff_id == staff_id)

        def work(connection: Connection) -> None:
            if connection.execute(ended).rowcount:
                self._note(connection, "staff.signed_out", staff_id, now, {"session": session_id, "by": by})

        await self._database.write(work)

    async def sign_out_everywhere(
        self, staff_id: StaffId, *, by: StaffId, besides: StaffSessionId | None = None
    ) -> None:
        """End every session of `staff_id`, but one if it is named."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            _end_sessions(connection, staff_id, besides)
            self._note(connection, "staff.signed_out_everywhere", staff_id, now, {"by": by})

        await self._database.write(work)

    async def change_password(self, staff_id: StaffId, password: str, new_password: str) -> None:
        """Replace the password."""
        now = self._clock.now()
        row = await self._database.read(lambda c: c.execute(select(staff).where(staff.c.id == staff_id)).first())
        if row is None or not await proving.fits(password, row.password):
            raise Forbidden("password")
        stored = await proving.hashed(proving.checked_password(new_password))

        def work(connection: Connection) -> None:
            connection.execute(update(staff).where(staff.c.id == staff_id).values(password=stored))
            self._note(connection, "staff.password_changed", staff_id, now)

        await self._database.write(work)

    async def attend(self, session_id: StaffSessionId, *, until: datetime) -> None:
        """Whoever is signed in there sits at the console until then."""
        there = update(staff_sessions).where(staff_sessions.c.id == session_id).values(attending_until=until)
        await self._database.write(lambda c: c.execute(there).rowcount)

    async def attended(self, now: datetime) -> bool:
        """Whether anybody sits at the console."""
        there = _LIVE.where(staff_sessions.c.attending_until > now, staff_sessions.c.expires_at > now).limit(1)
        return await self._database.read(lambda c: c.execute(there).first()) is not None

    async def colleagues(self) -> tuple[Staff, ...]:
        """Every enabled account, by display name."""
        enabled = select(*_ACCOUNT).where(staff.c.disabled_at.is_(None)).order_by(staff.c.display, staff.c.name)
        return tuple(_staff(row) for row in await self._database.read(lambda c: c.execute(enabled).all()))

    # ── the register ─────────────────────────────────────────────────────────────────────────────────

    async def add(self, name: str, display: str, role: Role, password: str, *, second_factor: bool) -> Enrolment:
        """Make an account."""
        now = self._clock.now()
        stored = await proving.hashed(proving.checked_password(password))
        one = Staff(
            id=StaffId("st_" + secrets.token_hex(8)), name=proving.checked_name(name), display=display, role=role
        )
        enrolment = _enrolment(one, second_factor=second_factor)
        row = {
            "id": one.id,
            "name": one.name,
            "display": one.display,
            "role": one.role.value,
            "password": stored,
            "created_at": now,
            **self._fresh(enrolment),
        }

        def work(connection: Connection) -> None:
            if not insert_new(connection, staff, row):
                raise Conflict("name")
            self._store_codes(connection, enrolment)
            self._note(connection, "staff.added", one.id, now, {"role": one.role.value})

        await self._database.write(work)
        return enrolment

    async def reset(self, name: str, password: str, *, second_factor: bool) -> Enrolment:
        """A new password, secret and recovery codes; every session ends, a lock is lifted, the account enabled."""
        now = self._clock.now()
        stored = await proving.hashed(proving.checked_password(password))

        def work(connection: Connection) -> Enrolment:
            one = _named(connection, name)
            enrolment = _enrolment(one, second_factor=second_factor)
            values = {"password": stored, "disabled_at": None, **self._fresh(enrolment)}
            connection.execute(update(staff).where(staff.c.id == one.id).values(values))
            connection.execute(delete(staff_recovery).where(staff_recovery.c.staff_id == one.id))
            self._store_codes(connection, enrolment)
            _end_sessions(connection, one.id)
            self._note(connection, "staff.reset", one.id, now)
            return enrolment

        return await self._database.write(work)

    async def disable(self, name: str) -> None:
        """End every session and let nobody in under this name."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            one = _named(connection, name)
            connection.execute(update(staff).where(staff.c.id == one.id).values(disabled_at=now))
            _end_sessions(connection, one.id)
            self._note(connection, "staff.disabled", one.id, now)

        await self._database.write(work)

    async def accounts(self) -> tuple[Account, ...]:
        """Every account, by name."""
        rows = await self._database.read(lambda c: c.execute(select(staff).order_by(staff.c.name)).all())
        return tuple(
            Account(
                staff=_staff(row),
                second_factor=row.sealed_secret is not None,
                created_at=row.created_at,
                disabled_at=row.disabled_at,
                locked_until=row.locked_until,
            )
            for row in rows
        )

    # ── parts ────────────────────────────────────────────────────────────────────────────────────────

    def _second_factor(self, connection: Connection, row: Row[Any], code: str, now: datetime) -> bool:
        """Whether the code is good and was not used before; it is used up."""
        secret = self._cipher.unseal(self._key, row.sealed_secret, _context(row.id)).decode()
        step = proving.step_of(secret, code, now)
        if step is not None:
            newer = update(staff).where(staff.c.id == row.id, staff.c.last_step < step).values(last_step=step)
            return connection.execute(newer).rowcount == 1
        used = delete(staff_recovery).where(
            staff_recovery.c.staff_id == row.id, staff_recovery.c.code == proving.recovery_hash(self._key, code)
        )
        return connection.execute(used).rowcount == 1

    async def _failed(self, row: Row[Any] | None, now: datetime) -> None:
        """Count a failure; the last one that is allowed locks the account."""
        if row is None:
            return
        counted = update(staff).where(staff.c.id == row.id).values(failures=staff.c.failures + 1)
        locked = update(staff).where(staff.c.id == row.id).values(failures=0, locked_until=now + LOCKED_FOR)

        def work(connection: Connection) -> None:
            failures = connection.execute(counted.returning(staff.c.failures)).scalar_one()
            if failures >= FAILURES_BEFORE_LOCK:
                connection.execute(locked)
                self._note(connection, "staff.locked", row.id, now)
            else:
                self._note(connection, "staff.refused", row.id, now)

        await self._database.write(work)

    def _fresh(self, enrolment: Enrolment) -> dict[str, Any]:
        secret, one = enrolment.secret, enrolment.staff
        sealed = self._cipher.seal(self._key, secret.encode(), _context(one.id)) if secret else None
        return {"sealed_secret": sealed, "last_step": 0, "failures": 0, "locked_until": None}

    def _store_codes(self, connection: Connection, enrolment: Enrolment) -> None:
        for code in enrolment.recovery_codes:
            row = {"staff_id": enrolment.staff.id, "code": proving.recovery_hash(self._key, code)}
            connection.execute(insert(staff_recovery), row)

    def _note(
        self, connection: Connection, event: str, staff_id: str, now: datetime, detail: Mapping[str, str] | None = None
    ) -> None:
        entry = Entry(event=event, session_id="", at=now, detail={"staff": staff_id, **(detail or {})})
        self._chain.append(connection, entry)


def _named(connection: Connection, name: str) -> Staff:
    row = connection.execute(select(*_ACCOUNT).where(staff.c.name == name)).first()
    if row is None:
        raise NotFound("staff")
    return _staff(row)


def _end_sessions(connection: Connection, staff_id: str, besides: str | None = None) -> None:
    ended = delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id)
    connection.execute(ended if besides is None else ended.where(staff_sessions.c.id != besides))


def _enrolment(one: Staff, *, second_factor: bool) -> Enrolment:
    if not second_factor:
        return Enrolment(staff=one, secret="", recovery_codes=())
    return Enrolment(staff=one, secret=proving.new_secret(), recovery_codes=proving.new_recovery_codes())


def _new_session(one: Staff, client: str, now: datetime) -> StaffSession:
    return StaffSession(
        id=StaffSessionId("ss_" + secrets.token_hex(8)),
        staff=one,
        client=client[:160],
        created_at=now,
        seen_at=now,
        expires_at=now + SIGNED_IN_FOR,
    )


def _session_row(session: StaffSession, token_sha256: str) -> dict[str, Any]:
    return {
        "id": session.id,
        "staff_id": session.staff.id,
        "token_sha256": token_sha256,
        "client": session.client,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "expires_at": session.expires_at,
    }


def _session(row: Row[Any]) -> StaffSession:
    return StaffSession(
        id=StaffSessionId(row.id),
        staff=Staff(
            id=StaffId(row.staff_id), name=row.staff_name, display=row.staff_display, role=Role(row.staff_role)
        ),
        client=row.client,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )


def _staff(row: Any) -> Staff:
    return Staff(id=StaffId(row.id), name=row.name, display=row.display, role=Role(row.role))


def _context(staff_id: str) -> bytes:
    return f"totp:{staff_id}".encode()
