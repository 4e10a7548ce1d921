"""How staff prove who they are: argon2id passwords, time-based codes (RFC 6238), recovery codes. No storage."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidFields

if TYPE_CHECKING:
    from argon2 import PasswordHasher

STEP_SECONDS: Final = 30
STEPS_ASIDE: Final = (0, -1, 1)
"""A phone's clock may be half a minute off either way."""

PASSES: Final = 2
MEMORY_KIB: Final = 19 * 1024
"""What OWASP's password storage cheat sheet asks of argon2id with one lane."""

RECOVERY_CODES: Final = 8
SHORTEST_PASSWORD: Final = 10
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}")


def checked_name(name: str) -> str:
    """A name to sign in with: 2 to 32 letters, digits, dots, dashes.

    Raises:
        InvalidFields: it is not.
    """
    if not _NAME.fullmatch(name):
        raise InvalidFields({"name": "登录名用 2–32 个小写字母、数字、点或横线，字母开头"})
    return name


def checked_password(password: str) -> str:
    """A password long enough.

    Raises:
        InvalidFields: it is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidFields({"password": f"密码至少 {SHORTEST_PASSWORD} 个字符"})
    return password


async def hashed(password: str) -> str:
    """The password as argon2id keeps it."""
    return await asyncio.to_thread(_hasher().hash, password)


async def fits(password: str, stored: str | None) -> bool:
    """Whether this is the password; without a stored one it takes as long to say no."""
    return await asyncio.to_thread(_fits, password, stored)


def new_secret() -> str:
    """A TOTP secret, base32."""
    import pyotp  # noqa: PLC0415 - only where somebody signs in

    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step whose code this is, if it is one of now."""
    import pyotp  # noqa: PLC0415 - only where somebody signs in

    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // STEP_SECONDS
    tried = (step + aside for aside in STEPS_ASIDE)
    return next((one for one in tried if hmac.compare_digest(totp.generate_otp(one), code)), None)


def new_recovery_codes() -> tuple[str, ...]:
    """Codes that each open the account once when the phone is gone."""

    def one() -> str:
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        return f"{letters[:5]}-{letters[5:]}"

    return tuple(one() for _ in range(RECOVERY_CODES))


def recovery_hash(key: bytes, code: str) -> bytes:
    """A recovery code as it is stored; dashes, blanks and case do not matter."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return hmac.digest(key, plain.encode(errors="surrogatepass"), "sha256")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only where somebody signs in

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody")


def _fits(password: str, stored: str | None) -> bool:
    from argon2.exceptions import VerifyMismatchError  # noqa: PLC0415 - only where somebody signs in

    try:
        _hasher().verify(stored or _nobodys(), password)
    except VerifyMismatchError:
        return False
    return stored is not None
