"""Finding slots: the search statement, and rows as domain values."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, bindparam, false, func, or_, select, true

from domain.clinical import DepartmentId
from domain.scheduling import Period, PractitionerId, Slot, SlotId, SlotQuery, Title
from tools.hospital.sql.schema import departments, holds, practitioners, slots

HELD = "held"


# The standing holds of a slot that have run out and are not swept yet.
_LAPSED = select(holds.c.id).where(
    holds.c.slot_id == slots.c.id, holds.c.status == HELD, holds.c.expires_at <= bindparam("now")
)
_FREE = slots.c.sold + slots.c.taken + slots.c.held < slots.c.capacity
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


def matching(query: SlotQuery, now: datetime, zone: ZoneInfo) -> Select[Any]:
    """Slots with places left that match, earliest first; a slot that has begun is past. Runs with `now`."""
    conditions = [
        slots.c.starts_at > (now if query.not_before is None else max(now, query.not_before)),
        slots.c.stopped == false(),
    ]
    if query.department_ids:
        conditions.append(slots.c.department_id.in_(query.department_ids))
    if query.practitioner_id is not None:
        conditions.append(slots.c.practitioner_id == query.practitioner_id)
    if query.doctor is not None:
        conditions.append(slots.c.practitioner_id.in_(_named(query.doctor)))
    if query.expert is not None:
        conditions.append(slots.c.expert == (true() if query.expert else false()))
    if query.first_date is not None:
        conditions.append(slots.c.starts_at >= datetime.combine(query.first_date, time.min, tzinfo=zone))
    if query.last_date is not None:
        after = query.last_date + timedelta(days=1)
        conditions.append(slots.c.starts_at < datetime.combine(after, time.min, tzinfo=zone))
    if query.period is not None:
        conditions.append(slots.c.period == query.period)
    if query.max_fee_cents is not None:
        conditions.append(slots.c.fee_cents <= query.max_fee_cents)
    conditions.append(or_(_FREE, _LAPSED.exists()))  # last: it is the dear one
    chosen = select(slots.c.id).where(*conditions).order_by(*_ORDER).limit(query.limit).subquery()
    return SLOT_ROWS.join(chosen, chosen.c.id == slots.c.id).order_by(*_ORDER)


def _named(doctor: str) -> Select[Any]:
    """Ids of the doctors with this name, or whose name begins so: a surname."""
    return select(practitioners.c.id).where(practitioners.c.name.startswith(doctor, autoescape=True))


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
