"""What a session's stored events tell about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.clinical import Disposition, RuleId
from domain.session import InputId
from domain.turn import Escalated, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far an input came: whether it was ended, and the response that was begun for it, if any."""

    ended: bool = False
    response_id: str | None = None


def standing(events: Iterable[dict[str, Json]], input_id: str | None) -> Standing:
    """How far `input_id` came; without one, how far what the server said unasked in these events came.

    An error before acceptance or one that may be retried is no end.
    """
    found = Standing()
    for event in events:
        kind = event["type"]
        if kind == "input.accepted" and event["id"] == input_id:
            found = found if event["duplicate"] else Standing()
        elif event.get("in_reply_to") != input_id:
            continue
        elif kind == "response.created":
            response_id = event["response_id"]
            found = Standing(response_id=response_id if isinstance(response_id, str) else None)
        elif kind == "response.done" or (kind == "response.cancelled" and event["reason"] != "restarted"):
            found = Standing(ended=True)
        elif kind == "response.cancelled":
            found = Standing()
        elif kind == "error" and found.response_id is not None:
            found = Standing(ended=not event["retryable"])
    return found


def escalations(events: Iterable[dict[str, Json]]) -> tuple[tuple[InputId | None, Escalated], ...]:
    """The emergencies that were raised, each with the input it replied to."""
    return tuple(
        (
            InputId(event["in_reply_to"]) if isinstance(event["in_reply_to"], str) else None,
            Escalated(
                disposition=Disposition[str(event["disposition"])],
                rule_ids=tuple(RuleId(str(rule_id)) for rule_id in _items(event["rule_ids"])),
                text=str(event["text"]),
                phone=str(event["phone"]),
                crisis=bool(event["crisis"]),
            ),
        )
        for event in events
        if event["type"] == "escalation.raised"
    )


def last_number(events: Sequence[dict[str, Json]]) -> int:
    """The number of the latest response, 0 when there was none."""
    for event in reversed(events):
        if event["type"] == "response.created" and isinstance(number := event["number"], int):
            return number
    return 0


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
