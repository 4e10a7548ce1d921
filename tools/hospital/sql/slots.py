"""Finding slots: the search statement, and rows as domain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Row, Select, Text, bindparam, false, func, or_, select

from domain.clinical import DepartmentId
from domain.scheduling import HoldStatus, Period, PractitionerId, Slot, SlotId, SlotQuery, Title
from tools.hospital.sql.house import House
from tools.hospital.sql.places import FREE
from tools.hospital.sql.schema import departments, holds, practitioners, slots

# The standing holds of a slot that have run out and are not swept yet.
_LAPSED = select(holds.c.id).where(
    holds.c.slot_id == slots.c.id, holds.c.status == HoldStatus.HELD, holds.c.expires_at <= bindparam("now")
)
_ORDER = (slots.c.starts_at, slots.c.id)

SLOT_ROWS: Select[Any] = (
    select(
        slots,
        departments.c.name.label("department"),
        practitioners.c.name.label("doctor"),
        practitioners.c.title,
        _LAPSED.with_only_columns(func.count()).scalar_subquery().label("lapsed"),
    )
    .join(departments, departments.c.id == slots.c.department_id)
    .join(practitioners, practitioners.c.id == slots.c.practitioner_id)
)
"""Slots with the names a patient reads and how many of their held places are free again at `now`."""


_ASKED: Mapping[str, ColumnElement[bool]] = {
    "department_ids": slots.c.department_id.in_(bindparam("department_ids", expanding=True)),
    "practitioner_id": slots.c.practitioner_id == bindparam("practitioner_id"),
    "doctor": slots.c.practitioner_id.in_(
        select(practitioners.c.id).where(practitioners.c.name.startswith(bindparam("doctor", type_=Text), escape="/"))
    ),
    "expert": slots.c.expert == bindparam("expert"),
    "title": slots.c.practitioner_id.in_(select(practitioners.c.id).where(practitioners.c.title == bindparam("title"))),
    "first": slots.c.starts_at >= bindparam("first"),
    "period": slots.c.period == bindparam("period"),
    "max_fee_cents": slots.c.fee_cents <= bindparam("max_fee_cents"),
}
"""What a patient may ask of a slot; a doctor's name is the whole of it or its beginning: a surname."""


def matching(query: SlotQuery, house: House, now: datetime) -> tuple[Select[Any], dict[str, Any]]:
    """Slots open for booking that match, with places left, earliest first: the statement and what it runs with."""
    last = house.last_day(now) if query.last_date is None else min(query.last_date, house.last_day(now))
    asked = {
        "department_ids": query.department_ids or None,
        "practitioner_id": query.practitioner_id,
        "doctor": None if query.doctor is None else _escaped(query.doctor),
        "expert": query.expert,
        "title": query.title,
        "first": None if query.first_date is None else house.midnight(query.first_date),
        "period": query.period,
        "max_fee_cents": query.max_fee_cents,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    after = now if query.not_before is None else max(now, query.not_before)
    bounds = {"now": now, "after": after, "before": house.end_of(last), "limit": query.limit}
    return _statement(tuple(given)), given | bounds


@cache
def _statement(asked: tuple[str, ...]) -> Select[Any]:
    """The search for slots of which so much is asked; building it anew would cost more than running it."""
    chosen = (
        select(slots.c.id)
        .where(
            slots.c.starts_at > bindparam("after"),
            slots.c.starts_at < bindparam("before"),
            slots.c.stopped == false(),
            *(_ASKED[name] for name in asked),
            or_(FREE, _LAPSED.exists()),  # last: it is the dear one
        )
        .order_by(*_ORDER)
        .limit(bindparam("limit", type_=Integer))
        .subquery()
    )
    return SLOT_ROWS.join(chosen, chosen.c.id == slots.c.id).order_by(*_ORDER)


def _escaped(words: str) -> str:
    """`words` for a LIKE whose escape character is a slash."""
    return words.replace("/", "//").replace("%", "/%").replace("_", "/_")


def to_slot(row: Row[Any], zone: ZoneInfo) -> Slot:
    """A row of `SLOT_ROWS` as the patient sees it, in the hospital's own time."""
    return Slot(
        id=SlotId(row.id),
        department_id=DepartmentId(row.department_id),
        department=row.department,
        practitioner_id=PractitionerId(row.practitioner_id),
        doctor=row.doctor,
        title=Title(row.title),
        date=row.day,
        period=Period(row.period),
        start=row.starts_at.astimezone(zone).time(),
        end=row.ends_at.astimezone(zone).time(),
        fee_cents=row.fee_cents,
        left=row.capacity - row.sold - row.taken - row.held + row.lapsed,
        stopped=row.stopped,
    )
