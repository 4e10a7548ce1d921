"""The nurses' desk as the conversation sees it: whether a person can come, and word to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from agent.concern import Aftermath
from domain.desk import Bell, CaseWork, SilentBell
from domain.desk_hours import DeskHours, in_words
from domain.errors import BanyiError, Unavailable
from domain.session import SessionId

log = structlog.get_logger(__name__)


async def _nobody(_now: datetime) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Without a console nobody ever sits there. `attended` says whether somebody sits at the console now."""

    hours: DeskHours = field(default_factory=DeskHours)
    attended: Callable[[datetime], Awaitable[bool]] = _nobody
    cases: CaseWork | None = None
    bell: Bell = field(default_factory=SilentBell)

    async def on_duty(self, now: datetime, *, urgent: bool) -> bool:
        """Whether somebody will come: they are there, and in their hours; who is there comes to the urgent always."""
        try:
            return (urgent or self.hours.cover(now)) and await self.attended(now)
        except Unavailable as error:
            log.warning("desk_unreachable", dependency=error.dependency)
            return False

    def next_time(self, now: datetime) -> str:
        """When somebody reads what was left, in words; empty without opening hours."""
        opening = self.hours.next_opening(now)
        return in_words(opening, now) if opening else ""

    async def tell(self, session_id: SessionId, aftermath: Aftermath, now: datetime, *, ring: bool) -> None:
        """Pass on what a turn leaves people with; a desk that does not answer costs the patient nothing."""
        try:
            if self.cases is not None and aftermath.concerning:
                await self.cases.concern(session_id, unclear=aftermath.unclear, now=now)
            if self.cases is not None and aftermath.proven is not None:
                await self.cases.link(session_id, aftermath.proven)
        except BanyiError as error:
            log.warning("desk_not_told", code=error.code)
        if ring or aftermath.concerning:
            await self.bell.ring()
