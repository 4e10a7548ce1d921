"""Session tokens: random, shown once, kept only as SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A URL-safe token of 256 random bits; also valid in a WebSocket sub-protocol name."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_session_id() -> str:
    """An unguessable session id."""
    return "s_" + secrets.token_hex(12)


def hashed(token: str) -> str:
    """The SHA-256 of a token, in hex."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def matches(token: str, token_sha256: str) -> bool:
    """Whether `token` has this hash; takes the same time either way."""
    return hmac.compare_digest(hashed(token), token_sha256)
