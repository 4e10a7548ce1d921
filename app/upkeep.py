"""What is done every few seconds while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from app.bootstrap import Service
from app.stores import Stores
from channels.console.live import listen
from domain.errors import BanyiError, Unavailable

log = structlog.get_logger(__name__)

HOSPITAL_SECONDS = 60.0
HEALTH_SECONDS = 15.0
MEMORY_SECONDS = 2.0
RECORD_SECONDS = 5.0
ERASURE_SECONDS = 60.0
DUE_SECONDS = 1.0
LAPSE_SECONDS = 5.0
PACK_SECONDS = 60.0
RELEASE_SECONDS = 5.0
MODEL_SECONDS = 5.0
LONGEST_SECONDS = 60.0
"""A step that fails is tried again after twice the time, up to this."""


@asynccontextmanager
async def upkeep(service: Service) -> AsyncIterator[None]:
    """Keep slots, the private server, the record, promised erasures, health and model hosts as they should be."""
    stores = service.stores
    tasks = [
        asyncio.create_task(_every(HOSPITAL_SECONDS, stores.hospital.keep_up)),
        asyncio.create_task(_every(HEALTH_SECONDS, service.services.health.dependencies)),
        asyncio.create_task(_every(MEMORY_SECONDS, lambda: keep_memory(stores))),
        asyncio.create_task(_every(RECORD_SECONDS, service.turns.catch_up)),
        asyncio.create_task(_every(ERASURE_SECONDS, service.sessions.erase_deferred)),
        asyncio.create_task(_every(DUE_SECONDS, service.worker.drain)),
        asyncio.create_task(_every(DUE_SECONDS, service.follow_up_worker.drain)),
        asyncio.create_task(_every(LAPSE_SECONDS, service.console.takeover.lapse)),
        asyncio.create_task(listen(service.console.console, service.console.live)),
        asyncio.create_task(_every(PACK_SECONDS, service.reloading.retire)),
        asyncio.create_task(_every(RELEASE_SECONDS, service.releases.follow)),
    ]
    if service.model is not None:
        tasks.append(asyncio.create_task(_every(MODEL_SECONDS, lambda: look_after_model(service), at_once=True)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def look_after_model(service: Service) -> None:
    """Ask the hosts what they have; with an embedder there, bring the guide's vectors up to date in the background."""
    if service.model is not None:
        await service.model.watch.look()
    if service.indexing is not None:
        service.indexing.refresh(service.library.newest.guide.passages())


async def keep_memory(stores: Stores) -> None:
    """Start the private server again when it has died."""
    if stores.valkey is None:
        return
    try:
        await stores.memory.ping()
    except Unavailable:
        log.warning("memory_restarts")
        await stores.valkey.start()


async def _every(seconds: float, step: Callable[[], Awaitable[object]], *, at_once: bool = False) -> None:
    """Do `step` again and again, the first time after `seconds`; while what it needs is away, ever more seldom."""
    wait = 0.0 if at_once else seconds
    while True:
        await asyncio.sleep(wait)  # noqa: TID251 - the pace of a background task
        try:
            await step()
        except BanyiError as error:
            wait = max(seconds, min(wait * 2, LONGEST_SECONDS))
            log.warning("upkeep_failed", code=error.code, kind=type(error).__name__)
        except Exception:
            log.exception("upkeep_defect")
        else:
            wait = seconds
