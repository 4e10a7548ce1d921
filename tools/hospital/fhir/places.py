"""Places of a clinic: one FHIR Slot each. Slots of one Schedule with one start are what a patient calls one time.

A hold is `busy-tentative` with the moment it runs out; from then on its place counts as free, swept or not.
A stopped clinic is `busy-unavailable`, booked places included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.errors import NotFound
from domain.scheduling import Period, Slot, SlotId, SlotStatus
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.resources import Resource, extension, reference_id, with_extension
from tools.hospital.fhir.roster import Roster

NOON = 12
_SLOT_ID = re.compile(r"([A-Za-z0-9\-.]{1,64})@(\d{8}T\d{4}Z)")
_STAMP = "%Y%m%dT%H%MZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """One bookable time with its places, lowest number first."""

    slot: Slot
    starts_at: datetime
    places: tuple[Resource, ...]

    @property
    def stopped(self) -> bool:
        """Whether the hospital stopped it."""
        return self.slot.stopped


def slot_id(schedule_id: str, starts_at: datetime) -> SlotId:
    """The id of the time that a Schedule has at a start."""
    return SlotId(f"{schedule_id}@{starts_at.astimezone(UTC).strftime(_STAMP)}")


def of_slot_id(given: SlotId) -> dict[str, str]:
    """The search for the places of a time.

    Raises:
        NotFound: it is no such id.
    """
    matched = _SLOT_ID.fullmatch(given)
    if matched is None:
        raise NotFound("slot")
    starts_at = datetime.strptime(matched[2], _STAMP).replace(tzinfo=UTC)
    return {"schedule": f"Schedule/{matched[1]}", "start": starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def own_slot_id(place: Resource) -> SlotId:
    """The id of the time a place belongs to."""
    return slot_id(_schedule_id(place), moment(place["start"]))


def moment(text: Any) -> datetime:
    """An instant of FHIR.

    Raises:
        HospitalFailed: it is none.
    """
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise HospitalFailed("garbage", "not an instant") from error
    if parsed.tzinfo is None:
        raise HospitalFailed("garbage", "an instant without its zone")
    return parsed


def times(
    places: Iterable[Resource], schedules: Map[str, Resource], roster: Roster, mapping: Mapping, now: datetime
) -> list[Time]:
    """The times that places make up, earliest first; those of departments the mapping leaves out are not there."""
    together: dict[SlotId, list[Resource]] = {}
    for place in places:
        if place["status"] != "entered-in-error":
            together.setdefault(own_slot_id(place), []).append(place)
    made = (_time(group, schedules, roster, mapping, now) for group in together.values())
    return sorted((one for one in made if one), key=lambda one: (one.starts_at, one.slot.id))


def free(place: Resource, mapping: Mapping, now: datetime) -> bool:
    """Whether the place can be taken: free, or held until a moment that is over."""
    if place["status"] == SlotStatus.FREE:
        return True
    until = extension(place, mapping.extensions.hold_until)
    return place["status"] == SlotStatus.BUSY_TENTATIVE and until is not None and moment(until) <= now


def number(place: Resource, mapping: Mapping) -> int:
    """The queue number of a place.

    Raises:
        HospitalFailed: it has none.
    """
    found = extension(place, mapping.extensions.number)
    if not isinstance(found, int):
        raise HospitalFailed("garbage", "Slot has no queue number")
    return found


def put(place: Resource, status: SlotStatus, mapping: Mapping, *, until: datetime | None = None) -> Resource:
    """A copy of a place with another status; one that is stopped stays so."""
    kept = SlotStatus.BUSY_UNAVAILABLE if place["status"] == SlotStatus.BUSY_UNAVAILABLE else status
    value = None if until is None else {"valueDateTime": until.isoformat()}
    return with_extension(place, mapping.extensions.hold_until, value) | {"status": kept.value}


def _time(
    group: list[Resource], schedules: Map[str, Resource], roster: Roster, mapping: Mapping, now: datetime
) -> Time | None:
    first = group[0]
    schedule = schedules.get(_schedule_id(first))
    if schedule is None:
        raise HospitalFailed("garbage", "Slot.schedule was not included")
    roles = [reference_id(actor, "PractitionerRole") for actor in schedule["actor"]]
    doctor = next((roster.roles[role] for role in roles if role is not None and role in roster.roles), None)
    if doctor is None:
        return None
    start, end = moment(first["start"]).astimezone(mapping.zone), moment(first["end"]).astimezone(mapping.zone)
    stopped = any(place["status"] == SlotStatus.BUSY_UNAVAILABLE for place in group)
    slot = Slot(
        id=own_slot_id(first),
        department_id=doctor.department_id,
        department=roster.departments[doctor.department_id].name,
        practitioner_id=doctor.id,
        doctor=doctor.name,
        title=doctor.title,
        date=start.date(),
        period=Period.MORNING if start.hour < NOON else Period.AFTERNOON,
        start=start.time(),
        end=end.time(),
        fee_cents=_fee_cents(schedule, mapping),
        left=sum(free(place, mapping, now) for place in group),
        stopped=stopped,
    )
    ordered = sorted(group, key=lambda place: number(place, mapping))
    return Time(slot=slot, starts_at=start, places=tuple(ordered))


def _schedule_id(place: Resource) -> str:
    found = reference_id(place["schedule"], "Schedule")
    if found is None:
        raise HospitalFailed("garbage", "Slot.schedule is no Schedule")
    return found


def _fee_cents(schedule: Resource, mapping: Mapping) -> int:
    fee = extension(schedule, mapping.extensions.fee)
    try:
        if fee["currency"] == "CNY":
            return int(Decimal(str(fee["value"])) * 100)
    except (KeyError, TypeError, InvalidOperation):
        pass
    raise HospitalFailed("garbage", "Schedule has no fee in CNY")
