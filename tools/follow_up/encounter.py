"""A discharge out of a FHIR R4 `Encounter`: who, when, and which plans its codes lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from domain.errors import InvalidFields
from domain.follow_up import Anchor, Discharge, PlanId
from domain.patient import PatientId
from knowledge.follow_up import FollowUpBook


def discharge_of(encounter: Mapping[str, Any], book: FollowUpBook, *, consented: bool) -> Discharge:
    """The discharge an ended encounter is.

    The codes of `reasonCode` and `type` lead to the plans that list them, or a code they begin with (I63.9, I63).

    Raises:
        InvalidFields: it is no ended encounter of a patient, or no plan goes with its codes.
    """
    try:
        reference = str(encounter["subject"]["reference"])
        ended = date.fromisoformat(str(encounter["period"]["end"])[:10])
        event_id = f"fhir:Encounter/{encounter['id']}"
        codes = tuple(_codes(encounter))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidFields({"encounter": "缺少 id、subject 或 period.end"}) from error
    if encounter.get("resourceType") != "Encounter" or encounter.get("status") != "finished":
        raise InvalidFields({"encounter": "要是状态为 finished 的 Encounter"})
    kind, _, patient_id = reference.rpartition("/")
    if not kind.endswith("Patient") or not patient_id:
        raise InvalidFields({"encounter": "subject 要是 Patient"})
    plan_ids = tuple(
        PlanId(course.plan.id)
        for course in book.courses.values()
        if any(code.startswith(known) for known in course.plan.codes for code in codes)
    )
    if not plan_ids:
        raise InvalidFields({"encounter": "这些编码没有对应的随访计划"})
    return Discharge(
        event_id=event_id,
        patient=PatientId(patient_id),
        plan_ids=plan_ids,
        days={Anchor.DISCHARGE: ended},
        consented=consented,
    )


def _codes(encounter: Mapping[str, Any]) -> Iterator[str]:
    for name in ("reasonCode", "type"):
        for concept in encounter.get(name, ()):
            for coding in concept.get("coding", ()):
                yield str(coding["code"])
