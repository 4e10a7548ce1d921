"""The consoles that are open in this process, and the one task that hears the bell for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import structlog

from channels.console.ports import Console

log = structlog.get_logger(__name__)


class Watching(Protocol):
    """An open console."""

    def changed(self) -> None:
        """Something changed at the desk."""


class Live:
    """Knows the open consoles."""

    def __init__(self) -> None:
        self._open: set[Watching] = set()

    def __iter__(self) -> Iterator[Watching]:
        return iter(tuple(self._open))

    def add(self, one: Watching) -> None:
        """A console opened."""
        self._open.add(one)

    def discard(self, one: Watching) -> None:
        """It is gone."""
        self._open.discard(one)


async def listen(console: Console, live: Live) -> None:
    """Hear the bell for as long as the service runs.

    Whatever changes at the desk, on any replica, silences the answers a nurse cut off here, and has the open
    consoles look again.
    """
    async with console.bell.listen() as rings:
        async for _ in rings:
            await console.talks.hush()
            for one in live:
                one.changed()
