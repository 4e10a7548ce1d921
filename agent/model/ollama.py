"""One Ollama host. The only file that knows the `ollama` client and its errors."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import httpx
import ollama

from agent.model.thinking import ThinkFilter
from domain.errors import ModelFailed
from domain.model import ChatMessage, ChatPiece, ChatRequest, ModelDigest, ModelUsage, ToolCall, Vector

_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404
_NANOSECONDS: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a host is asked.

    `context_tokens` is Ollama's `num_ctx`; `keep_alive` how long the weights stay loaded (`30m`, `-1` for
    ever). `connect_seconds` bounds what an unreachable host costs, `read_seconds` the silence between two
    parts of a reply, `total_seconds` a whole reply.
    """

    context_tokens: int = 8192
    keep_alive: str = "30m"
    temperature: float = 0.3
    seed: int = 42
    connect_seconds: float = 0.25
    read_seconds: float = 30.0
    total_seconds: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a download is; `total` is 0 while the host does not say."""

    status: str
    digest: str = ""
    completed: int = 0
    total: int = 0


class OllamaHost:
    """One long-lived client of one host.

    Every method raises `ModelFailed` with the host's address and what was wrong.
    """

    def __init__(self, url: str, options: Options, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name = url
        self._options = options
        self._monotonic = monotonic
        self._client = ollama.AsyncClient(
            host=url,
            timeout=httpx.Timeout(options.read_seconds, connect=options.connect_seconds),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=32),
            follow_redirects=False,
            trust_env=False,
        )

    async def chat(self, request: ChatRequest, model: ModelDigest, *, think: bool) -> AsyncGenerator[ChatPiece, None]:
        """The reply in pieces; the last has the usage. Closing the generator stops the host."""
        ends_at = self._monotonic() + self._options.total_seconds
        thoughts, last = ThinkFilter(), None
        with self._errors_named():
            parts = await self._chat(request, model.name, think=think)
            async with aclosing(cast("AsyncGenerator[ollama.ChatResponse, None]", parts)) as stream:
                async for part in stream:
                    text = thoughts.feed(part.message.content or "")
                    if thoughts.unopened:
                        raise ModelFailed(self.name, "garbage")
                    if part.done:  # read on to the end of the body, or the connection is lost
                        last = ChatPiece(
                            text=text + thoughts.flush(), calls=_calls(part), usage=self._usage(part, model)
                        )
                    elif text or part.message.tool_calls:
                        yield ChatPiece(text=text, calls=_calls(part))
                    if self._monotonic() > ends_at:
                        raise ModelFailed(self.name, "timeout")
        if last is None:
            raise ModelFailed(self.name, "cut")
        yield last

    async def embed(self, texts: Sequence[str], model: str) -> tuple[Vector, ...]:
        """One vector per text, all of one length."""
        with self._errors_named():
            found = await self._client.embed(model=model, input=list(texts), keep_alive=self._options.keep_alive)
        vectors = tuple(tuple(map(float, one)) for one in found.embeddings)
        lengths = {len(one) for one in vectors}
        numbers = all(math.isfinite(number) for one in vectors for number in one)
        if len(vectors) != len(texts) or len(lengths) > 1 or 0 in lengths or not numbers:
            raise ModelFailed(self.name, "garbage")
        return vectors

    async def models(self) -> tuple[ModelDigest, ...]:
        """The models the host has."""
        with self._errors_named():
            listed = await self._client.list()
        return tuple(ModelDigest(name=one.model or "", digest=one.digest or "") for one in listed.models)

    async def capabilities(self, model: str) -> frozenset[str]:
        """What the host says the model can do: `completion`, `thinking`, `tools`, `embedding`."""
        with self._errors_named():
            shown = await self._client.show(model)
        return frozenset(shown.capabilities or ())

    async def pull(self, model: str) -> AsyncGenerator[Progress, None]:
        """Have the host download a model, and follow it."""
        with self._errors_named():
            parts = await self._client.pull(model, stream=True)
            async with aclosing(cast("AsyncGenerator[ollama.ProgressResponse, None]", parts)) as stream:
                async for part in stream:
                    yield Progress(
                        status=part.status or "",
                        digest=part.digest or "",
                        completed=part.completed or 0,
                        total=part.total or 0,
                    )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.close()  # type: ignore[no-untyped-call]  # it has no annotations

    async def _chat(self, request: ChatRequest, model: str, *, think: bool) -> AsyncIterator[ollama.ChatResponse]:
        return await self._client.chat(
            model=model,
            messages=[_message(one) for one in request.messages],
            tools=[
                {
                    "type": "function",
                    "function": {"name": one.name, "description": one.description, "parameters": dict(one.parameters)},
                }
                for one in request.tools
            ],
            stream=True,
            think=think,
            format=None if request.schema is None else dict(request.schema),
            options={
                "num_ctx": self._options.context_tokens,
                "num_predict": request.most_tokens,
                "temperature": self._options.temperature,
                "seed": self._options.seed,
            },
            keep_alive=self._options.keep_alive,
        )

    def _usage(self, part: ollama.ChatResponse, model: ModelDigest) -> ModelUsage:
        return ModelUsage(
            model=model,
            host=self.name,
            ended=part.done_reason or "stop",
            prompt_tokens=part.prompt_eval_count or 0,
            output_tokens=part.eval_count or 0,
            load_seconds=(part.load_duration or 0) / _NANOSECONDS,
            prompt_seconds=(part.prompt_eval_duration or 0) / _NANOSECONDS,
            output_seconds=(part.eval_duration or 0) / _NANOSECONDS,
        )

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        """Turn every way a host can fail into one error that never quotes what was asked or answered."""
        try:
            yield
        except ollama.ResponseError as error:
            kinds: Any = {_BAD_REQUEST: "refused", _NOT_FOUND: "missing"}
            raise ModelFailed(self.name, kinds.get(error.status_code, "status")) from None
        except (ConnectionError, httpx.ConnectError):
            raise ModelFailed(self.name, "connect") from None
        except httpx.TimeoutException:
            raise ModelFailed(self.name, "timeout") from None
        except httpx.HTTPError:
            raise ModelFailed(self.name, "cut") from None
        except (ValueError, TypeError, AttributeError):
            raise ModelFailed(self.name, "garbage") from None


def _message(message: ChatMessage) -> dict[str, Any]:
    """A message as Ollama takes it."""
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        sent["tool_calls"] = [
            {"function": {"name": one.name, "arguments": dict(one.arguments)}} for one in message.calls
        ]
    if message.tool:
        sent["tool_name"] = message.tool
    return sent


def _calls(part: ollama.ChatResponse) -> tuple[ToolCall, ...]:
    """The calls a part asks for."""
    return tuple(
        ToolCall(name=one.function.name, arguments=dict(one.function.arguments))
        for one in part.message.tool_calls or ()
    )
