"""Fakes of the desk's ports in memory: a bell and the typing of both sides, within one process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from domain.session import Author, SessionId


@dataclass(slots=True)
class FakeBell:
    """A bell; `rung` counts."""

    rung: int = 0
    hearing: set[asyncio.Event] = field(default_factory=set)

    async def ring(self) -> None:
        """Wake whoever listens."""
        self.rung += 1
        for one in self.hearing:
            one.set()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[None]]:
        """Yields once for what was rung since."""
        heard = asyncio.Event()
        self.hearing.add(heard)

        async def rings() -> AsyncIterator[None]:
            while True:
                await heard.wait()
                heard.clear()
                yield

        try:
            yield rings()
        finally:
            self.hearing.discard(heard)


@dataclass(slots=True)
class FakeTyping:
    """A bell for each side of each conversation."""

    bells: dict[tuple[SessionId, Author], FakeBell] = field(default_factory=lambda: defaultdict(FakeBell))
    followed: asyncio.Event = field(default_factory=asyncio.Event)

    async def typed(self, session_id: SessionId, author: Author) -> None:
        """Ring it."""
        await self.bells[session_id, author].ring()

    @asynccontextmanager
    async def follow(self, session_id: SessionId, author: Author) -> AsyncIterator[AsyncIterator[None]]:
        """Hear it."""
        async with self.bells[session_id, author].listen() as rings:
            self.followed.set()
            yield rings

    async def until_followed(self, session_id: SessionId) -> None:
        """Wait until somebody hears either side of a conversation."""
        while not all(self.bells[session_id, author].hearing for author in (Author.NURSE, Author.PATIENT)):
            await self.followed.wait()
            self.followed.clear()
