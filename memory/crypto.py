"""Encryption at rest: AES-256-GCM under one data key per session, data keys wrapped by a master key.

A sealed value is `version (1 byte) | nonce (12 bytes) | ciphertext and tag`. The context it is bound to
(which key of which session it stands under) is authenticated with it, so a value copied elsewhere does
not open.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import CodecError, SettingsError

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"
_OPEN_TO_OTHERS = 0o077


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt `plain` with the 32-byte `key`, bound to `context`."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _VERSION + context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` made with the same key and context.

    Raises:
        CodecError: another key or context, a changed byte, or a version nothing here knows.
    """
    if sealed[:1] != _VERSION:
        raise CodecError("sealed", sealed[0] if sealed else 0, "is not a version known here")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], _VERSION + context)
    except (InvalidTag, ValueError) as error:
        raise CodecError("sealed", _VERSION[0], "does not open with this key and context") from error


class MasterKey:
    """The key every other key depends on; it never leaves its file and this object."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SettingsError("master_key", f"must be {KEY_BYTES} bytes")
        self._key = key

    @classmethod
    def load(cls, path: Path) -> MasterKey:
        """Read the key file, or create it with mode 0600 when there is none.

        Raises:
            SettingsError: the file is readable for others, not a key, or cannot be made.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _create(path)
            if path.stat().st_mode & _OPEN_TO_OTHERS:
                raise SettingsError("master_key", f"{path} must have mode 0600")
            return cls(path.read_bytes())
        except OSError as error:
            raise SettingsError("master_key", f"{path}: {error.strerror}") from error

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A data key as it may be stored, bound to whose key it is."""
        return seal(self._key, key, b"wrap:" + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key back.

        Raises:
            CodecError: another master key or context, or a changed byte.
        """
        return unseal(self._key, wrapped, b"wrap:" + context)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869); the same purpose gives the same key."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(self._key)


def _create(path: Path) -> None:
    """Write a new key so that the file exists only whole; of two who race, one key wins for both."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
