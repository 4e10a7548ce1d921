"""The ladder: what the models of one host can do, found by trying.

Every model is tried with thinking on and off, in plain text and with a JSON Schema, in Chinese; one that says it
calls tools is given one, asked as it answers text best. A rung works when the reply has the right shape, is Chinese
or understood the Chinese, shows no thinking, and comes in the time a turn has for it; loading the weights does not
count.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.model.budgets import BUDGETS, Budgets
from agent.model.mode import Mode
from agent.model.places import Host
from domain.errors import ModelFailed
from domain.model import ChatMessage, ChatRequest, ModelDigest, ModelUsage, ToolCall, ToolOffer

Verdict = Literal["works", "slow", "broken", "failed"]

RUNG_SECONDS: Final = 60.0
"""A rung that is not done by then failed."""
MOST_TOKENS: Final = 512
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_HAN_SHARE: Final = 0.6


class _Reading(BaseModel):
    """What the schema rungs ask for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    symptom: Literal["头痛", "腹痛", "咳嗽"]
    days: int


_TEXT: Final = (
    ChatMessage(role="system", content="你是医院的导诊助手，只用中文回答。"),
    ChatMessage(role="user", content="请用一句中文告诉病人：看病时请带好身份证和医保卡。"),
)
_SCHEMA: Final = (
    ChatMessage(
        role="system",
        content='读病人的话，只输出 JSON，例如 {"symptom": "咳嗽", "days": 5}。symptom 只能是：头痛、腹痛、咳嗽。',
    ),
    ChatMessage(role="user", content="<病人的话>我肚子疼，已经两天了</病人的话>"),
)


_TOOL: Final = ToolOffer(
    name="departments",
    description="查本院有哪些科室、在哪里",
    parameters={
        "type": "object",
        "properties": {"name": {"type": "string", "description": "科室名里的字"}},
        "required": ["name"],
    },
)
_TOOLS: Final = (
    ChatMessage(role="system", content="你是医院的导诊助手。医院的信息只能用工具查，不知道的先查再答。"),
    ChatMessage(role="user", content="<病人的话>请问骨科在几楼？</病人的话>"),
)
_ASKED_FOR: Final = "骨"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One try. `detail` says why it does not work: a failure's kind, `shape` or `empty`; `tools` that one was given.

    `chinese` is whether the text was Chinese, or the Chinese was understood. `first_seconds` is until the first
    piece shown, `seconds` until the end, both without loading the weights.
    """

    model: str
    think: bool
    schema: bool
    verdict: Verdict
    detail: str = ""
    chinese: bool = False
    first_seconds: float = 0.0
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    tools: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed:
    """A host's whole ladder and the mode it comes to. `models` are what the host had then."""

    host: str
    mode: Mode
    rungs: tuple[Rung, ...] = ()
    models: frozenset[ModelDigest] = field(default_factory=frozenset)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which models are to be used: the first of `models` that answers well, and the embedder."""

    models: tuple[str, ...]
    embedder: str


async def climb(host: Host, wanted: Wanted, *, monotonic: Callable[[], float], budgets: Budgets = BUDGETS) -> Climbed:
    """Try everything on one host, one thing after the other.

    Raises:
        ModelFailed: the host does not say what it has.
    """
    served = await host.models()
    rungs: list[Rung] = []
    mode = Mode()
    found = [digest for name in wanted.models if (digest := _named(served, name)) is not None]
    for digest in found:
        tried = [
            await _try(host, digest, think=think, schema=schema, monotonic=monotonic, budgets=budgets)
            for schema in (False, True)
            for think in (False, True)
        ]
        for_text = _best(tried, schema=False)
        if for_text is not None and "tools" in await host.capabilities(digest.name):
            tried.append(await _try(host, digest, think=for_text, tools=True, monotonic=monotonic, budgets=budgets))
        rungs += tried
        if not mode.answers:
            mode = Mode(
                model=digest,
                think_for_text=for_text,
                think_for_schema=_best(tried, schema=True),
                tools=any(rung.tools and rung.verdict == "works" for rung in tried),
            )
    mode = Mode(
        model=mode.model if mode.answers else None,
        think_for_text=mode.think_for_text,
        think_for_schema=mode.think_for_schema,
        tools=mode.tools,
        embedder=_named(served, wanted.embedder),
    )
    names = (*wanted.models, wanted.embedder)
    return Climbed(
        host=host.name,
        mode=mode,
        rungs=tuple(rungs),
        models=frozenset(served),
        missing=tuple(name for name in names if _named(served, name) is None),
    )


def _named(served: tuple[ModelDigest, ...], name: str) -> ModelDigest | None:
    """The model of that name; without a tag `latest` is meant."""
    full = name if ":" in name else f"{name}:latest"
    return next((one for one in served if one.name in {name, full}), None)


def _best(rungs: list[Rung], *, schema: bool) -> bool | None:
    """With which `think` it works, without rather than with; `None` when neither does."""
    working = [rung.think for rung in rungs if rung.schema is schema and not rung.tools and rung.verdict == "works"]
    return min(working, default=None)


async def _try(
    host: Host,
    model: ModelDigest,
    *,
    think: bool,
    schema: bool = False,
    tools: bool = False,
    monotonic: Callable[[], float],
    budgets: Budgets,
) -> Rung:
    request = ChatRequest(
        messages=_SCHEMA if schema else _TOOLS if tools else _TEXT,
        schema=_Reading.model_json_schema() if schema else None,
        tools=(_TOOL,) if tools else (),
        most_tokens=MOST_TOKENS,
    )
    failed = partial(Rung, model=model.name, think=think, schema=schema, tools=tools, verdict="failed")
    since, first, text, usage = monotonic(), None, "", None
    calls: list[ToolCall] = []
    try:
        async with asyncio.timeout(RUNG_SECONDS), aclosing(host.chat(request, model, think=think)) as pieces:
            async for piece in pieces:
                first = monotonic() if first is None and piece.text.strip() else first
                text += piece.text
                calls += piece.calls
                usage = piece.usage or usage
    except ModelFailed as failure:
        return failed(detail=failure.kind)
    except TimeoutError:
        return failed(detail="timeout")
    ended = monotonic()
    load = usage.load_seconds if usage else 0.0
    first_seconds, seconds = max((first or ended) - since - load, 0.0), max(ended - since - load, 0.0)
    detail, chinese = _judge_calls(calls) if tools else _judge(text, schema=schema)
    late = seconds > budgets.understanding_seconds if schema else first_seconds > budgets.first_sentence_seconds
    return Rung(
        model=model.name,
        think=think,
        schema=schema,
        tools=tools,
        verdict="broken" if detail or not chinese else "slow" if late else "works",
        detail=detail,
        chinese=chinese,
        first_seconds=round(first_seconds, 3),
        seconds=round(seconds, 3),
        tokens_per_second=round(_speed(usage), 1),
    )


def _speed(usage: ModelUsage | None) -> float:
    return usage.tokens_per_second if usage else 0.0


def _judge_calls(calls: list[ToolCall]) -> tuple[str, bool]:
    """What is wrong with the calls of a reply, and whether they ask for the department that was meant."""
    if not calls:
        return "empty", False
    if any(call.name != _TOOL.name for call in calls):
        return "shape", False
    return "", any(_ASKED_FOR in str(call.arguments.get("name", "")) for call in calls)


def _judge(text: str, *, schema: bool) -> tuple[str, bool]:
    """What is wrong with a reply (nothing: empty), and whether its Chinese is right."""
    if not text.strip():
        return "empty", False
    if not schema:
        han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
        return "", han > 0 and han / (han + latin) >= _HAN_SHARE
    try:
        reading = _Reading.model_validate_json(text)
    except ValidationError:
        return "shape", False
    return "", (reading.symptom, reading.days) == ("腹痛", 2)
