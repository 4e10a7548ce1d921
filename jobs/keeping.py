"""What the hospital's book needs without anybody being told: holds, offers and days that are over, and forgetting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from domain.hospital_ports import FrontDesk, Holds, Waitlist
from domain.notices import Due, DueKind
from domain.scheduling import AppointmentId
from domain.waitlist import WaitlistId
from jobs.worker import Handler

Forget: TypeAlias = Callable[[datetime], Awaitable[int]]
"""Deletes what is older than a moment; how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Handlers that only move the book on. `forgetting` says what is kept for how long."""

    holds: Holds
    waitlist: Waitlist
    front_desk: FrontDesk
    forgetting: Sequence[tuple[timedelta, Forget]]

    def handlers(self) -> Mapping[DueKind, Handler]:
        """One for every kind of upkeep."""
        return {
            DueKind.HOLD_EXPIRES: self.expire_holds,
            DueKind.WAITLIST_OVER: self.end_waiting,
            DueKind.CLOSE_APPOINTMENT: self.close_appointment,
            DueKind.RETENTION: self.forget,
        }

    async def expire_holds(self, _due: Due, now: datetime) -> None:
        """Free, and offer, every place whose hold ran out."""
        await self.holds.sweep(now)

    async def end_waiting(self, due: Due, now: datetime) -> datetime | None:
        """End an offer or a wait whose time is over."""
        return await self.waitlist.expire(WaitlistId(due.subject), now=now)

    async def close_appointment(self, due: Due, now: datetime) -> None:
        """Missed, seen or stopped: settle a visit whose day is over."""
        await self.front_desk.close(AppointmentId(due.subject), now=now)

    async def forget(self, _due: Due, now: datetime) -> None:
        """Delete what is kept no longer."""
        for kept, forget in self.forgetting:
            await forget(now - kept)
