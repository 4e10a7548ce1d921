"""The places on the model hosts, and the short queue before them.

A host gets at most `places` requests at a time, the host with the least to do the next one. Who finds no place
waits in order; once `queue` wait, the next is told `Busy` at once. A host that is away, left alone by its
breaker, or not known to serve the request gets nothing, and nobody waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final, Protocol

from agent.model.mode import Ask, Mode
from domain.breaker import Breaker, State
from domain.errors import Busy, ModelFailed
from domain.model import ChatPiece, ChatRequest, ModelDigest, ModelUsage, Vector

DEPENDENCY: Final = "model"

Need = Callable[[Mode], Ask | None]
"""How a request would be sent to a host with this mode; `None` when it may not be."""


class Host(Protocol):
    """One host. Every method raises `ModelFailed`."""

    @property
    def name(self) -> str:
        """Its address, safe to log."""

    def chat(self, request: ChatRequest, model: ModelDigest, *, think: bool) -> AsyncGenerator[ChatPiece, None]:
        """The reply in pieces, the last with the usage; stops when closed."""

    async def embed(self, texts: Sequence[str], model: str) -> tuple[Vector, ...]:
        """One vector per text."""

    async def models(self) -> tuple[ModelDigest, ...]:
        """The models it has."""

    async def capabilities(self, model: str) -> frozenset[str]:
        """What a model of it says it can do."""


class Meter(Protocol):
    """Counts what the hosts do; never sees a text."""

    def in_flight(self, host: str, count: int) -> None:
        """So many requests are with the host now."""

    def waiting(self, count: int) -> None:
        """So many wait for a place now."""

    def breaker(self, host: str, state: State) -> None:
        """The host's breaker stands like this now."""

    def first_piece(self, host: str, seconds: float) -> None:
        """So long it took until the first piece."""

    def ended(self, host: str, outcome: str, seconds: float) -> None:
        """A request left the host: `done`, `given_up` or the kind of its failure."""

    def used(self, usage: ModelUsage) -> None:
        """What a whole reply took."""


class Member:
    """A host of the pool and what is known of it. `mode` is unknown until its ladder was climbed."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.breaker = Breaker()
        self.in_flight = 0
        self.mode: Mode | None = None
        self.away = False

    def ask(self, need: Need, now: float) -> Ask | None:
        """How it would be asked now; `None` when it may not be."""
        if self.away or self.mode is None or not self.breaker.allows(now):
            return None
        return need(self.mode)


class _Waiter:
    def __init__(self, need: Need, tried: set[Member]) -> None:
        self.need = need
        self.tried = tried
        self.place: asyncio.Future[tuple[Member, Ask]] = asyncio.get_running_loop().create_future()


class Places:
    """Hands out the places of the hosts."""

    def __init__(
        self, members: Sequence[Member], meter: Meter, *, places: int, queue: int, monotonic: Callable[[], float]
    ) -> None:
        self._members = tuple(members)
        self._meter = meter
        self._places = places
        self._queue = queue
        self._monotonic = monotonic
        self._waiters: list[_Waiter] = []

    async def take(self, need: Need, tried: set[Member]) -> tuple[Member, Ask]:
        """A place on a host not in `tried`; give it back with `free`.

        Raises:
            Busy: every place is taken and `queue` wait already.
            ModelFailed: no host can serve the request.
        """
        found = self._find(need, tried)
        if found is not None:
            return found
        if len(self._waiters) >= self._queue:
            raise Busy(DEPENDENCY)
        waiter = _Waiter(need, tried)
        self._waiters.append(waiter)
        self._meter.waiting(len(self._waiters))
        try:
            return await waiter.place
        except asyncio.CancelledError:
            if waiter.place.done() and not waiter.place.cancelled() and waiter.place.exception() is None:
                self.free(waiter.place.result()[0])
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            self._meter.waiting(len(self._waiters))

    def free(self, member: Member) -> None:
        """Give a place back. Say before how it went, to the member's breaker."""
        member.breaker.given_up(self._monotonic())
        member.in_flight -= 1
        self._meter.in_flight(member.host.name, member.in_flight)
        self.settle()

    def settle(self) -> None:
        """Serve those who wait, in order; whom no host can serve any more is told so at once."""
        for member in self._members:
            self._meter.breaker(member.host.name, member.breaker.state)
        for waiter in list(self._waiters):
            if waiter.place.done():
                continue
            try:
                found = self._find(waiter.need, waiter.tried)
            except ModelFailed as failure:
                waiter.place.set_exception(failure)
            else:
                if found is None:
                    continue
                waiter.place.set_result(found)
            self._waiters.remove(waiter)

    def _find(self, need: Need, tried: set[Member]) -> tuple[Member, Ask] | None:
        """A free place, taken; `None` when all that fit are taken."""
        now = self._monotonic()
        fit = [
            (member, ask)
            for member in self._members
            if member not in tried and (ask := member.ask(need, now)) is not None
        ]
        if not fit:
            raise ModelFailed(DEPENDENCY, "connect")
        free = [one for one in fit if one[0].in_flight < self._places]
        if not free:
            return None
        member, ask = min(free, key=lambda one: (one[0].breaker.state != "closed", one[0].in_flight))
        member.breaker.begin(now)
        member.in_flight += 1
        self._meter.in_flight(member.host.name, member.in_flight)
        return member, ask
