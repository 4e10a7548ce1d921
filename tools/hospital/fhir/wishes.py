"""A search for slots: what the hospital's system narrows down, and what is left to look at here."""

from __future__ import annotations

from datetime import UTC, datetime, time

from domain.scheduling import Practitioner, SlotQuery
from tools.hospital.fhir.booking import House
from tools.hospital.fhir.places import Time
from tools.hospital.fhir.roster import Roster


def search_of(query: SlotQuery, roster: Roster, house: House, now: datetime) -> dict[str, str | list[str]] | None:
    """The parameters of the Slot search; nothing when no doctor or day can match."""
    roles = [role for role, doctor in roster.roles.items() if _wanted(query, doctor, roster)]
    first, beyond = now, house.horizon(now)
    if query.not_before is not None:
        first = max(first, query.not_before)
    if query.first_date is not None:
        first = max(first, datetime.combine(query.first_date, time.min, tzinfo=house.zone))
    if query.last_date is not None:
        beyond = min(beyond, datetime.combine(query.last_date, time.max, tzinfo=house.zone))
    if not roles or first >= beyond:
        return None
    return {
        "status": "free,busy-tentative,busy-unavailable",
        "start": [f"ge{_instant(first)}", f"lt{_instant(beyond)}"],
        "schedule.actor": ",".join(f"PractitionerRole/{role}" for role in roles),
        "_sort": "start",
    }


def matches(query: SlotQuery, found: Time, now: datetime) -> bool:
    """Whether a time that the hospital's system found is one the patient wants and can take."""
    slot = found.slot
    after = now if query.not_before is None else max(now, query.not_before)
    return (
        slot.left > 0
        and not found.stopped
        and found.starts_at > after
        and (query.period is None or slot.period is query.period)
        and (query.max_fee_cents is None or slot.fee_cents <= query.max_fee_cents)
    )


def _wanted(query: SlotQuery, doctor: Practitioner, roster: Roster) -> bool:
    return (
        roster.departments[doctor.department_id].bookable
        and (not query.department_ids or doctor.department_id in query.department_ids)
        and (query.practitioner_id is None or doctor.id == query.practitioner_id)
        and (query.doctor is None or query.doctor in doctor.name)
        and (query.expert is None or doctor.title.expert is query.expert)
        and (query.title is None or doctor.title is query.title)
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
