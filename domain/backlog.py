"""Finished turns, and alerts of follow-ups, that wait for the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.clinical import DecisionRecord
from domain.follow_up_alert import Alert
from domain.session import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTurn:
    """A turn, or an alert, that waits for the archive; `ticket` is what takes it off the backlog."""

    ticket: bytes
    messages: tuple[Message, ...]
    decision: DecisionRecord | None
    alert: Alert | None = None


class Backlog(Protocol):
    """Finished turns that the archive could not take, of all sessions and replicas, sealed, oldest first."""

    async def put(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Add a turn of one session.

        Raises:
            NotFound: the session was erased.
        """

    async def put_alert(self, alert: Alert) -> None:
        """Add an alert of a follow-up; one that names no session is not taken.

        Raises:
            NotFound: the session was erased, or none is named.
        """

    async def waiting(self) -> Sequence[WaitingTurn]:
        """The oldest turns, some of them; one whose session was erased is empty."""

    async def settle(self, ticket: bytes) -> None:
        """Take a turn off; one that is off already is fine."""
