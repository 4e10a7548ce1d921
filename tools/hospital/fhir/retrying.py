"""Doing again what reads and then writes, until nobody was faster in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tools.hospital.fhir.failures import HospitalFailed, Stale

TRIES = 25
"""How often a write is tried anew after somebody else was faster."""

T = TypeVar("T")


async def until_fresh(attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` returns once all its writes were of the versions it read.

    Raises:
        HospitalFailed: `status`, when others are faster every time.
    """
    for _ in range(TRIES):
        try:
            return await attempt()
        except Stale:
            continue
    raise HospitalFailed("status", "changed again and again by others")
