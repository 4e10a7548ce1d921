"""What happens to a case in the transaction of its cause: a turn, a request for a person, a failure.

Whoever locks several things takes the head of the audit chain first, then the case, then the request for a person.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update

from archive.columns import if_new, run
from archive.desk_schema import cases
from domain.clinical import Disposition
from domain.desk import Cause, Urgency

SAMPLED_OF_HUNDRED = 2
"""Conversations in a hundred that are reviewed whatever happened in them."""

_MINE = cases.c.session_id == bindparam("session")
_TOUCH = (
    update(cases)
    .where(_MINE)
    .values(last_at=bindparam("new_last"), messages=cases.c.messages + bindparam("more", type_=cases.c.messages.type))
)
_RISES = cases.c.urgency < bindparam("to", type_=cases.c.urgency.type)
_RAISE = (
    update(cases)
    .where(_MINE)
    .values(
        urgency=case((_RISES, bindparam("to", type_=cases.c.urgency.type)), else_=cases.c.urgency),
        since=case((_RISES, bindparam("at", type_=cases.c.since.type)), else_=cases.c.since),
        opened_at=case((_RISES, None), else_=cases.c.opened_at),
        opened_by=case((_RISES, None), else_=cases.c.opened_by),
        handled_at=case((_RISES, None), else_=cases.c.handled_at),
        reason=case((_RISES, bindparam("why", type_=cases.c.reason.type)), else_=cases.c.reason),
        crisis=or_(cases.c.crisis, bindparam("is_crisis", type_=cases.c.crisis.type)),
        escalated=or_(cases.c.escalated, bindparam("is_emergency", type_=cases.c.escalated.type)),
    )
)
_LOCK = select(cases.c.session_id).where(_MINE).with_for_update()
_JUDGED = update(cases).where(_MINE).values(disposition=bindparam("judged"))


def begin(connection: Connection, session_id: str, now: datetime) -> None:
    """The session's case, made with its first turn or request."""
    row: dict[str, Any] = {
        "session_id": session_id,
        "urgency": Urgency.NONE,
        "crisis": False,
        "disposition": "",
        "reason": "",
        "since": now,
        "last_at": now,
        "messages": 0,
        "claim": 0,
        "escalated": False,
        "unclear": False,
        "negative": False,
        "sampled": is_sampled(session_id),
        "rated": False,
    }
    run(connection, if_new(cases, connection.dialect.name), row)


def take(connection: Connection, session_id: str, now: datetime) -> None:
    """Lock the session's case, made if there is none, until the write transaction ends."""
    begin(connection, session_id, now)
    connection.execute(_LOCK, {"session": session_id})


def touch(connection: Connection, session_id: str, now: datetime, *, messages: int) -> None:
    """So many messages were stored."""
    begin(connection, session_id, now)
    run(connection, _TOUCH, {"session": session_id, "new_last": now, "more": messages})


def judge(connection: Connection, session_id: str, disposition: Disposition, now: datetime) -> None:
    """A turn judged; an emergency makes the case red until a person closes it."""
    run(connection, _JUDGED, {"session": session_id, "judged": disposition.name})
    if disposition >= Disposition.ED_NOW:
        lift(connection, session_id, Urgency.RED, Cause.ESCALATION, now)


def lift(connection: Connection, session_id: str, urgency: Urgency, cause: Cause, now: datetime) -> None:
    """Make the case at least so urgent; what is as urgent already keeps its age, its reader and its reason."""
    values = {
        "session": session_id,
        "to": int(urgency),
        "at": now,
        "why": cause.value,
        "is_crisis": cause is Cause.CRISIS,
        "is_emergency": urgency is Urgency.RED,
    }
    connection.execute(_RAISE, values)


def settle(connection: Connection, session_id: str) -> None:
    """The patient waits for nobody any more; an emergency stays until a person closes it."""
    waiting = and_(cases.c.session_id == session_id, cases.c.urgency == int(Urgency.YELLOW))
    connection.execute(update(cases).where(waiting).values(urgency=int(Urgency.NONE)))


def is_sampled(session_id: str) -> bool:
    """Whether a conversation is among those reviewed at random; the same answer on every replica."""
    return int.from_bytes(hashlib.sha256(session_id.encode()).digest()[:4]) % 100 < SAMPLED_OF_HUNDRED
