"""The cards and words of a follow-up."""

from __future__ import annotations

from collections.abc import Sequence

from agent.cards import ANSWER, action, option_value, options
from domain.diary import Measure, Observation
from domain.session import Pending
from domain.turn import Json
from knowledge.follow_up import Item
from tools.follow_up.readings import LABELS, series

START = "follow_up"
"""Action of a tap that begins or goes on with a follow-up."""
SHOWN_POINTS = 60


def questionnaire(pending: Pending, item: Item, *, index: int, total: int) -> dict[str, Json]:
    """One question of a follow-up, the `index`-th of `total`."""
    return {
        "type": "questionnaire",
        "id": pending.subject,
        "text": pending.question,
        "item": {
            "question_id": item.id,
            "text": pending.question,
            "kind": "scale" if item.measure == "pain" else item.type.value,
            "options": options(pending),
            "remaining": max(total - index, 0),
        },
        "index": index,
        "total": total,
        "actions": [action(option.label, ANSWER, option_value(pending, option)) for option in pending.options],
    }


def trend(title: str, text: str, readings: Sequence[Observation]) -> dict[str, Json]:
    """Home readings as points of time and value, each measure oldest first."""
    drawn: list[Json] = [
        {
            "measure": measure.value,
            "label": LABELS[measure],
            "unit": measure.unit,
            "points": [{"at": at.isoformat(), "value": value} for at, value in points[-SHOWN_POINTS:]],
        }
        for measure, points in series(readings)
    ]
    return {"type": "trend", "title": title, "text": text, "series": drawn, "actions": []}


def latest(readings: Sequence[Observation]) -> str:
    """The newest value of each measure in words: 「高压150 mmHg（6次，122–150）」."""
    return "；".join(_line(measure, [value for _, value in points]) for measure, points in series(readings))


def _line(measure: Measure, values: list[float]) -> str:
    ranged = f"（{len(values)}次，{min(values):g}–{max(values):g}）" if len(values) > 1 else ""
    return f"{LABELS[measure]}{values[-1]:g} {measure.unit}{ranged}"


def within(hours: float) -> str:
    """How soon the staff acts, as patients read it."""
    if hours <= 1:
        return "马上"
    if hours <= 8:  # noqa: PLR2004 a working day
        return "今天"
    if hours <= 24:  # noqa: PLR2004 hours of a day
        return "24小时内"
    return "48小时内" if hours <= 48 else "两周内"  # noqa: PLR2004 hours of two days
