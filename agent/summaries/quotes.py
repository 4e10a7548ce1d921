"""What a model picked from the patient's words, taken over only where it stands there word for word. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.model.data import Block, block, masked
from agent.safety.injection import inspect
from agent.summaries.lines import Line

SHORTEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A stretch of the patient's message number `turn`; `start` is its offset there."""

    turn: int
    quote: str
    start: int


def numbered(lines: Sequence[Line], kind: Block = Block.DIALOGUE) -> str:
    """The patient's messages as data, each with its number and the question before it."""
    told = [f"第{line.turn}句：{line.text}" + (f"（回答：{line.asked}）" if line.asked else "") for line in lines]
    return block(kind, "\n".join(told))


def standing(turn: int, quote: str, lines: Sequence[Line]) -> Quoted | None:
    """The quote as it stands in its message; nothing when it does not, when it is too short or meant for a machine.

    The model was shown names starred out; their place shows the patient's own characters.
    """
    wanted = quote.strip()
    line = next((one for one in lines if one.turn == turn), None)
    if line is None or len(wanted) < SHORTEST or inspect(line.text).tricks:
        return None
    start = line.text.find(wanted)
    start = masked(line.text).find(wanted) if start < 0 else start
    return None if start < 0 else Quoted(turn=turn, quote=line.text[start : start + len(wanted)], start=start)
