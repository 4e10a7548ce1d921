"""Makes long conversations short in the background, between their turns: nobody waits for it.

A gist is made of the patient's own words, chosen by the model and taken over only where they stand; it is told to
the model as what was said before, and decides nothing. It waits here for the session's next turn, which keeps it
with the conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from pydantic import BaseModel, ConfigDict, Field

from agent.conversation import Gist
from agent.deps import Deps
from agent.model.budgets import Stop
from agent.model.counsel import Counsel, user
from agent.summaries.lines import Line, own_lines
from agent.summaries.quotes import numbered, standing
from domain.errors import NotFound, Unavailable
from domain.model_call import ModelPurpose
from domain.session import SessionId
from prompts.loader import prompt

log = structlog.get_logger(__name__)

MOST_QUOTES = 12
SECONDS = 20.0
KEPT_SECONDS = 600.0
"""A gist no turn has asked for by then is dropped: it holds a patient's words."""


class _Point(BaseModel):
    model_config = ConfigDict(extra="ignore")

    turn: int
    quote: str


class _Points(BaseModel):
    model_config = ConfigDict(extra="ignore")

    points: list[_Point] = Field(default_factory=list)


class Rolling:
    """The gists on their way and those that wait for their session's next turn."""

    def __init__(self) -> None:
        self._ready: dict[SessionId, Gist] = {}
        self._running: dict[SessionId, asyncio.Task[None]] = {}
        self._stop = Stop()

    def take(self, session_id: SessionId) -> Gist | None:
        """What was made since the last turn; given once."""
        return self._ready.pop(session_id, None)

    def begin(self, session_id: SessionId, deps: Deps, *, turns: int) -> None:
        """Make a gist of the session as it stands after `turns`; once at a time."""
        if session_id in self._running or self._stop.stopped:
            return
        task = asyncio.create_task(self._make(session_id, deps, turns))
        self._running[session_id] = task
        task.add_done_callback(lambda _: self._running.pop(session_id, None))

    async def settle(self) -> None:
        """Wait for what is on its way."""
        if self._running:
            await asyncio.wait(set(self._running.values()))

    async def close(self) -> None:
        """Ask no model any more and wait for what is on its way."""
        self._stop.stop()
        await self.settle()

    async def _make(self, session_id: SessionId, deps: Deps, turns: int) -> None:
        counsel = Counsel(model=deps.model, stop=self._stop, meter=deps.model_meter, budgets=deps.budgets)
        try:
            transcript = await deps.archive.transcript(session_id)
            quotes = await condensed(own_lines(transcript, deps.knowledge), counsel)
        except (Unavailable, NotFound) as error:
            log.info("gist_not_made", code=error.code)
            return
        if quotes:
            self._ready[session_id] = Gist(quotes=quotes, turns=turns)
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._ready.pop, session_id, None)


async def condensed(lines: Sequence[Line], counsel: Counsel) -> tuple[str, ...]:
    """What of these messages is still worth knowing, in the patient's words and their order.

    Raises:
        Unavailable: no model could answer in time.
    """
    asked = user(numbered(lines))
    points = await counsel.shaped(
        ModelPurpose.CONDENSE, prompt("condense").fill(), asked, shape=_Points, seconds=SECONDS
    )
    found = [quoted for one in points.points if (quoted := standing(one.turn, one.quote, lines))]
    for _ in range(len(points.points) - len(found)):
        counsel.blocked(ModelPurpose.CONDENSE, "quote")
    ordered = sorted(found, key=lambda one: (one.turn, one.start))
    return tuple(dict.fromkeys(one.quote for one in ordered))[:MOST_QUOTES]
