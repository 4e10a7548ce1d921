"""Finding slots: the search statement, and rows as domain values."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, bindparam, false, func, or_, select, true

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


def matching(query: SlotQuery, house: House, now: datetime) -> Select[Any]:
    """Slots open for booking that match, with places left, earliest first; runs with `now`."""
    last = house.last_day(now) if query.last_date is None else min(query.last_date, house.last_day(now))
    conditions = [
        slots.c.starts_at > (now if query.not_before is None else max(now, query.not_before)),
        slots.c.starts_at < house.end_of(last),
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
    if query.title is not None:
        conditions.append(slots.c.practitioner_id.in_(_titled(query.title)))
    if query.first_date is not None:
        conditions.append(slots.c.starts_at >= house.midnight(query.first_date))
    if query.period is not None:
        conditions.append(slots.c.period == query.period)
    if query.max_fee_cents is not None:
        conditions.append(slots.c.fee_cents <= query.max_fee_cents)
    conditions.append(or_(FREE, _LAPSED.exists()))  # last: it is the dear one
    chosen = select(slots.c.id).where(*conditions).order_by(*_ORDER).limit(query.limit).subquery()
    return SLOT_ROWS.join(chosen, chosen.c.id == slots.c.id).order_by(*_ORDER)


def _named(doctor: str) -> Select[Any]:
    """Ids of the doctors with this name, or whose name begins so: a surname."""
    return select(practitioners.c.id).where(practitioners.c.name.startswith(doctor, autoescape=True))


def _titled(title: Title) -> Select[Any]:
    return select(practitioners.c.id).where(practitioners.c.title == title)


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
