"""What the archive needs of cryptography; `app` brings it (the module `memory.crypto` is a `Cipher`)."""

from __future__ import annotations

from typing import Protocol

KEY_BYTES = 32


class Cipher(Protocol):
    """Authenticated encryption: what was sealed in one context opens in no other."""

    def seal(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        """Encrypt `plain` with the 32-byte `key`, bound to `context`."""

    def unseal(self, key: bytes, sealed: bytes, context: bytes) -> bytes:
        """Decrypt what `seal` made with the same key and context.

        Raises:
            CodecError: another key or context, or a changed byte.
        """


class MasterKey(Protocol):
    """The key every other key depends on; it never comes here itself."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A data key as it may be stored, bound to whose key it is."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key back."""

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose; the same purpose gives the same key."""
