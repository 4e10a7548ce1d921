"""A nurse's presence in a session, as its socket sees it: the nurse types, and is told when the patient does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from channels.ports import Services
from domain.errors import BanyiError
from domain.session import Author, SessionId
from domain.turn import Json

log = structlog.get_logger(__name__)


class Company:
    """Knows from the session's events whether a nurse answers (`held`); `on_typing` is called when the nurse types."""

    def __init__(self, session_id: SessionId, services: Services, *, on_typing: Callable[[], None]) -> None:
        self._session_id = session_id
        self._services = services
        self._on_typing = on_typing
        self._following: asyncio.Task[None] | None = None
        self.held = False

    async def look(self) -> None:
        """Find out whether a nurse answers already."""
        try:
            held = await self._services.desk.held(self._session_id, now=self._services.clock.now())
        except BanyiError as error:
            log.warning("desk_unreachable", code=error.code)
            return
        self.held = held
        if held:
            self._begin()

    def note(self, event: dict[str, Json]) -> None:
        """Take notice of an event that is sent to the patient."""
        if event["type"] == "handoff.started":
            self.held = True
            self._begin()
        elif event["type"] == "handoff.ended":
            self.held = False
            self.leave()

    async def typed(self) -> None:
        """The patient types; told to the nurse, if there is one."""
        if self._following is not None and self._services.typing is not None:
            await self._services.typing.typed(self._session_id, Author.PATIENT)

    def leave(self) -> None:
        """Nobody is there any more, or nobody looks."""
        if self._following is not None:
            self._following.cancel()
            self._following = None

    def _begin(self) -> None:
        if self._following is None and self._services.typing is not None:
            self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        typing = self._services.typing
        assert typing is not None  # noqa: S101 - begun only with it
        async with typing.follow(self._session_id, Author.NURSE) as keys:
            async for _ in keys:
                self._on_typing()
