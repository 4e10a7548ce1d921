"""Appointments as they are written: a hold is `pending`, a booking `booked`; our identifiers make each step once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from domain.clinical import Disposition
from domain.errors import Conflict, Expired, NotFound
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, AppointmentStatus, Refusal
from domain.visit_reason import VisitReason
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.places import Time, moment, number
from tools.hospital.fhir.resources import Resource, extension, identifier, reference_id, with_extension, with_identifier
from tools.hospital.fhir.roster import Roster

PRIORITIES: Final = {
    Disposition.CALL_120: 1,
    Disposition.ED_NOW: 2,
    Disposition.VISIT_24H: 3,
    Disposition.OPD: 5,
    Disposition.HOME: 9,
}
"""`Appointment.priority`, as iCalendar counts: 1 is the most urgent, 5 the usual, 9 the least."""

STATUSES = {status.value: status for status in AppointmentStatus} | {"checked-in": AppointmentStatus.ARRIVED}


def digest(*parts: str) -> str:
    """What stands in the hospital's system for a key or a session of ours."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def labelled(mapping: Mapping) -> dict[str, Any]:
    """The `meta` of whatever an assistant wrote."""
    return {"security": [{"system": mapping.ai_tag.system, "code": mapping.ai_tag.code}]}


def pending(place: Resource, *, role: str, key: str, session_id: str, until: datetime, mapping: Mapping) -> Resource:
    """The Appointment of a new hold."""
    made: dict[str, Any] = {
        "resourceType": "Appointment",
        "meta": labelled(mapping),
        "identifier": [
            {"system": mapping.system("hold"), "value": key},
            {"system": mapping.system("session"), "value": digest(session_id)},
        ],
        "status": AppointmentStatus.PENDING.value,
        "start": place["start"],
        "end": place["end"],
        "slot": [{"reference": f"Slot/{place['id']}"}],
        "participant": [{"actor": {"reference": f"PractitionerRole/{role}"}, "status": "accepted"}],
    }
    return with_extension(made, mapping.extensions.hold_until, {"valueDateTime": until.isoformat()})


def booked(
    hold: Resource,
    patient_id: PatientId,
    *,
    step: str,
    key: str,
    mapping: Mapping,
    given: Resource | None = None,
) -> Resource:
    """A hold turned into a booking by the step `confirm` or `reschedule`; `given` are the elements of its reason."""
    who = {"actor": {"reference": f"Patient/{patient_id}"}, "status": "accepted"}
    changed = hold | {"status": AppointmentStatus.BOOKED.value, "participant": [*hold["participant"], who]}
    return with_identifier(changed | (given or {}), mapping.system(step), key)


def with_reason(reason: VisitReason | None) -> Resource:
    """The elements of an Appointment that say why the patient comes."""
    if reason is None:
        return {}
    said = {"reasonCode": [{"text": reason.complaint}], "description": reason.conclusion}
    return said | {"priority": PRIORITIES[reason.urgency]}


def reason_elements(appointment: Resource) -> Resource:
    """The same elements of an appointment, for the one it is moved to."""
    given = ("reasonCode", "description", "priority", "supportingInformation")
    return {name: appointment[name] for name in given if name in appointment}


def reason_of(appointment: Resource) -> VisitReason | None:
    """Why the patient comes, where the service wrote it."""
    said = next((one.get("text") for one in appointment.get("reasonCode", ())), None)
    urgency = next((one for one, known in PRIORITIES.items() if known == appointment.get("priority")), None)
    if said is None or urgency is None:
        return None
    return VisitReason(complaint=said, conclusion=appointment.get("description", ""), urgency=urgency)


def cancelled(appointment: Resource, *, step: str, key: str | None, mapping: Mapping) -> Resource:
    """An appointment that ends: cancelled, moved, or a hold given back."""
    changed = appointment | {"status": AppointmentStatus.CANCELLED.value}
    return with_identifier(changed, mapping.system(step), key)


def slot_of(appointment: Resource) -> str:
    """The id of the place an appointment has.

    Raises:
        HospitalFailed: it has none.
    """
    found = [reference_id(one, "Slot") for one in appointment.get("slot", ())]
    if not found or found[0] is None:
        raise HospitalFailed("garbage", "Appointment.slot is missing")
    return found[0]


def patient_of(appointment: Resource) -> str | None:
    """The patient of an appointment."""
    found = (reference_id(one.get("actor"), "Patient") for one in appointment["participant"])
    return next((one for one in found if one is not None), None)


def check_hold(hold: Resource, session_id: str, mapping: Mapping, now: datetime) -> None:
    """Make sure the session may still book what it holds.

    Raises:
        NotFound: it is not this session's, or was given back.
        Conflict: it was confirmed under another key.
        Expired: it ran out.
    """
    if identifier(hold, mapping.system("session")) != digest(session_id):
        raise NotFound("hold")
    if hold["status"] in STATUSES and patient_of(hold) is not None:
        raise Conflict(Refusal.STATUS)
    until = extension(hold, mapping.extensions.hold_until)
    if until is None or moment(until) <= now or hold["status"] != AppointmentStatus.PENDING:
        raise Expired("hold")


def status_of(appointment: Resource) -> AppointmentStatus:
    """The status, of those a patient's booking passes through.

    Raises:
        HospitalFailed: another one.
    """
    if appointment["status"] not in STATUSES:
        raise HospitalFailed("garbage", "Appointment.status is not one of a booking")
    return STATUSES[appointment["status"]]


def to_appointment(appointment: Resource, time: Time, roster: Roster, mapping: Mapping) -> Appointment:
    """What the patient reads.

    Raises:
        HospitalFailed: the appointment does not fit its slot.
    """
    patient_id, place_id = patient_of(appointment), slot_of(appointment)
    place = next((one for one in time.places if one["id"] == place_id), None)
    if patient_id is None or place is None:
        raise HospitalFailed("garbage", "Appointment without its patient or slot")
    return Appointment(
        id=AppointmentId(appointment["id"]),
        patient_id=PatientId(patient_id),
        slot=time.slot,
        status=status_of(appointment),
        number=number(place, mapping),
        where=roster.where[time.slot.department_id],
        bring=roster.bring[time.slot.department_id],
    )


def soonest_first(visits: Sequence[tuple[Appointment, datetime]]) -> tuple[Appointment, ...]:
    """In the order a patient reads them, cancelled ones last."""
    ordered = sorted(visits, key=lambda one: (one[0].status is AppointmentStatus.CANCELLED, one[1], one[0].id))
    return tuple(visit for visit, _ in ordered)
