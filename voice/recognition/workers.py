"""The threads recognition runs on, and the short queue before them.

The network lets go of the interpreter's lock, so threads do as well as processes and share one copy of the weights.
They stand back for the event loop when the cores are taken; what they open inherits that.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from domain.errors import Busy

T = TypeVar("T")

DEPENDENCY: Final = "speech recognition"
NICENESS: Final = 10


class Workers:
    """At most `places` calls run, at most `queue` wait; used from one event loop."""

    def __init__(self, *, places: int, queue: int) -> None:
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="recognition", initializer=_stand_back)
        self._places = places
        self._most = places + queue
        self._busy = 0

    @property
    def idle(self) -> bool:
        """Whether a call would run at once, and nothing waits."""
        return self._busy < self._places

    async def run(self, call: Callable[[], T]) -> T:
        """The result of the call; a caller that is cancelled leaves its call to end by itself.

        Raises:
            Busy: every thread is taken and enough calls wait.
        """
        if self._busy >= self._most:
            raise Busy(DEPENDENCY)
        self._busy += 1
        work = asyncio.get_running_loop().run_in_executor(self._threads, call)
        work.add_done_callback(self._ended)
        return await asyncio.shield(work)

    async def aclose(self) -> None:
        """Take no more calls, drop what waits, and let what runs come to its end."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _ended(self, work: asyncio.Future[T]) -> None:
        self._busy -= 1
        if not work.cancelled():
            work.exception()


def _stand_back() -> None:
    """Lower the priority of this thread; only Linux has priorities of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
