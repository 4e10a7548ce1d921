"""Resources are checked before anything is read from them, and refused with the element that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.resources import checked, extension, reference_id, with_extension, with_identifier

pytestmark = pytest.mark.unit

CODE = {"text": "血常规"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"resourceType": "Observation", "status": "nearly", "code": CODE}, "Observation.status"),
        ({"resourceType": "Observation", "status": "final"}, "Observation.code"),
        ({"active": True}, "no resourceType"),
        ({"resourceType": "Patient", "surname": "王"}, "Patient.surname"),
        ({"resourceType": "Slot", "schedule": {"reference": "Schedule/1"}, "status": "maybe"}, "Slot.status"),
        ({"resourceType": "Appointment", "status": "booked"}, "Appointment.participant"),
        ({"resourceType": "Patient", "birthDate": "某一天"}, "Patient.birthDate"),
        ({"resourceType": "Nonsense"}, "Nonsense is not a resource"),
        (["a", "list"], "no resourceType"),
        ("text", "no resourceType"),
    ],
)
def test_an_invalid_resource_is_refused_and_the_element_named(raw: Any, told: str) -> None:
    """A bogus code is as wrong as a missing element; what stood there is not repeated."""
    with pytest.raises(HospitalFailed, match=told) as refused:
        checked(raw)
    assert refused.value.kind == "garbage"
    assert "某一天" not in str(refused.value)


@pytest.mark.parametrize(
    "raw",
    [
        {"resourceType": "Patient", "meta": {"lastUpdated": "2026-03-01T08:00:00"}, "name": [{"text": "王小梅"}]},
        {"resourceType": "Observation", "status": "final", "code": CODE, "interpretation": {"text": "偏高"}},
        {
            "resourceType": "Observation",
            "status": "final",
            "code": CODE,
            "component": [{"code": {"text": "收缩压"}, "interpretation": {"text": "偏高"}}],
        },
        {"resourceType": "Observation", "status": "final", "code": CODE, "interpretation": [{"text": "偏高"}]},
        {"resourceType": "Appointment", "status": "booked", "participant": [{"status": "accepted"}]},
        {"resourceType": "Schedule", "actor": [{"display": "王怀仁"}]},
        {"resourceType": "Location", "status": "active", "name": "门诊楼"},
        {"resourceType": "Encounter", "status": "planned", "class": {"code": "AMB"}},
        {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [{"linkId": "1"}]},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient"}}]},
    ],
)
def test_a_valid_resource_is_accepted(raw: Any) -> None:
    """Also with what older servers write otherwise."""
    resource = checked(raw)
    assert isinstance(resource.get("interpretation", []), list)
    assert resource["resourceType"] == raw["resourceType"]


def test_another_kind_than_asked_for_is_refused() -> None:
    """A Patient where a Slot should be."""
    with pytest.raises(HospitalFailed, match="Patient instead of Slot"):
        checked({"resourceType": "Patient"}, "Slot")


def test_a_resource_is_read_and_changed_without_touching_the_rest() -> None:
    """Other extensions and identifiers of the hospital stay where they are."""
    raw = {
        "resourceType": "Appointment",
        "status": "booked",
        "participant": [{"status": "accepted"}],
        "extension": [{"url": "urn:a", "valueInteger": 0}, {"url": "urn:b", "valueString": "x"}],
        "identifier": [{"system": "urn:his", "value": "1"}],
    }
    resource = checked(raw, "Appointment")
    changed = with_identifier(with_extension(resource, "urn:b", None), "urn:ours", "2")
    assert (extension(changed, "urn:a"), extension(changed, "urn:b")) == (0, None)
    assert [one["system"] for one in changed["identifier"]] == ["urn:his", "urn:ours"]
    assert extension(resource, "urn:b") == "x"


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ({"reference": "Patient/7"}, "7"),
        ({"reference": "https://his.example/fhir/Patient/7"}, "7"),
        ({"reference": "Patient/7/_history/2"}, "7"),
        ({"reference": "Practitioner/7"}, None),
        ({"reference": "#contained"}, None),
        ({"display": "王"}, None),
        (None, None),
    ],
)
def test_only_a_literal_reference_of_the_kind_counts(reference: Any, found: str | None) -> None:
    """Contained, logical and foreign references name nobody here."""
    assert reference_id(reference, "Patient") == found
