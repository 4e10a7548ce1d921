"""Looks after the hosts of a pool: who is there, and what each can do. Nothing waits for it.

`look` asks every host what it has. A host that does not say is away, and asked nothing, until it does. A host
that is new, came back or has other models is put to its ladder in a task of its own; until the first ladder is
climbed a host answers no patient. Ladders are kept in a file, so that a restart on the same models knows at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from pydantic import TypeAdapter, ValidationError

from agent.model.ladder import Climbed, Wanted, climb
from agent.model.places import Member
from agent.model.pool import Pool
from domain.errors import ModelFailed
from domain.model import ModelDigest

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
"""A host that has not said by then what it has is away."""
_PASSING: Final = frozenset({"connect", "cut", "status"})
"""Failures that say little about the model: the ladder is climbed again."""
_FILE: Final = TypeAdapter(tuple[Climbed, ...])


class Watch:
    """Keeps `pool` informed. `look` now and then; `aclose` at the end."""

    def __init__(
        self, pool: Pool, wanted: Wanted, *, monotonic: Callable[[], float], kept_in: Path | None = None
    ) -> None:
        self.pool = pool
        self._wanted = wanted
        self._monotonic = monotonic
        self._file = kept_in
        self._ladders = {one.host: one for one in _kept(kept_in)}
        self._climbing: dict[Member, asyncio.Task[None]] = {}

    @property
    def ladders(self) -> tuple[Climbed, ...]:
        """The ladders climbed so far."""
        return tuple(self._ladders.values())

    async def look(self) -> None:
        """Ask every host what it has; never raises."""
        await asyncio.gather(*(self._look(member) for member in self.pool.members))
        self.pool.settle()

    async def settled(self) -> None:
        """Wait for the ladders being climbed: for evaluations and tests, never for readiness."""
        await asyncio.gather(*self._climbing.values())

    async def aclose(self) -> None:
        """Climb no further."""
        climbing = list(self._climbing.values())
        for task in climbing:
            task.cancel()
        await asyncio.gather(*climbing, return_exceptions=True)

    async def _look(self, member: Member) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                served = frozenset(await member.host.models())
        except (ModelFailed, TimeoutError):
            if not member.away:
                log.warning("model_host_away", host=member.host.name)
            member.away = True
            return
        known = self._ladders.get(member.host.name)
        same = known is not None and known.models == served and self._answers_for(known)
        if same and known is not None and member.mode is None:
            member.mode = known.mode
        if (member.away or not same) and member not in self._climbing:
            task = asyncio.create_task(self._climb(member, served))
            self._climbing[member] = task
            task.add_done_callback(lambda _: self._climbing.pop(member, None))
        member.away = False

    def _answers_for(self, known: Climbed) -> bool:
        """Whether a ladder was climbed for the models wanted now, to its end."""
        if any(rung.detail in _PASSING for rung in known.rungs):
            return False
        if known.mode.tools and not any(rung.tools for rung in known.rungs):
            return False  # kept by a version that believed what a model says of itself
        tried = {rung.model for rung in known.rungs}
        return all(name in tried or name in known.missing for name in self._wanted.models) and (
            known.mode.embedder is not None or self._wanted.embedder in known.missing
        )

    async def _climb(self, member: Member, served: frozenset[ModelDigest]) -> None:
        try:
            found = await climb(member.host, self._wanted, monotonic=self._monotonic)
        except ModelFailed as failure:
            log.warning("model_ladder_failed", host=member.host.name, kind=failure.kind)
            return
        member.mode = found.mode
        if found.mode.answers:
            member.breaker.worked()
        self._ladders[member.host.name] = found
        log.info(
            "model_ladder",
            host=member.host.name,
            model=found.mode.model.name if found.mode.model else None,
            missing=found.missing,
            changed=found.models != served,
        )
        self.pool.settle()
        if self._file is not None:
            await asyncio.to_thread(self._file.write_bytes, _FILE.dump_json(self.ladders, indent=2))


def _kept(file: Path | None) -> tuple[Climbed, ...]:
    """The ladders of an earlier run; none when the file is not there or not one of ours."""
    try:
        return _FILE.validate_json(file.read_bytes()) if file is not None else ()
    except (OSError, ValidationError):
        return ()
