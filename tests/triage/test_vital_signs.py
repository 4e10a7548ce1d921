"""Before anything below the emergency department is advised, danger is asked for whatever the complaint is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.clinical import Disposition
from domain.patient import PatientProfile
from tests.triage.patients import NOW, Patient, interview, shipped, whole_truth
from tools.triage.hearing import answer, hear
from tools.triage.interview import Ask, next_step, open_case
from understanding.reading import Answer, Understanding

pytestmark = pytest.mark.unit

PACK = shipped()


def _begin(complaint_id: str, profile: PatientProfile | None = None) -> Ask:
    case = open_case(PACK, now=NOW, profile=profile)
    step = next_step(hear(case, Understanding(raw="", complaint_ids=(complaint_id,)), PACK), PACK)
    assert isinstance(step, Ask)
    return step


@pytest.mark.parametrize(
    ("complaint_id", "sign", "least"),
    [
        ("acne", "near_faint", Disposition.ED_NOW),
        ("acne", "unawake", Disposition.CALL_120),
        ("bloating", "chest_weight", Disposition.ED_NOW),
        ("insomnia", "airless", Disposition.CALL_120),
    ],
)
def test_a_mild_complaint_does_not_hide_a_vital_sign(complaint_id: str, sign: str, least: Disposition) -> None:
    """Nothing of the complaint itself is present, and still the emergency is found."""
    patient = Patient(truth={**whole_truth(PACK.complaints[complaint_id]), sign: True})
    ended = interview(patient, complaint_id)
    assert ended.result.disposition >= least
    assert ended.result.complaint_ids == (complaint_id,)


def test_a_child_is_asked_for_what_is_dangerous_in_children() -> None:
    """Limp, mottled or with spots that do not fade."""
    truth = {**whole_truth(PACK.complaints["acne"]), "purple_spots": True, "age": 6.0}
    ended = interview(Patient(truth=truth), "acne", profile=PatientProfile(age_years=6.0))
    assert ended.result.disposition >= Disposition.ED_NOW


def test_what_a_chart_asks_itself_or_is_about_is_left_out() -> None:
    """Chest pain asks for itself how the chest hurts, and the chart about bleeding for blood."""
    assert "chest_weight" in PACK.covered["vital_signs"]["chest_pain"]
    assert "airless" in PACK.covered["vital_signs"]["dyspnea"]
    assert not PACK.covered["vital_signs"]["acne"]


def test_since_when_and_what_else_is_asked_before_a_clinic_is_advised() -> None:
    """An open question: what is told in reply to it is read like any message."""
    patient = Patient(truth=whole_truth(PACK.complaints["acne"]))
    interview(patient, "acne")
    assert "vital_signs.begun" in [ask.question_id for ask in patient.asked]


def test_an_emergency_is_not_kept_waiting_for_either() -> None:
    """Once the emergency department is due nothing further is asked beside the complaint."""
    patient = Patient(truth={**whole_truth(PACK.complaints["chest_pain"]), "sob": True})
    interview(patient, "chest_pain")
    assert not any(ask.question_id.startswith("vital_signs") for ask in patient.asked)


def test_an_alarming_answer_nobody_could_place_is_closed_by_name() -> None:
    """A bare 「没有」 to 「这几样」 denies nothing unheard; repeated, such an answer counts as a sign."""
    step = _begin("chest_pain")
    case = answer(step.case, step.question_id, Answer(), quote="像有人踩着", pack=PACK, alarming=True)
    closing = next_step(case, PACK)
    assert isinstance(closing, Ask)
    assert closing.closing
    assert all(sign in closing.text for sign in PACK.complaints["chest_pain"].by_id["danger"].signs.values())
    again = answer(closing.case, closing.question_id, Answer(), quote="像有人踩着", pack=PACK, alarming=True)
    patient = Patient(truth=whole_truth(PACK.complaints["chest_pain"]))
    assert interview(patient, "chest_pain", case=replace(again)).result.disposition >= Disposition.ED_NOW


def test_any_other_unplaced_answer_is_closed_in_short() -> None:
    """「小肉芽，四五个」 is no reason to read five dangers out."""
    step = _begin("chest_pain")
    closing = next_step(answer(step.case, step.question_id, Answer(), quote="四五个", pack=PACK), PACK)
    assert isinstance(closing, Ask)
    assert "这几样" in closing.text
