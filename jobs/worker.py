"""Claims due work and hands it to its handlers, beside any number of workers like it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from domain.errors import BanyiError, NotFound
from domain.hospital_ports import DueWork
from domain.notices import HOSPITAL_WORK, Due, DueKind
from domain.ports import Clock

log = structlog.get_logger(__name__)

Handler: TypeAlias = Callable[[Due, datetime], Awaitable["datetime | None"]]
"""Does one piece of work; `None` when it is done, else when to look again. It may run twice: a worker can die."""

BATCH = 16
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)


class Worker:
    """One of any number of workers. A worker that dies leaves its work to the next when its claim runs out."""

    def __init__(
        self,
        work: DueWork,
        handlers: Mapping[DueKind, Handler],
        clock: Clock,
        *,
        kinds: frozenset[DueKind] = HOSPITAL_WORK,
    ) -> None:
        """`handlers` has one for every kind `work` may hold.

        Raises:
            ValueError: a kind has none.
        """
        if missing := kinds - handlers.keys():
            raise ValueError(f"nothing handles {', '.join(sorted(missing))}")
        self._work = work
        self._handlers = dict(handlers)
        self._clock = clock

    async def drain(self) -> int:
        """Do everything that is due; how many pieces of work were taken on."""
        taken = 0
        while due := await self._work.claim(now=self._clock.now(), limit=BATCH):
            await asyncio.gather(*(self._do(one) for one in due))
            taken += len(due)
        return taken

    async def _do(self, due: Due) -> None:
        """Do one piece of work; what fails is tried again later, ever more rarely."""
        now = self._clock.now()
        try:
            again = await self._handlers[due.kind](due, now)
        except NotFound:
            log.warning("due_subject_gone", kind=due.kind.value)
            again = None
        except BanyiError as error:
            log.warning("due_failed", kind=due.kind.value, attempt=due.attempt, code=error.code)
            again = now + retry_after(due.attempt)
        except Exception:
            log.exception("due_defect", kind=due.kind.value, attempt=due.attempt)
            again = now + retry_after(due.attempt)
        ended = await (self._work.finish(due) if again is None else self._work.postpone(due, again))
        if not ended:
            log.warning("due_claim_lost", kind=due.kind.value, attempt=due.attempt)


def retry_after(attempt: int) -> timedelta:
    """5 s after the first attempt, doubling, at most an hour."""
    doublings = min(attempt - 1, 20)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)
