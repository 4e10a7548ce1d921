"""What the tests of the model stand on: hosts on real sockets, pools over them, and a meter that remembers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from agent.model.mode import Mode
from agent.model.ollama import OllamaHost, Options
from agent.model.pool import Pool
from domain.breaker import State
from domain.model import ChatMessage, ChatRequest, ModelDigest, ModelUsage

R1 = ModelDigest(name="r1", digest="d1")
WORKS = Mode(model=R1, think_for_text=False, think_for_schema=False, tools=True, embedder=ModelDigest(name="bge"))
ASK = ChatRequest(messages=(ChatMessage(role="user", content="你好"),))
SCHEMA = ChatRequest(messages=ASK.messages, schema={"type": "object"})


@dataclass
class FakeModelMeter:
    """Keeps what it was told."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    flying: dict[str, int] = field(default_factory=dict)
    queue: list[int] = field(default_factory=list)
    breakers: dict[str, State] = field(default_factory=dict)
    firsts: list[float] = field(default_factory=list)
    usages: list[ModelUsage] = field(default_factory=list)

    def in_flight(self, host: str, count: int) -> None:
        """Requests with the host."""
        self.flying[host] = count

    def waiting(self, count: int) -> None:
        """How many wait."""
        self.queue.append(count)

    def breaker(self, host: str, state: State) -> None:
        """How the breaker stands."""
        self.breakers[host] = state

    def first_piece(self, host: str, seconds: float) -> None:
        """Time to the first piece."""
        assert host
        self.firsts.append(seconds)

    def ended(self, host: str, outcome: str, seconds: float) -> None:
        """A request's end."""
        assert seconds >= 0
        self.outcomes[host, outcome] += 1

    def used(self, usage: ModelUsage) -> None:
        """A reply's usage."""
        self.usages.append(usage)


@asynccontextmanager
async def host_at(url: str, options: Options | None = None) -> AsyncIterator[OllamaHost]:
    """The adapter on one address."""
    host = OllamaHost(url, options or Options(read_seconds=5.0))
    try:
        yield host
    finally:
        await host.aclose()


@asynccontextmanager
async def pool_of(
    urls: Sequence[str],
    *,
    meter: FakeModelMeter | None = None,
    mode: Mode | None = WORKS,
    places: int = 4,
    queue: int = 8,
    monotonic: Callable[[], float] = time.monotonic,
    options: Options | None = None,
) -> AsyncIterator[Pool]:
    """A pool over these addresses, each in `mode`."""
    async with AsyncExitStack() as stack:
        hosts = [await stack.enter_async_context(host_at(url, options)) for url in urls]
        pool = Pool(hosts, meter or FakeModelMeter(), places=places, queue=queue, monotonic=monotonic)
        for member in pool.members:
            member.mode = mode
        yield pool
