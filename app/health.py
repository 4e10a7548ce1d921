"""Whether the emergency screen works and whether the dependencies answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from app.metrics import Metrics
from channels.ports import Screen
from domain.errors import BanyiError

PROBE_SECONDS = 1.0
EMERGENCY = "我妈突然嘴歪，说不出话"
"""A message the screen must act on at once."""


class SystemHealth:
    """Asks the screen and each dependency; `probes` raise when theirs does not answer."""

    def __init__(self, screen: Screen, probes: Mapping[str, Callable[[], Awaitable[object]]], metrics: Metrics) -> None:
        self._screen = screen
        self._probes = dict(probes)
        self._metrics = metrics

    def screening(self) -> bool:
        """Whether the screen still finds a plain emergency."""
        return self._screen(EMERGENCY).certain is not None

    async def dependencies(self) -> dict[str, str]:
        """Each dependency: `ok` or `down`."""
        states = await asyncio.gather(*(self._probe(name, probe) for name, probe in self._probes.items()))
        return dict(zip(self._probes, states, strict=True))

    async def _probe(self, name: str, probe: Callable[[], Awaitable[object]]) -> str:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await probe()
        except (BanyiError, TimeoutError, OSError):
            self._metrics.dependency(name, up=False)
            return "down"
        self._metrics.dependency(name, up=True)
        return "ok"
