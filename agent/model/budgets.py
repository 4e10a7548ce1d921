"""How long a turn waits for the model. Past a budget the caller answers from knowledge; nothing comes later.

Whatever ends the waiting (a budget, `Stop`, the caller closing or being cancelled) closes the model's stream,
and with it the request at the host.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

from agent.model.places import DEPENDENCY
from agent.safety.sentences import SentenceStream
from domain.errors import ModelFailed, TooLate
from domain.model import ChatModel, ChatPiece, ChatRequest, ModelUsage, ToolCall

Reason = Literal["understanding", "first_sentence", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Seconds from the moment the model is asked, waiting for a place included."""

    understanding_seconds: float = 2.5
    first_sentence_seconds: float = 4.0
    answer_seconds: float = 20.0


BUDGETS: Final = Budgets()


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeReply:
    """A reply that came in time."""

    text: str
    calls: tuple[ToolCall, ...]
    usage: ModelUsage


class Stop:
    """Says that nobody wants the answer any more: the patient spoke, left, or was handed to a person."""

    def __init__(self) -> None:
        self._stopped = False
        self._waits: set[asyncio.Timeout] = set()

    @property
    def stopped(self) -> bool:
        """Whether it was said."""
        return self._stopped

    def stop(self) -> None:
        """Say it: whoever waits for the model stops waiting in this round of the event loop."""
        self._stopped = True
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def waiting(self, *, until: float, reason: Reason) -> AsyncIterator[None]:
        """Wait for the model within this block, until `until` on the event loop's clock.

        Raises:
            TooLate: it took longer, or the stop was said.
        """
        if self._stopped:
            raise TooLate(DEPENDENCY, "stopped")
        try:
            async with asyncio.timeout_at(until) as wait:
                self._waits.add(wait)
                try:
                    yield
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            raise self._too_late(reason) from None

    async def next(self, pieces: AsyncGenerator[ChatPiece, None], *, until: float, reason: Reason) -> ChatPiece | None:
        """The next piece before `until` on the event loop's clock; `None` after the last.

        Raises:
            TooLate: it did not come in time, or the stop was said.
        """
        async with self.waiting(until=until, reason=reason):
            return await anext(pieces, None)

    def _too_late(self, reason: Reason) -> TooLate:
        return TooLate(DEPENDENCY, "stopped" if self._stopped else reason)


async def whole(
    model: ChatModel,
    request: ChatRequest,
    *,
    seconds: float = BUDGETS.understanding_seconds,
    reason: Reason = "understanding",
    stop: Stop | None = None,
) -> WholeReply:
    """The whole reply within `seconds`: for understanding and summaries.

    Raises:
        TooLate: it did not come in time, or is not wanted any more.
        Busy: too many wait for the model.
        ModelFailed: no host could answer.
    """
    stop = stop or Stop()
    until = asyncio.get_running_loop().time() + seconds
    text: list[str] = []
    calls: list[ToolCall] = []
    async with aclosing(model.stream(request)) as pieces:
        while (piece := await stop.next(pieces, until=until, reason=reason)) is not None:
            text.append(piece.text)
            calls.extend(piece.calls)
            if piece.usage is not None:
                return WholeReply(text="".join(text), calls=tuple(calls), usage=piece.usage)
    raise ModelFailed(DEPENDENCY, "cut")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence the model has written; with the last, and perhaps without any text, the usage."""

    sentence: str
    usage: ModelUsage | None = None


async def sentences(
    model: ChatModel, request: ChatRequest, *, budgets: Budgets = BUDGETS, stop: Stop | None = None
) -> AsyncGenerator[Said, None]:
    """The reply sentence by sentence as it is written: for everything that is said while it streams.

    Close the generator, or say `stop`, when the answer is not wanted any more.

    Raises:
        TooLate: the first sentence or the whole did not come in time, or the stop was said.
        Busy: too many wait for the model.
        ModelFailed: no host could answer, or the host failed within the reply.
    """
    stop = stop or Stop()
    began = asyncio.get_running_loop().time()
    until = began + budgets.first_sentence_seconds
    reason: Reason = "first_sentence"
    cut = SentenceStream()
    async with aclosing(model.stream(request)) as pieces:
        while (piece := await stop.next(pieces, until=until, reason=reason)) is not None:
            complete = cut.feed(piece.text)
            if piece.usage is not None:
                complete += cut.flush()
            for sentence in complete:
                until, reason = began + budgets.answer_seconds, "answer"
                yield Said(sentence=sentence)
            if piece.usage is not None:
                yield Said(sentence="", usage=piece.usage)
