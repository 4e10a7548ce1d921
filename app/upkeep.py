"""What is done every few seconds while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from app.stores import Stores
from channels.ports import Health
from domain.errors import BanyiError, Unavailable

log = structlog.get_logger(__name__)

HOSPITAL_SECONDS = 60.0
HEALTH_SECONDS = 15.0
MEMORY_SECONDS = 2.0


@asynccontextmanager
async def upkeep(stores: Stores, health: Health) -> AsyncIterator[None]:
    """Keep the hospital's slots open, the private server running and the health metrics true meanwhile."""
    tasks = [
        asyncio.create_task(_every(HOSPITAL_SECONDS, stores.hospital.keep_up)),
        asyncio.create_task(_every(HEALTH_SECONDS, health.dependencies)),
        asyncio.create_task(_every(MEMORY_SECONDS, lambda: keep_memory(stores))),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def keep_memory(stores: Stores) -> None:
    """Start the private server again when it has died."""
    if stores.valkey is None:
        return
    try:
        await stores.memory.ping()
    except Unavailable:
        log.warning("memory_restarts")
        await stores.valkey.start()


async def _every(seconds: float, step: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)  # noqa: TID251 - the pace of a background task
        try:
            await step()
        except BanyiError as error:
            log.warning("upkeep_failed", code=error.code, kind=type(error).__name__)
        except Exception:
            log.exception("upkeep_defect")
