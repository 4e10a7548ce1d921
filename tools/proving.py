"""Proving a phone by a one-time code, slowed down for whoever guesses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.hospital_ports import TextSender
from domain.identity import ChallengeId
from domain.identity_ports import Codes
from domain.notices import TextMessage
from domain.patient import Identity
from domain.ports import RateLimits
from domain.session import SessionId

HOUR, DAY = 3600.0, 86400.0
PER_PHONE = ((5, HOUR), (10, DAY))
"""Codes a phone gets, whoever asks: at most so many in so many seconds."""
PER_SESSION = ((8, HOUR), (16, DAY))
"""Codes one session may ask for, for whatever phones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """Sends codes and takes them back."""

    codes: Codes
    sender: TextSender
    limits: RateLimits

    async def send(
        self, identity: Identity, *, session_id: SessionId, key: str, wording: Callable[[str], str], now: datetime
    ) -> ChallengeId:
        """Send a code to the identity's phone, whoever that is; `wording` puts the code into its text.

        Raises:
            RateLimited: the phone or the session had too many; nothing is sent.
            Unavailable: a store or the sender does not answer.
        """
        for limit, seconds in PER_SESSION:
            await self.limits.hit(f"code session {seconds} {session_id}", limit=limit, per_seconds=seconds)
        for limit, seconds in PER_PHONE:
            await self.limits.hit(f"code phone {seconds} {identity.phone}", limit=limit, per_seconds=seconds)
        issued = await self.codes.issue(identity, session_id=session_id, key=key, now=now)
        message = TextMessage(id=f"code:{issued.id}", to=identity.phone, text=wording(issued.code), at=now)
        await self.sender.send(message)
        return issued.id
