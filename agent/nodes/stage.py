"""Times a node under its stage's name."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from langgraph.runtime import Runtime

from agent.deps import TurnContext
from agent.state import TurnState, TurnUpdate


class Node(Protocol):
    """A stage of the turn."""

    def __call__(self, state: TurnState, runtime: Runtime[TurnContext]) -> Awaitable[TurnUpdate]:
        """Work on the state."""


def stage(name: str) -> Callable[[Node], Node]:
    """Add a node's wall time, in milliseconds, to the turn's timings."""

    def timed(node: Node) -> Node:
        @functools.wraps(node)
        async def run(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
            started = time.perf_counter()
            try:
                return await node(state, runtime)
            finally:
                timings = runtime.context.timing_ms
                timings[name] = timings.get(name, 0.0) + (time.perf_counter() - started) * 1000

        return run

    return timed
