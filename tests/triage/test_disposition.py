"""How urgent: modifiers and readings raise, reasons come from the most urgent level."""

from __future__ import annotations

import pytest

from domain.clinical import Disposition
from domain.patient import PatientProfile, Relation
from knowledge.profile import profile_facts
from tests.triage.patients import NOW, Patient, interview, shipped, whole_truth
from tools.triage.case import TriageCase
from tools.triage.disposition import readings_fired
from tools.triage.hearing import hear
from tools.triage.interview import open_case
from understanding.reading import Readings, Understanding

pytestmark = pytest.mark.unit

PACK = shipped()


def measured(readings: Readings, profile: PatientProfile | None = None) -> TriageCase:
    """A case in which this was measured."""
    return hear(open_case(PACK, now=NOW, profile=profile), Understanding(raw="", readings=readings), PACK)


def level(readings: Readings, profile: PatientProfile | None = None) -> Disposition:
    """The most urgent row of the readings."""
    return max((rule.d for rule in readings_fired(measured(readings, profile), PACK)), default=Disposition.HOME)


ADULT = PatientProfile(age_years=40)


@pytest.mark.parametrize(
    ("readings", "profile", "expected"),
    [
        (Readings(oxygen_saturation_percent=89), ADULT, Disposition.CALL_120),
        (Readings(oxygen_saturation_percent=92), ADULT, Disposition.ED_NOW),
        (Readings(oxygen_saturation_percent=94), ADULT, Disposition.VISIT_24H),
        (Readings(oxygen_saturation_percent=98), ADULT, Disposition.HOME),
        (Readings(heart_rate_per_minute=185), ADULT, Disposition.CALL_120),
        (Readings(heart_rate_per_minute=185), PatientProfile(age_years=1), Disposition.HOME),
        (Readings(heart_rate_per_minute=130), ADULT, Disposition.VISIT_24H),
        (Readings(systolic_mmhg=78), ADULT, Disposition.CALL_120),
        (Readings(systolic_mmhg=185, diastolic_mmhg=95), ADULT, Disposition.VISIT_24H),
        (Readings(diastolic_mmhg=112), ADULT, Disposition.VISIT_24H),
        (Readings(systolic_mmhg=150), ADULT, Disposition.OPD),
        (Readings(systolic_mmhg=150), PatientProfile(age_years=30, pregnant=True), Disposition.VISIT_24H),
        (Readings(systolic_mmhg=165), PatientProfile(age_years=30, pregnant=True), Disposition.ED_NOW),
        (Readings(temperature_celsius=41.2), ADULT, Disposition.CALL_120),
        (Readings(temperature_celsius=39.6), ADULT, Disposition.VISIT_24H),
        (Readings(temperature_celsius=38.2), ADULT, Disposition.HOME),
        (Readings(temperature_celsius=38.2), PatientProfile(age_years=0.2), Disposition.ED_NOW),
        (Readings(temperature_celsius=35.5), PatientProfile(age_years=0.05), Disposition.ED_NOW),
        (Readings(temperature_celsius=34.0), ADULT, Disposition.ED_NOW),
        (Readings(glucose_mmol_per_litre=2.8), ADULT, Disposition.ED_NOW),
        (Readings(glucose_mmol_per_litre=34.0), ADULT, Disposition.ED_NOW),
        (Readings(glucose_mmol_per_litre=18.0), ADULT, Disposition.VISIT_24H),
        (Readings(respirations_per_minute=32), ADULT, Disposition.CALL_120),
        (Readings(respirations_per_minute=45), PatientProfile(age_years=3), Disposition.ED_NOW),
    ],
)
def test_a_reading_asks_for_its_level(readings: Readings, profile: PatientProfile, expected: Disposition) -> None:
    """The rows of the table of vital signs."""
    assert level(readings, profile) is expected


def test_an_adult_of_unknown_age_is_judged_as_an_adult_and_a_child_as_the_youngest() -> None:
    """Unknown counts as inside: a child whose age nobody said may be a newborn."""
    fever = Readings(temperature_celsius=38.3)
    assert level(fever) is Disposition.HOME
    assert level(Readings(heart_rate_per_minute=190)) is Disposition.CALL_120
    assert level(fever, PatientProfile(relation=Relation.CHILD)) is Disposition.ED_NOW


def test_symptoms_raise_a_reading_further() -> None:
    """High pressure with a slurred speech is an ambulance."""
    case = measured(Readings(systolic_mmhg=190), ADULT)
    case.symptoms["言语不清"] = "说话不清楚"
    assert max(rule.d for rule in readings_fired(case, PACK)) is Disposition.CALL_120


def test_a_weak_immune_system_raises_by_one_level() -> None:
    """What could stay at home is seen, what could wait for a clinic is seen within a day."""
    truth = whole_truth(PACK.complaints["dizziness"])
    usual = interview(Patient(truth=truth), "dizziness").result
    profile = PatientProfile(conditions={"immuno": True})
    raised = interview(Patient(truth=truth), "dizziness", profile=profile)
    assert raised.result.disposition == usual.disposition + 1
    assert raised.result.reasons[0].rule_id == "G12"


def test_modifiers_leave_emergencies_to_the_rules() -> None:
    """ED_NOW is not turned into an ambulance by a lasting condition."""
    truth = {**whole_truth(PACK.complaints["cough"]), "blood": True}
    profile = PatientProfile(conditions={"immuno": True, "dialysis": True})
    assert interview(Patient(truth=truth), "cough", profile=profile).result.disposition is Disposition.ED_NOW


def test_a_baby_under_three_months_is_never_kept_at_home() -> None:
    """Whatever the chart says, within a day somebody sees it."""
    truth = {**whole_truth(PACK.complaints["eye_red_pain"]), "age": 0.2, "main": "痒或流泪"}
    profile = PatientProfile(age_years=0.2)
    assert interview(Patient(truth=truth), "eye_red_pain", profile=profile).result.disposition is Disposition.VISIT_24H


def test_a_default_gives_its_reason_too() -> None:
    """Where no rule decided, the record and the patient still read why."""
    reasons = interview(
        Patient(truth={"by": "动物舔或没破皮", "where": "其他部位", "pus": False}), "rash"
    ).result.reasons
    assert reasons
    assert all(reason.text and reason.rule_id for reason in reasons)


def test_the_profile_knows_what_follows_from_it() -> None:
    """One age gives years, months and days; men and the very old are not pregnant."""
    facts = profile_facts(PatientProfile(age_years=0.25))
    assert (facts["age"], facts["age_m"]) == (0.25, 3.0)
    assert facts["pregnant"] is False
    assert "pregnant" not in profile_facts(PatientProfile(age_years=30))
    assert profile_facts(PatientProfile(gestation_weeks=20))["pregnant"] is True
