"""The model as one turn, or one task in the background, asks it: stoppable, bounded, counted, recorded.

Nothing here decides anything. Whatever goes wrong is an `Unavailable`; the caller then answers from knowledge.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from agent.model.budgets import BUDGETS, Budgets, Reason, Said, Stop, WholeReply, sentences, whole
from agent.model.places import DEPENDENCY
from agent.model.thinking import without_thinking
from domain.errors import Busy, ModelFailed, TooLate
from domain.model import ChatMessage, ChatRequest, LanguageModel, ModelUsage, ToolOffer, Vector
from domain.model_call import ModelCall, ModelPurpose
from domain.turn import Json
from prompts.loader import Filled

T = TypeVar("T", bound=BaseModel)
REPAIR = "上面的输出不符合要求的 JSON 格式。只输出符合格式的 JSON，不要任何别的字。"


class CallMeter(Protocol):
    """Counts what the conversation does with the model; never sees a text."""

    def asked(self, purpose: ModelPurpose, outcome: str, seconds: float) -> None:
        """A question was put and ended: `ModelCall.outcome`."""

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Something the model wrote was not used: a policy rule's id or a reason of the caller's."""

    def read(self, by: str) -> None:
        """A message was read: by the `lexicon` alone, or by the `model` too."""


class Uncounted:
    """Counts nothing."""

    def asked(self, purpose: ModelPurpose, outcome: str, seconds: float) -> None:
        """Nobody counts."""

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Nobody counts."""

    def read(self, by: str) -> None:
        """Nobody counts."""


@dataclass(slots=True)
class _Course:
    """How one question goes."""

    outcome: str = "stopped"
    model: str = ""

    def answered(self, usage: ModelUsage) -> None:
        """The reply is whole."""
        digest = usage.model.digest
        self.outcome = "done"
        self.model = f"{usage.model.name}@{digest}" if digest else usage.model.name


@dataclass(slots=True, kw_only=True)
class Counsel:
    """Asks the model, if there is one. `stop` ends all asking; `calls` is what was asked so far."""

    model: LanguageModel | None = None
    stop: Stop = field(default_factory=Stop)
    meter: CallMeter = field(default_factory=Uncounted)
    budgets: Budgets = BUDGETS
    calls: list[ModelCall] = field(default_factory=list)

    @property
    def available(self) -> bool:
        """Whether asking makes sense now."""
        return self.model is not None and not self.stop.stopped and self.model.answers()

    @property
    def calls_tools(self) -> bool:
        """Whether a model that can look things up may be asked now."""
        return self.model is not None and self.available and self.model.calls_tools()

    @property
    def named(self) -> str:
        """`name@digest` of the model that answered last, "none" when none did."""
        return next((call.model for call in reversed(self.calls) if call.model), "none")

    async def whole(
        self,
        purpose: ModelPurpose,
        prompt: Filled,
        *messages: ChatMessage,
        schema: Mapping[str, Json] | None = None,
        tools: tuple[ToolOffer, ...] = (),
        most_tokens: int = 1024,
        seconds: float | None = None,
    ) -> WholeReply:
        """The whole reply within `seconds` (default: the budget of understanding).

        Raises:
            TooLate, Busy, ModelFailed: as `agent.model.budgets.whole`.
        """
        asked = ChatRequest(messages=_messages(prompt, messages), schema=schema, tools=tools, most_tokens=most_tokens)
        longest = self.budgets.understanding_seconds if seconds is None else seconds
        reason: Reason = "understanding" if purpose is ModelPurpose.UNDERSTAND else "answer"
        with self._call(purpose, prompt.sha256) as course:
            reply = await whole(self._model(), asked, seconds=longest, reason=reason, stop=self.stop)
            course.answered(reply.usage)
        return replace(reply, text=without_thinking(reply.text))

    async def shaped(
        self,
        purpose: ModelPurpose,
        prompt: Filled,
        *messages: ChatMessage,
        shape: type[T],
        seconds: float | None = None,
    ) -> T:
        """A reply of this shape, asked for once more when it is not; both within `seconds`.

        Raises:
            TooLate, Busy: as `whole`.
            ModelFailed: no host could answer, or not in this shape.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + (self.budgets.understanding_seconds if seconds is None else seconds)
        schema = shape.model_json_schema()
        said = messages
        for _ in range(2):
            reply = await self.whole(purpose, prompt, *said, schema=schema, seconds=until - loop.time())
            try:
                return shape.model_validate_json(_json_in(reply.text))
            except ValidationError:
                self._last_was("invalid")
                again = (
                    ChatMessage(role="assistant", content=reply.text),
                    ChatMessage(role="user", content=REPAIR),
                )
                said = (*messages, *again)
        raise ModelFailed(DEPENDENCY, "garbage")

    async def sentences(
        self, purpose: ModelPurpose, prompt: Filled, *messages: ChatMessage, most_tokens: int = 1024
    ) -> AsyncGenerator[Said, None]:
        """The reply sentence by sentence; close the generator when the rest is not wanted.

        Raises:
            TooLate, Busy, ModelFailed: as `agent.model.budgets.sentences`.
        """
        asked = ChatRequest(messages=_messages(prompt, messages), most_tokens=most_tokens)
        with self._call(purpose, prompt.sha256) as course:
            async with aclosing(sentences(self._model(), asked, budgets=self.budgets, stop=self.stop)) as written:
                async for said in written:
                    if said.usage is not None:
                        course.answered(said.usage)
                    yield said

    async def vectors(self, texts: tuple[str, ...], *, seconds: float) -> tuple[Vector, ...]:
        """One vector per text within `seconds`; the texts are masked by the caller.

        Raises:
            TooLate: it took longer, or the stop was said.
            Busy, ModelFailed: no host could do it.
        """
        with self._call(ModelPurpose.SEARCH, "") as course:
            async with self.stop.waiting(until=asyncio.get_running_loop().time() + seconds, reason="answer"):
                found = await self._model().embed(texts)
            course.outcome = "done"
        return found

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Something the model wrote was not used."""
        self.meter.blocked(purpose, reason)

    def _model(self) -> LanguageModel:
        if self.model is None:
            raise ModelFailed(DEPENDENCY, "connect")
        return self.model

    def _last_was(self, outcome: str) -> None:
        self.calls[-1] = replace(self.calls[-1], outcome=outcome)

    @contextmanager
    def _call(self, purpose: ModelPurpose, prompt_sha256: str) -> Iterator[_Course]:
        """Record and count one question, however it ends."""
        course, began = _Course(), time.perf_counter()
        try:
            yield course
        except TooLate as late:
            course.outcome = "stopped" if late.reason == "stopped" else f"late.{late.reason}"
            raise
        except Busy:
            course.outcome = "busy"
            raise
        except ModelFailed as failure:
            course.outcome = f"failed.{failure.kind}"
            raise
        finally:
            spent = time.perf_counter() - began
            self.meter.asked(purpose, course.outcome, spent)
            self.calls.append(
                ModelCall(
                    purpose=purpose,
                    prompt_sha256=prompt_sha256,
                    model=course.model,
                    outcome=course.outcome,
                    milliseconds=round(spent * 1000, 1),
                )
            )


def user(content: str) -> ChatMessage:
    """A message of the user's role: the data blocks and what is to be done with them."""
    return ChatMessage(role="user", content=content)


def _messages(prompt: Filled, messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    return (ChatMessage(role="system", content=prompt.text), *messages)


def _json_in(text: str) -> str:
    """The object in a reply that has words or a code fence round it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
