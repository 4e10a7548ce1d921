"""Several model hosts as one model: the one with the least to do, and another before the first piece only."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final

from agent.model.mode import Ask, Mode
from agent.model.places import Host, Member, Meter, Need, Places
from domain.errors import ModelFailed
from domain.model import ChatPiece, ChatRequest, ModelDigest, ToolOffer, Vector

SLOW_SECONDS: Final = 2.0
"""Being given up on after so long without a first piece speaks against a host."""


class _Visit:
    """One request at one host, from its place to its end."""

    def __init__(self, member: Member, meter: Meter, monotonic: Callable[[], float]) -> None:
        self._member = member
        self._meter = meter
        self._monotonic = monotonic
        self._since = monotonic()
        self._outcome = "given_up"
        self.begun = False

    def begin(self) -> None:
        """The first piece is there."""
        self.begun = True
        self._member.breaker.answered()
        self._meter.first_piece(self._member.host.name, self._monotonic() - self._since)

    def finish(self) -> None:
        """The reply is whole."""
        self._member.breaker.worked()
        self._outcome = "done"

    def fail(self, failure: ModelFailed) -> None:
        """The host failed, or does not do such requests."""
        self._outcome = failure.kind
        if failure.host_at_fault:
            self._member.breaker.failed(self._monotonic(), certain=failure.kind == "connect")

    def close(self) -> None:
        """The request has left the host."""
        now = self._monotonic()
        if self._outcome == "given_up" and not self.begun and now - self._since >= SLOW_SECONDS:
            self._member.breaker.failed(now)
        self._meter.ended(self._member.host.name, self._outcome, now - self._since)


class Pool:
    """`ChatModel` and `Embedder` over several hosts."""

    def __init__(
        self, hosts: Sequence[Host], meter: Meter, *, places: int, queue: int, monotonic: Callable[[], float]
    ) -> None:
        self.members = tuple(Member(host) for host in hosts)
        self._meter = meter
        self._monotonic = monotonic
        self._places = Places(self.members, meter, places=places, queue=queue, monotonic=monotonic)

    def answers(self) -> bool:
        """Whether some host would take a plain question now."""
        return self._takes(ChatRequest(messages=()))

    def calls_tools(self) -> bool:
        """Whether some host would take a question with tools now."""
        return self._takes(ChatRequest(messages=(), tools=(ToolOffer(name="", description="", parameters={}),)))

    @property
    def embedder(self) -> ModelDigest | None:
        """The model that makes vectors here now; hosts are taken to have the same."""
        found = (one.mode.embedder for one in self.members if one.mode is not None and not one.away)
        return next((embedder for embedder in found if embedder is not None), None)

    def settle(self) -> None:
        """A member came, went or got another mode: see who that helps."""
        self._places.settle()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """The reply as it is written. Another host is tried until the first piece is out, never later.

        Raises:
            Busy: too many wait already.
            ModelFailed: no host could answer.
        """
        tried: set[Member] = set()
        failure: ModelFailed | None = None
        while True:
            member, ask = await self._another(lambda mode: mode.ask(request), tried, failure)
            visit = _Visit(member, self._meter, self._monotonic)
            try:
                async with aclosing(member.host.chat(request, ask.model, think=ask.think)) as pieces:
                    async for piece in pieces:
                        if not visit.begun:
                            visit.begin()
                        if piece.usage is not None:
                            visit.finish()
                            self._meter.used(piece.usage)
                        yield piece
            except ModelFailed as error:
                visit.fail(error)
                if visit.begun:
                    raise
                failure = error
            else:
                return
            finally:
                visit.close()
                self._places.free(member)

    async def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One vector per text, in order.

        Raises:
            Busy: too many wait already.
            ModelFailed: no host could answer.
        """
        tried: set[Member] = set()
        failure: ModelFailed | None = None
        while True:
            member, ask = await self._another(Mode.ask_embedder, tried, failure)
            visit = _Visit(member, self._meter, self._monotonic)
            try:
                vectors = await member.host.embed(texts, ask.model.name)
                visit.finish()
            except ModelFailed as error:
                visit.fail(error)
                failure = error
            else:
                return vectors
            finally:
                visit.close()
                self._places.free(member)

    def _takes(self, request: ChatRequest) -> bool:
        now = self._monotonic()
        return any(one.ask(lambda mode: mode.ask(request), now) is not None for one in self.members)

    async def _another(self, need: Need, tried: set[Member], failure: ModelFailed | None) -> tuple[Member, Ask]:
        """A place on a host not tried yet; the last failure when there is none."""
        try:
            member, ask = await self._places.take(need, tried)
        except ModelFailed:
            if failure is not None:
                raise failure from None
            raise
        tried.add(member)
        return member, ask
