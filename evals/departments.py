"""`banyi eval departments`: the department from a first sentence alone.

One JSON object a line: `id`, `text`, `best`, `acceptable` (department ids), `routable`, `urgent`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from domain.clinical import DepartmentId
from evals.statistics import Share


class Sentence(BaseModel):
    """A patient's first sentence and the departments that would do."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    best: str | None = None
    acceptable: tuple[str, ...] = ()
    routable: bool = True
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentReport:
    """Over the routable sentences; `unanswered` got no department at all."""

    sentences: int
    top1: Share
    top3: Share
    best: Share
    unanswered: Share
    wrong: tuple[str, ...]


def report(sentences: Iterable[Sentence], route: Callable[[str], tuple[DepartmentId, ...]]) -> DepartmentReport:
    """Route every routable sentence; a hit is any of its acceptable departments."""
    routable = [one for one in sentences if one.routable]
    routed = [(one, route(one.text)) for one in routable]

    def share(hits: Iterable[bool]) -> Share:
        return Share(hits=sum(hits), total=len(routed))

    return DepartmentReport(
        sentences=len(routed),
        top1=share(bool(ids) and ids[0] in one.acceptable for one, ids in routed),
        top3=share(any(found in one.acceptable for found in ids[:3]) for one, ids in routed),
        best=share(bool(ids) and ids[0] == one.best for one, ids in routed),
        unanswered=share(not ids for _, ids in routed),
        wrong=tuple(one.id for one, ids in routed if not ids or ids[0] not in one.acceptable),
    )
