"""Runs the service until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from app.bootstrap import open_service
from app.pidfile import held
from app.reloading import Reloading
from app.server import Server, bound
from app.settings import Settings
from app.upkeep import upkeep

log = structlog.get_logger(__name__)

YOUNG_OBJECTS = 10_000
"""How many objects may be made, beyond those gone again, before the collector looks at the new ones."""


async def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; `ready` is told the URL once requests are answered.

    A second Ctrl-C does not wait for sockets to close.

    Raises:
        SettingsError: the address cannot be listened on, or another setting is wrong.
        BanyiError: something the service needs cannot be opened.
    """
    listening = bound(settings.host, settings.port)
    async with open_service(settings) as service, upkeep(service), reloads(service.reloading):
        settle_memory()
        server = Server(service.app, listening, drain=service.hub.drain, ready=ready)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.handle_exit, number, None)
        with held(settings.data_dir):
            await server.serve_quietly()
        await service.turns.drain()
    log.info("stopped")


@asynccontextmanager
async def reloads(reloading: Reloading) -> AsyncIterator[None]:
    """Reload the pack at every SIGHUP meanwhile."""
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        loop.add_signal_handler(signal.SIGHUP, lambda: tasks.create_task(reloading.reload()))
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)


def settle_memory() -> None:
    """Take what was loaded out of the garbage collector's sight, so that no answer waits for it to be searched.

    Loading itself goes quicker with the collector off: call `gc.disable` before. What loading left to collect
    stays, a few MB; looking for it once would take a tenth of the start. A turn leaves thousands of objects that
    are gone with it: young ones are looked through once in several turns, not several times in each.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()
