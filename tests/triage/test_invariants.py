"""What triage may never do, over all complaints and two thousand simulated patients a run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.clinical import Disposition
from domain.patient import PatientProfile
from knowledge.complaints import Complaint, QuestionKind, Rule
from knowledge.domains import chart_domains
from knowledge.logic import Value
from knowledge.profile import CONDITIONS, FERTILE_YEARS, SIGNS
from tests.triage.patients import Patient, interview, ordinary_age, shipped, truths, whole_truth
from tools.triage.chart import Chart
from tools.triage.interview import Decide

pytestmark = pytest.mark.unit

CHILDBEARING = ("pregnant", "postpartum")
COMPLAINTS = st.sampled_from(sorted(shipped().complaints))
RULE_LEVELS = {
    "abdominal_pain": "444333333333322210",
    "acne": "33210",
    "anorectal": "333322110",
    "anxiety": "4333210",
    "autism_dev": "43321",
    "bite_sting": "44333220",
    "bloating": "33322110",
    "bp_high": "44433222110",
    "bp_low": "4433322110",
    "breast": "33210",
    "burn": "44333220",
    "cataract": "33310",
    "certificate": "442",
    "cervical": "43332210",
    "chest_pain": "44443333222110",
    "child_mental": "43332",
    "child_rash": "4433332210",
    "child_resp": "44333320",
    "cold_hands": "332110",
    "constipation": "333211110",
    "cough": "44333322210",
    "disc": "333221",
    "discharge": "33322221",
    "dizziness": "444333332221" + "10",
    "dry_eye": "333210",
    "dysmenorrhea": "433322110",
    "dysphagia": "4333222",
    "dyspnea": "444333222",
    "ear": "4333320",
    "edema": "4332221110",
    "eye_red_pain": "3333210",
    "fatigue": "443332210",
    "fever_adult": "4433322220",
    "fever_child": "44433332200",
    "flank": "4333322",
    "frozen_shoulder": "43310",
    "gastroenteritis": "4333210",
    "gi_bleed_small": "443332211",
    "glucose": "433321",
    "gout": "33221",
    "head_injury": "443333320",
    "headache": "4444333332210",
    "heartburn": "433322110",
    "hematuria": "3333322211",
    "hemoptysis": "4433222",
    "hemorrhoid": "43332110",
    "hernia": "3331",
    "hoarse": "443321110",
    "infertility": "331111",
    "ingestion": "444333320",
    "insomnia": "33321110",
    "jaundice": "4433322",
    "joint": "333210",
    "knee": "333210",
    "lab_abnormal": "43321",
    "low_back_pain": "443333222210",
    "low_mood": "443332210",
    "luts": "3332111",
    "male_sexual": "3332111",
    "memory": "433321",
    "menopause": "333210",
    "menses": "4333211110",
    "mouth_ulcer": "333210",
    "muscle_strain": "433320",
    "nasal": "33222210",
    "neck_lump": "433110",
    "neck_shoulder": "44332210",
    "nodule": "433221",
    "nosebleed": "43332210",
    "numbness": "4433210",
    "osteo": "3321",
    "palpitations": "44433221110",
    "preg_test": "433222110",
    "pregnancy_check": "443332" + "10",
    "psych_visit": "4333221",
    "rash": "4433333322210",
    "rhinitis": "4322110",
    "scrotal": "3333111",
    "skin_itch": "43332210",
    "smoking": "43322",
    "snore": "433110",
    "sore_throat": "4333222110",
    "sports_trauma": "443332210",
    "sti_hiv": "3333211",
    "sunburn": "433320",
    "sweat": "433210",
    "syncope": "44433322",
    "tcm": "443321",
    "throat_lump": "433210",
    "tinnitus": "4332210",
    "toothache": "433321",
    "tremor": "433210",
    "unspecified": "4433332210",
    "unwell_child": "4333320",
    "unwell_elder": "443333221",
    "urinary": "43333211",
    "vaccine": "4221",
    "vaccine_reaction": "443332220",
    "vaginal_bleeding": "443333332222211",
    "vision": "43320",
    "weight": "333321",
    "weight_loss": "333111",
    "wheeze": "44332221",
    "wound": "44333210",
}
"""The levels of every chart's rules in order, 4 for CALL_120 to 0 for HOME: a lost or softened rule shows here."""

patients = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def chart(complaint_id: str) -> Complaint:
    """A complaint of the shipped pack."""
    return shipped().complaints[complaint_id]


def charts_of(decided: Decide) -> list[Chart]:
    """The charts the decision was taken on."""
    return [Chart.of(chart(one), decided.case, shipped()) for one in decided.result.complaint_ids]


@pytest.mark.parametrize("complaint_id", sorted(RULE_LEVELS))
def test_no_rule_was_lost_or_softened(complaint_id: str) -> None:
    """A rule removed from a chart, or moved to another level, is noticed."""
    assert "".join(str(int(rule.d)) for rule in chart(complaint_id).rules) == RULE_LEVELS[complaint_id]


def decisive(complaint: Complaint, rule: Rule) -> dict[str, Value] | None:
    """A patient for whom `rule` alone reaches its level: it holds, and no other at this level or above does."""
    domains = chart_domains(complaint)
    others = [other.when for other in complaint.rules if other is not rule and other.d >= rule.d]
    conditions = [question.if_ for question in complaint.ask if question.if_ and rule.when.names & set(question.names)]
    names = sorted(rule.when.names.union(*(condition.names for condition in conditions)))

    def search(truth: dict[str, Value], left: list[str]) -> dict[str, Value] | None:
        if rule.when.evaluate(truth) is False or any(other.evaluate(truth) is True for other in others):
            return None
        if not left:
            asked = all(condition.evaluate(truth) is not False for condition in conditions)
            return truth if asked and rule.when.evaluate(truth) else None
        for value in domains[left[0]]:
            if (found := search({**truth, left[0]: value}, left[1:])) is not None:
                return found
        return None

    truth = whole_truth(complaint)
    start = {name: value for name, value in truth.items() if name not in names}
    return search(start, names)


@pytest.mark.parametrize("complaint_id", sorted(RULE_LEVELS))
def test_every_rule_that_can_decide_alone_does(complaint_id: str) -> None:
    """For each rule a patient is played whom only that rule sends where it says; its reason is the one given."""
    complaint = chart(complaint_id)
    played = 0
    for rule in complaint.rules:
        truth = decisive(complaint, rule)
        if truth is None or not _playable(complaint, truth):
            continue
        played += 1
        truth = _with_years(truth)
        decided = interview(Patient(truth=truth), complaint_id)
        assert decided.result.disposition >= rule.d, (rule.id, truth)
        if decided.result.disposition == rule.d != complaint.default_d:
            assert complaint.rule_id(rule) in decided.rule_ids, (rule.id, truth)
    assert played >= len(complaint.rules) / 2


def _playable(complaint: Complaint, truth: dict[str, Value]) -> bool:
    ages = {float(value) / unit for name, unit in (("age", 1), ("age_m", 12)) if (value := truth.get(name)) is not None}
    limits = complaint.applies
    return all((limits.age_min or 0) <= age < (limits.age_max or 120) for age in ages)


def _with_years(truth: dict[str, Value]) -> dict[str, Value]:
    return {**truth, "age": float(truth["age_m"]) / 12} if "age_m" in truth else truth


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_every_interview_ends_and_repeats_nothing(complaint_id: str, data: st.DataObject) -> None:
    """A patient who answers clearly is asked each question once, within the limit unless danger was open."""
    patient = Patient(truth=data.draw(truths(chart(complaint_id))))
    interview(patient, complaint_id)
    put = [ask.question_id for ask in patient.asked]
    assert len(put) == len(set(put))
    assert all(ask.danger for ask in patient.asked[10:])


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_an_interview_with_unclear_answers_ends_too(complaint_id: str, data: st.DataObject) -> None:
    """Whatever is left unsaid, unsure or half ticked, an end is reached and no question comes more than twice."""
    complaint = chart(complaint_id)
    ids = [question.id for question in complaint.ask]
    patient = Patient(
        truth=data.draw(truths(complaint)),
        unsure=frozenset(data.draw(st.sets(st.sampled_from(ids)))),
        silent=frozenset(data.draw(st.sets(st.sampled_from(ids)))),
        halves=data.draw(st.booleans()),
    )
    interview(patient, complaint_id)
    put = [ask.question_id for ask in patient.asked]
    assert all(put.count(question_id) <= 2 for question_id in put)


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_opd_and_home_are_never_given_with_danger_open(complaint_id: str, data: st.DataObject) -> None:
    """Below VISIT_24H every emergency rule is known not to hold."""
    complaint = chart(complaint_id)
    ids = [question.id for question in complaint.ask]
    patient = Patient(
        truth=data.draw(truths(complaint)),
        unsure=frozenset(data.draw(st.sets(st.sampled_from(ids), max_size=2))),
        silent=frozenset(data.draw(st.sets(st.sampled_from(ids), max_size=2))),
        halves=data.draw(st.booleans()),
    )
    decided = interview(patient, complaint_id)
    if decided.result.disposition < Disposition.VISIT_24H:
        for one in charts_of(decided):
            assert all(rule.when.evaluate(one.values) is False for rule in one.complaint.rules if rule.danger)


@pytest.mark.parametrize("complaint_id", sorted(one for one in shipped().complaints if chart(one).danger))
def test_an_unanswered_danger_question_is_put_twice_and_never_taken_for_a_no(complaint_id: str) -> None:
    """Silence or 「不清楚」 to the first danger question ends at VISIT_24H or above."""
    complaint = chart(complaint_id)
    first = complaint.ask[0].id
    for unsure, silent in (({first}, set[str]()), (set[str](), {first})):
        patient = Patient(truth=whole_truth(complaint), unsure=frozenset(unsure), silent=frozenset(silent))
        decided = interview(patient, complaint_id)
        assert decided.result.disposition >= Disposition.VISIT_24H
        assert [ask.again for ask in patient.asked[:2]] == [False, True]


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_a_danger_sign_never_lowers(complaint_id: str, data: st.DataObject) -> None:
    """The same patient with one more sign of the first card is at least as urgent."""
    complaint = chart(complaint_id)
    truth = data.draw(truths(complaint))
    sign = data.draw(st.sampled_from(complaint.ask[0].names))
    worse = interview(Patient(truth={**truth, sign: True}), complaint_id)
    better = interview(Patient(truth={**truth, sign: False}), complaint_id)
    assert worse.result.disposition >= better.result.disposition


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_a_comorbidity_or_a_pregnancy_never_lowers(complaint_id: str, data: st.DataObject) -> None:
    """Known illness, pregnancy and the six weeks after birth only raise."""
    complaint = chart(complaint_id)
    truth = data.draw(truths(complaint))
    condition = data.draw(st.sampled_from([*sorted(CONDITIONS), "pregnant", "postpartum"]))
    assume(condition not in _decides_a_choice(complaint))
    assume(condition not in CHILDBEARING or FERTILE_YEARS[0] <= float(truth["age"] or 0.0) <= FERTILE_YEARS[1])
    results = []
    for held in (False, True):
        profile = PatientProfile(conditions={condition: held})
        if condition == "pregnant":
            profile = PatientProfile(pregnant=held)
        if condition == "postpartum":
            profile = PatientProfile(postpartum=held)
        answers = {**truth, condition: held} if condition in truth else truth
        results.append(interview(Patient(truth=answers), complaint_id, profile=profile).result.disposition)
    assert results[1] >= results[0]


@pytest.mark.parametrize("complaint_id", sorted(shipped().complaints))
def test_whom_a_chart_asks_about_an_illness_is_no_better_off_for_it(complaint_id: str) -> None:
    """Of every illness a chart asks about, with all else mild: told at once or asked, the youngest and the grown."""
    complaint = chart(complaint_id)
    illnesses = sorted((SIGNS & complaint.supplied.keys()) - _decides_a_choice(complaint))
    mild = whole_truth(complaint)
    yes = dict.fromkeys((one.id for one in complaint.ask if one.type is QuestionKind.BOOL), True)
    for age in {max(0.05, complaint.applies.age_min or 0.0), ordinary_age(complaint)} if illnesses else ():
        for truth in ({**mild, "age": age}, {**mild, **yes, "age": age}):
            well = dict.fromkeys(illnesses, False)
            before = interview(Patient(truth={**truth, **well}), complaint_id).result.disposition
            for illness in illnesses:
                if illness in CHILDBEARING and not FERTILE_YEARS[0] <= age <= FERTILE_YEARS[1]:
                    continue
                ill = interview(Patient(truth={**truth, **well, illness: True}), complaint_id)
                assert ill.result.disposition >= before, (illness, age)


def _decides_a_choice(complaint: Complaint) -> set[str]:
    """Profile names that are themselves one answer of a choice: holding them is another story, not one more."""
    return {
        name
        for question in complaint.ask
        if question.options
        for derivation in question.derive.values()
        if derivation.present
        for name in derivation.present.names
    }


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_an_extreme_age_never_lowers(complaint_id: str, data: st.DataObject) -> None:
    """Neither a first year of life nor a great age makes the same answers less urgent."""
    complaint = chart(complaint_id)
    truth = data.draw(truths(complaint))
    truth |= {sign: False for question in complaint.ask for sign in question.derive if sign in question.signs}
    limits = complaint.applies
    for extreme, ordinary in ((0.05, 5.0), (0.5, 5.0), (85.0, 40.0), (85.0, 60.0)):
        if not (limits.age_min or 0.0) <= min(extreme, ordinary) <= max(extreme, ordinary) < (limits.age_max or 120.0):
            continue
        there = interview(Patient(truth={**truth, "age": extreme}), complaint_id)
        here = interview(Patient(truth={**truth, "age": ordinary}), complaint_id)
        assert there.result.disposition >= here.result.disposition, (extreme, there.rule_ids, here.rule_ids)


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_a_half_ticked_card_is_no_less_urgent(complaint_id: str, data: st.DataObject) -> None:
    """Leaving the other boxes empty and agreeing they are absent ends where saying so at once does."""
    truth = data.draw(truths(chart(complaint_id)))
    whole = interview(Patient(truth=truth), complaint_id)
    halves = interview(Patient(truth=truth, halves=True), complaint_id)
    assert halves.result.disposition >= whole.result.disposition
