"""Has what waits for a patient who came back said at once."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from channels.company import Company
from channels.inputs import Inputs
from channels.intake import Intake
from channels.ports import Services
from domain.errors import BanyiError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One session's. What is not told now, because a nurse answers or a port is away, comes with the next answer."""

    services: Services
    inputs: Inputs
    intake: Intake
    company: Company

    async def tell_news(self) -> None:
        """Have the notices said that were not said in this session yet: by one replica, once."""
        if self.company.held or not self.intake.consented:
            return
        try:
            waiting = await self.services.turns.news(self.inputs.session_id)
            if waiting:
                utterance = self.inputs.arrival(waiting)
                if await self.services.journal.accept(utterance):
                    self.intake.accepted(utterance)
        except BanyiError as error:
            log.warning("news_unreachable", kind=type(error).__name__)
