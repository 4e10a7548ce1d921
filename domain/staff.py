"""The hospital's own people: who may sign in to the console, and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

StaffId = NewType("StaffId", str)
StaffSessionId = NewType("StaffSessionId", str)


class Role(StrEnum):
    """What somebody may do: each role may do everything the one before it may.

    A nurse works with conversations, a supervisor is told of what nobody opened and sees the figures, an
    admin also ends other people's sessions.
    """

    NURSE = "nurse"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """An account. `name` signs in, `display` is what colleagues read; patients read neither."""

    id: StaffId
    name: str
    display: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as an administrator sees it."""

    staff: Staff
    second_factor: bool
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What is shown once when an account is made or reset: the TOTP secret (base32) and the recovery codes."""

    staff: Staff
    secret: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """Somebody signed in somewhere; the token is known only to their browser."""

    id: StaffSessionId
    staff: Staff
    client: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class StaffBook(Protocol):
    """Accounts and who is signed in. Every change is in the audit chain.

    All methods raise `Unavailable` when the store does not answer.
    """

    async def sign_in(self, name: str, password: str, code: str, *, token_sha256: str, client: str) -> StaffSession:
        """Open a session for whoever proves to be `name`.

        Raises:
            Forbidden: unknown or disabled, a wrong password, or a wrong or used code; not told apart.
            IdentityRequired: the password is right and a code is needed.
            RateLimited: too many failures in a row; the account is locked for a while.
        """

    async def session(self, token_sha256: str) -> StaffSession | None:
        """The live session a token belongs to; nothing when unknown, ended, out of time or of a disabled account."""

    async def sessions(self, staff_id: StaffId) -> tuple[StaffSession, ...]:
        """Where somebody is signed in, the latest first."""

    async def sign_out(self, session_id: StaffSessionId, *, staff_id: StaffId, by: StaffId) -> None:
        """End one session of `staff_id`; one that is gone is fine."""

    async def sign_out_everywhere(
        self, staff_id: StaffId, *, by: StaffId, besides: StaffSessionId | None = None
    ) -> None:
        """End every session of `staff_id`, but one if it is named."""

    async def change_password(self, staff_id: StaffId, password: str, new_password: str) -> None:
        """Replace the password.

        Raises:
            Forbidden: `password` is not the one in force.
            InvalidFields: the new one is too short.
        """

    async def attend(self, session_id: StaffSessionId, *, until: datetime) -> None:
        """Whoever is signed in there sits at the console until then."""

    async def attended(self, now: datetime) -> bool:
        """Whether anybody sits at the console."""

    async def colleagues(self) -> tuple[Staff, ...]:
        """Every enabled account, by display name."""


class StaffRegister(Protocol):
    """What an administrator does on the command line. Every change is in the audit chain."""

    async def add(self, name: str, display: str, role: Role, password: str, *, second_factor: bool) -> Enrolment:
        """Make an account.

        Raises:
            Conflict: the name is taken.
            InvalidFields: the name or the password will not do.
        """

    async def reset(self, name: str, password: str, *, second_factor: bool) -> Enrolment:
        """A new password, secret and recovery codes; every session ends, a lock is lifted, the account enabled.

        Raises:
            NotFound: no such account.
            InvalidFields: the password will not do.
        """

    async def disable(self, name: str) -> None:
        """End every session and let nobody in under this name.

        Raises:
            NotFound: no such account.
        """

    async def accounts(self) -> tuple[Account, ...]:
        """Every account, by name."""
