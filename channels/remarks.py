"""What is noted about a conversation in its transcript: the patient's comments, and what was not heard of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from channels.answering import SERVER_MADE
from channels.client_frames import FeedbackGive
from channels.intake import Refuse
from channels.ports import Services
from channels.screening import EMPTY
from domain.errors import BanyiError, Unavailable
from domain.session import Author, InputId, Message, SessionId
from understanding.private import mask

log = structlog.get_logger(__name__)

FEEDBACK: Final = "feedback"
UNHEARD: Final = "unheard"
"""Origin of a message that repeats what of an answer was not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """One session's. Without the patient's consent nothing is kept but a rating."""

    session_id: SessionId
    services: Services
    consented: Callable[[], bool]
    refuse: Refuse

    async def feedback(self, given: FeedbackGive) -> None:
        """Keep a rating in the audit chain and its comment with the transcript, where it is encrypted."""
        detail = {"response_id": given.response_id, "rating": str(given.rating)}
        try:
            await self.services.archive.audit("feedback", self.session_id, detail)
            if given.rating < 0 and self.services.work is not None:
                await self.services.work.displeased(self.session_id)
            if given.comment:
                await self._keep(Author.PATIENT, mask(given.comment), f"feedback.{given.response_id}", FEEDBACK)
        except Unavailable:
            self.refuse("unavailable", in_reply_to=None, screening=EMPTY)

    async def unheard(self, response_id: str, text: str) -> None:
        """Mark what of a spoken answer was not heard, for somebody interrupted it."""
        said = self.services.wording.say("voice.unheard", text=text)
        try:
            await self._keep(Author.AGENT, said, f"unheard.{response_id}", UNHEARD)
        except BanyiError as error:
            log.warning("unheard_unnoted", code=error.code)

    async def _keep(self, author: Author, text: str, made: str, origin: str) -> None:
        if not self.consented():
            return
        message = Message(
            session_id=self.session_id,
            author=author,
            text=text,
            at=self.services.clock.now(),
            input_id=InputId(SERVER_MADE + made),
            origin=origin,
        )
        await self.services.archive.record_turn([message], None)
