"""`banyi eval screen`: what the emergency screen makes of first messages.

One JSON object a line: `id`, `text`, `kind` (`emergency`, `scary`: only sounds like one, `ordinary`: a complaint
that can wait) and `acceptable`, for scary ones `ask` when one question about danger would be understandable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.clinical import Screening
from evals.statistics import Share

LEVELS = (6.0, 8.0, 14.0)
"""Log-odds at which resemblance alone is reported."""


class FirstMessage(BaseModel):
    """What somebody says first."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    kind: Literal["emergency", "scary", "ordinary"]
    acceptable: Literal["none", "ask"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenReport:
    """Shares of the messages of a kind.

    An emergency is `found` when a flag acts or asks, or the wording alarms. Of scary messages `scary_acted` calls
    an ambulance or the emergency department at once, `scary_asked` asks where even a question is silly.
    `resembling` gives, for each level, the share of each kind that resemblance alone finds.
    """

    messages: int
    found: Share
    acted: Share
    asked: Share
    alarmed: Share
    scary_acted: Share
    scary_asked: Share
    scary_alarmed: Share
    ordinary_acted: Share
    ordinary_alarmed: Share
    resembling: dict[str, dict[str, Share]]
    missed: tuple[str, ...]


def report(
    messages: Iterable[FirstMessage], screen: Callable[[str], Screening], resembles: Callable[[str], float]
) -> ScreenReport:
    """Screen every message; `resembles` gives its log-odds of being an emergency's."""
    seen = [(one, screen(one.text), resembles(one.text)) for one in messages]
    emergencies = [(one, found) for one, found, _ in seen if one.kind == "emergency"]
    scary = [(one, found) for one, found, _ in seen if one.kind == "scary"]
    ordinary = [(one, found) for one, found, _ in seen if one.kind == "ordinary"]
    return ScreenReport(
        messages=len(seen),
        found=_share(_noticed(found) for _, found in emergencies),
        acted=_share(found.certain is not None for _, found in emergencies),
        asked=_share(found.to_confirm is not None for _, found in emergencies),
        alarmed=_share(found.alarm > 0 for _, found in emergencies),
        scary_acted=_share(found.certain is not None for _, found in scary),
        scary_asked=_share(found.to_confirm is not None and one.acceptable == "none" for one, found in scary),
        scary_alarmed=_share(found.alarm > 0 for _, found in scary),
        ordinary_acted=_share(found.certain is not None for _, found in ordinary),
        ordinary_alarmed=_share(found.alarm > 0 for _, found in ordinary),
        resembling={
            f"{level:g}": {
                kind: _share(score >= level for one, _, score in seen if one.kind == kind)
                for kind in ("emergency", "scary", "ordinary")
            }
            for level in LEVELS
        },
        missed=tuple(one.id for one, found in emergencies if not _noticed(found)),
    )


def _noticed(found: Screening) -> bool:
    return bool(found.flags) or found.alarm > 0


def _share(hits: Iterable[bool]) -> Share:
    counted: Sequence[bool] = list(hits)
    return Share(hits=sum(counted), total=len(counted))
