"""A language model and an embedder, as the agent sees them. Neither ever decides anything clinical.

Everything here raises `Busy`, `TooLate` or `ModelFailed`, all of them `Unavailable`: the caller then answers
from knowledge.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from domain.turn import Json

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call the model asks for; the arguments are unchecked."""

    name: str
    arguments: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOffer:
    """A tool the model may ask for; `parameters` is a JSON Schema object. Only reading tools are ever offered."""

    name: str
    description: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message; names, phone and ID numbers are masked before. `tool` names the tool that answers."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[ToolCall, ...] = ()
    tool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What the model is asked.

    With `schema`, a JSON Schema, the reply should be JSON of that shape; whoever asks still checks it.
    `think` is always said to the model; `None` leaves the choice to what the model was found to do well.
    `most_tokens` bounds the reply, thinking included.
    """

    messages: tuple[ChatMessage, ...]
    schema: Mapping[str, Json] | None = None
    think: bool | None = None
    tools: tuple[ToolOffer, ...] = ()
    most_tokens: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDigest:
    """Which model it was: its name and the digest of its weights (empty when the host did not say)."""

    name: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What a whole reply cost, as the host counts it. `ended` is `stop`, `length` or another word of the host's.

    `output_tokens` and `output_seconds` include thinking; `load_seconds` is the time to load the weights.
    """

    model: ModelDigest
    host: str
    ended: str
    prompt_tokens: int
    output_tokens: int
    load_seconds: float
    prompt_seconds: float
    output_seconds: float

    @property
    def tokens_per_second(self) -> float:
        """Speed of writing; 0 when the host gave no time."""
        return self.output_tokens / self.output_seconds if self.output_seconds > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPiece:
    """A part of a reply: text to show, tools called, and with the last piece the usage. Thinking is never in it."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    usage: ModelUsage | None = None


class ChatModel(Protocol):
    """A model that answers in pieces."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """The reply as it is written; the last piece, and only that, has `usage`.

        Close the generator (`contextlib.aclosing`) or cancel the task to stop the model at once; leaving an
        `async for` early does not. `agent.model.budgets` does it right.

        Raises:
            Busy: too many wait already.
            ModelFailed: no host could answer; after the first piece nothing is tried again.
        """


class Embedder(Protocol):
    """Turns texts into vectors of one length."""

    async def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One vector per text, in order.

        Raises:
            Busy: too many wait already.
            ModelFailed: no host could answer.
        """


class LanguageModel(ChatModel, Embedder, Protocol):
    """Both, and whether asking makes sense now."""

    def answers(self) -> bool:
        """Whether some host would take a plain question now."""

    def calls_tools(self) -> bool:
        """Whether some host would take a question with tools now."""
