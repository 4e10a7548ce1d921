"""AES-256-GCM as the archive uses it, and the master key it is given.

Sealed bytes are one byte of format, a 12-byte random nonce, then ciphertext and tag. `context` is bound into the
tag: sealed bytes moved to another row or another session do not open.
"""

from __future__ import annotations

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import CodecError

KEY_BYTES = 32
_FORMAT = 1
_NONCE_BYTES = 12


class MasterKey(Protocol):
    """Wraps data keys; the key itself never comes here."""

    def wrap(self, key: bytes) -> bytes:
        """Encrypt a data key."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Decrypt a data key."""


def new_key() -> bytes:
    """A fresh 32-byte data key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, context: str) -> bytes:
    """Encrypt `plain` under `key`, bound to `context`."""
    nonce = os.urandom(_NONCE_BYTES)
    return bytes((_FORMAT,)) + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        CodecError: another format, another key, another context, or changed bytes.
    """
    if not sealed or sealed[0] != _FORMAT:
        raise CodecError("sealed", sealed[0] if sealed else 0, "unknown format")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, context.encode())
    except (InvalidTag, ValueError) as error:
        raise CodecError("sealed", _FORMAT, "does not open with this key in this place") from error
