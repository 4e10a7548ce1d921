"""Lets a model that can call tools look things up before it answers: a few rounds, reading tools only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from langchain_core.tools import StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from agent.answers.evidence import Evidence
from agent.model.counsel import Counsel
from agent.model.data import Block
from domain.errors import BanyiError
from domain.model import ChatMessage, ToolCall, ToolOffer
from domain.model_call import ModelPurpose
from domain.turn import Source
from prompts.loader import Filled
from tools.lookups import NOTHING

log = structlog.get_logger(__name__)

MOST_ROUNDS: Final = 3
MOST_CALLS: Final = 4
"""Calls answered in a round."""
NO_SUCH_TOOL: Final = "没有这个查询。"
LIVE: Final = ""
"""The id of a source that is no page of the guide."""
TITLE: Final = "医院实时查询"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How the rounds ended: with a reply already written, or with what is to be put to the model next."""

    reply: str
    messages: tuple[ChatMessage, ...]


def offers(tools: Sequence[StructuredTool]) -> tuple[ToolOffer, ...]:
    """The tools as they are offered to a model."""
    described: list[dict[str, Any]] = [convert_to_openai_tool(tool)["function"] for tool in tools]
    return tuple(
        ToolOffer(name=one["name"], description=one["description"], parameters=one["parameters"]) for one in described
    )


async def look_up(
    counsel: Counsel,
    filled: Filled,
    messages: tuple[ChatMessage, ...],
    *,
    tools: Sequence[StructuredTool],
    evidence: Evidence,
) -> Looked:
    """Answer the model's calls, round after round; every result becomes evidence with a number.

    Raises:
        Unavailable: as `Counsel.whole`.
    """
    offered = offers(tools)
    by_name = {tool.name: tool for tool in tools}
    for _ in range(MOST_ROUNDS):
        reply = await counsel.whole(
            ModelPurpose.ANSWER,
            filled,
            *messages,
            tools=offered,
            seconds=counsel.budgets.first_sentence_seconds,
        )
        if not reply.calls:
            return Looked(reply=reply.text, messages=messages)
        calls = reply.calls[:MOST_CALLS]
        results = [
            ChatMessage(role="tool", content=await _result(call, by_name, evidence), tool=call.name) for call in calls
        ]
        messages = (*messages, ChatMessage(role="assistant", content="", calls=calls), *results)
    return Looked(reply="", messages=messages)


async def _result(call: ToolCall, tools: dict[str, StructuredTool], evidence: Evidence) -> str:
    """What a call comes to: a numbered block, or words that say there is nothing."""
    tool = tools.get(call.name)
    if tool is None:
        return NO_SUCH_TOOL
    try:
        found = str(await tool.ainvoke(dict(call.arguments)))
    except (ValidationError, BanyiError) as error:
        log.warning("lookup_failed", tool=tool.name, kind=type(error).__name__)
        return NOTHING
    return evidence.add(Block.RESULT, found, Source(id=LIVE, title=TITLE, section=tool.description))
