"""Proving who somebody is: one-time codes, and the hospital's files. Nothing here tells a stranger anything."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.identity import ChallengeId, IssuedCode
from domain.patient import Identity, PatientId
from domain.session import SessionId


class Codes(Protocol):
    """One-time codes. What is stored does not show the code, nor the identity that waits behind it.

    All methods raise `Unavailable` when the store does not answer.
    """

    async def issue(self, identity: Identity, *, session_id: SessionId, key: str, now: datetime) -> IssuedCode:
        """A code for the identity's phone. The session's earlier codes end; the same key gives the same code."""

    async def redeem(
        self, challenge_id: ChallengeId, code: str, *, session_id: SessionId, key: str, now: datetime
    ) -> Identity:
        """The identity that waited for this code, which is used up; the same key again gives it again.

        Raises:
            Expired: unknown, of another session, too late, replaced, or used before.
            Conflict: `CodeFault.WRONG`, or `CodeFault.SPENT` from the last try on.
        """

    async def again(self, challenge_id: ChallengeId, *, session_id: SessionId) -> Identity:
        """The identity behind a challenge that is not used up, for a new code.

        Raises:
            Expired: unknown, of another session, replaced or used.
        """

    async def forget(self, *, before: datetime) -> int:
        """Delete codes that ran out before; how many."""


class PatientFiles(Protocol):
    """Whom the hospital knows, as its own desk wrote them down. A booking never changes a file."""

    async def matching(self, identity: Identity) -> PatientId | None:
        """The patient whose name, document number and phone on file are all these.

        Nothing for anybody else; an unknown person, a wrong name and a wrong phone cost the same time.
        """
