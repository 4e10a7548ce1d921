"""Finding slots: the search statement, and rows as domain values."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select, true

from domain.clinical import DepartmentId
from domain.scheduling import Period, PractitionerId, Slot, SlotId, SlotQuery, Title
from tools.hospital.sql.schema import departments, holds, practitioners, slots

HELD = "held"
_EXPERTS = [title.value for title in Title if title.expert]


def lapsed_holds(now: datetime) -> ColumnElement[int]:
    """How many of a slot's held places belong to holds that have run out."""
    return (
        select(func.count())
        .select_from(holds)
        .where(holds.c.slot_id == slots.c.id, holds.c.status == HELD, holds.c.expires_at <= now)
        .scalar_subquery()
    )


def slot_rows(now: datetime) -> Select[Any]:
    """Slots with the names a patient reads and the places left at `now`."""
    return (
        select(
            slots,
            departments.c.name.label("department"),
            practitioners.c.name.label("doctor"),
            practitioners.c.title,
            lapsed_holds(now).label("lapsed"),
        )
        .join(departments, departments.c.id == slots.c.department_id)
        .join(practitioners, practitioners.c.id == slots.c.practitioner_id)
    )


def matching(query: SlotQuery, now: datetime) -> Select[Any]:
    """Slots with places left that match, earliest first; a slot that has begun is past."""
    begin = now if query.not_before is None else max(now, query.not_before)
    free = slots.c.sold + slots.c.taken + slots.c.held < slots.c.capacity
    conditions = [
        slots.c.stopped == false(),
        slots.c.starts_at > begin,
        or_(free, lapsed_holds(now) > 0),
        slots.c.practitioner_id.in_(_doctors(query)),
    ]
    if query.department_ids:
        conditions.append(slots.c.department_id.in_(query.department_ids))
    if query.first_date is not None:
        conditions.append(slots.c.day >= query.first_date)
    if query.last_date is not None:
        conditions.append(slots.c.day <= query.last_date)
    if query.period is not None:
        conditions.append(slots.c.period == query.period)
    if query.max_fee_cents is not None:
        conditions.append(slots.c.fee_cents <= query.max_fee_cents)
    return slot_rows(now).where(*conditions).order_by(slots.c.starts_at, slots.c.id).limit(query.limit)


def _doctors(query: SlotQuery) -> Select[Any]:
    """Ids of the doctors who match; `doctor` is a name or its beginning, a surname."""
    found = select(practitioners.c.id).where(practitioners.c.active == true())
    if query.practitioner_id is not None:
        found = found.where(practitioners.c.id == query.practitioner_id)
    if query.doctor is not None:
        found = found.where(practitioners.c.name.startswith(query.doctor, autoescape=True))
    if query.expert is not None:
        is_expert = practitioners.c.title.in_(_EXPERTS)
        found = found.where(is_expert if query.expert else ~is_expert)
    return found


def to_slot(row: Row[Any], zone: ZoneInfo) -> Slot:
    """A row of `slot_rows` as the patient sees it, in the hospital's own time."""
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
