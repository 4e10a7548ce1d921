"""Looks whether the service could start here, one thing after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.clock import SystemClock
from app.health import EMERGENCY
from app.knowledge import open_knowledge
from app.settings import Settings
from app.stores import make_directory, open_stores
from domain.errors import BanyiError
from knowledge.booking_rules import load_booking_rules
from knowledge.loader import DIRECTORY
from tools.hospital.sql.demo import load_demo

Outcome = tuple[str, str | None]


async def checks(settings: Settings) -> list[Outcome]:
    """Each check's name, and what is wrong or `None`; everything is opened and closed again.

    The settings given are right, or they could not have been read.
    """
    return [
        ("settings", None),
        await _try("data directory", lambda: _data_directory(settings)),
        await _try("knowledge pack and emergency screen", _knowledge),
        await _try("memory, archive and hospital", lambda: _stores(settings)),
    ]


async def _try(name: str, check: Callable[[], Awaitable[None]]) -> Outcome:
    try:
        await check()
    except BanyiError as error:
        return name, str(error)
    return name, None


async def _data_directory(settings: Settings) -> None:
    make_directory(settings.data_dir)


async def _knowledge() -> None:
    knowledge = await asyncio.to_thread(open_knowledge, (), booking_rules=(), doctors=tuple)
    if knowledge.screen(EMERGENCY).certain is None:
        raise BanyiError("the emergency screen misses a plain emergency")


async def _stores(settings: Settings) -> None:
    demo = load_demo(DIRECTORY / "hospital" / "demo.yaml")
    rules = load_booking_rules(DIRECTORY / "hospital" / "booking.yaml")
    async with open_stores(settings, demo=demo, rules=rules, clock=SystemClock(demo.hospital.zone)) as stores:
        await stores.memory.ping()
