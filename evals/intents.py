"""`banyi eval intents`: what a patient wants, from one message. One JSON object a line: `id`, `text`, `intents`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from evals.statistics import Share


class Wish(BaseModel):
    """A message and the intents it carries, in any order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    intents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReport:
    """`exact`: all intents and no other; `missed` and `invented` count intents by id."""

    messages: int
    exact: Share
    precision: Share
    recall: Share
    missed: dict[str, int]
    invented: dict[str, int]


def report(wishes: Iterable[Wish], read: Callable[[str], frozenset[str]]) -> IntentReport:
    """Read every message and compare."""
    compared = [(one.intents, read(one.text)) for one in wishes]
    hits = sum(len(wanted & found) for wanted, found in compared)
    return IntentReport(
        messages=len(compared),
        exact=Share(hits=sum(wanted == found for wanted, found in compared), total=len(compared)),
        precision=Share(hits=hits, total=sum(len(found) for _, found in compared)),
        recall=Share(hits=hits, total=sum(len(wanted) for wanted, _ in compared)),
        missed=dict(Counter(name for wanted, found in compared for name in sorted(wanted - found))),
        invented=dict(Counter(name for wanted, found in compared for name in sorted(found - wanted))),
    )
