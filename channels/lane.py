"""Steps done one after another, in a task that lives only while there is something to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)


class Lane:
    """Does steps in the order they were added; a step that fails is logged and does not stop the next."""

    def __init__(self, on_idle: Callable[[], None] = lambda: None) -> None:
        self._steps: list[Callable[[], Awaitable[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._on_idle = on_idle

    @property
    def busy(self) -> bool:
        """Whether a step is under way or waits."""
        return self._task is not None

    def add(self, step: Callable[[], Awaitable[None]]) -> None:
        """Do `step` after those added before."""
        self._steps.append(step)
        if self._task is None:
            self._task = asyncio.create_task(self._work())

    def clear(self) -> int:
        """Forget the steps that have not begun; how many they were."""
        forgotten = len(self._steps)
        self._steps.clear()
        return forgotten

    async def idle(self) -> None:
        """Wait until nothing is left to do."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _work(self) -> None:
        try:
            while self._steps:
                try:
                    await self._steps.pop(0)()
                except Exception:
                    log.exception("step_failed")
        finally:
            self._task = None
            self._on_idle()
