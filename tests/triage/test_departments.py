"""Departments: the right one first, never one the hospital lacks or the patient cannot be seen in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clinical import DepartmentChoice, DepartmentId, Disposition
from domain.patient import PatientProfile, Relation, Sex
from domain.scheduling import HospitalDepartment
from tests.triage.patients import NOW, shipped
from tools.triage.case import TriageCase
from tools.triage.chart import Chart
from tools.triage.charts import open_charts
from tools.triage.departments import choose
from tools.triage.hearing import hear
from tools.triage.interview import open_case
from understanding.reading import DepartmentHint, Understanding

pytestmark = pytest.mark.unit

PACK = shipped()
OFFERED = sorted(department.id for department in PACK.departments.values() if department.offered)


def hospital(*, without: Collection[str] = ()) -> tuple[HospitalDepartment, ...]:
    """A hospital with every department except some."""
    return tuple(
        HospitalDepartment(id=one.id, name=one.name, building="门诊楼", floor="1层", bookable=True)
        for one in PACK.departments.values()
        if one.id not in without
    )


def chosen(
    case: TriageCase, disposition: Disposition = Disposition.OPD, *, without: Collection[str] = ()
) -> tuple[DepartmentChoice, ...]:
    """The choices for a case."""
    charts = [Chart.of(complaint, case, PACK) for complaint in open_charts(case, PACK)]
    return choose(case, charts, disposition, PACK, hospital(without=without))


def case_of(
    *complaint_ids: str, profile: PatientProfile | None = None, hints: dict[str, float] | None = None
) -> TriageCase:
    """A case with these charts, this person and these hints."""
    departments = tuple(
        DepartmentHint(id=DepartmentId(one), weight=weight, quote="") for one, weight in (hints or {}).items()
    )
    said = Understanding(raw="", complaint_ids=complaint_ids, departments=departments)
    return hear(open_case(PACK, now=NOW, profile=profile), said, PACK)


def ids(choices: tuple[DepartmentChoice, ...]) -> list[str]:
    """Their ids."""
    return [choice.id for choice in choices]


def test_the_complaints_own_rule_comes_first_with_its_reason() -> None:
    """Headache goes to neurology, and the card says what neurology is for."""
    first = chosen(case_of("headache", profile=PatientProfile(age_years=40)))[0]
    assert (first.id, first.name) == ("D05", "神经内科")
    assert "头痛" in first.why


def test_an_emergency_goes_to_the_emergency_department_alone() -> None:
    """No clinic is offered beside it."""
    choices = chosen(case_of("chest_pain", profile=PatientProfile(age_years=60)), Disposition.ED_NOW)
    assert ids(choices) == ["D01"]
    assert choices[0].name == "急诊科（胸痛中心）"


def test_a_pregnant_womans_emergency_goes_to_obstetrics_first() -> None:
    """Then to the emergency department."""
    profile = PatientProfile(age_years=28, sex=Sex.FEMALE, pregnant=True)
    assert ids(chosen(case_of("headache", profile=profile), Disposition.ED_NOW))[:2] == ["D26", "D01"]


def test_a_lacking_department_is_replaced_and_the_patient_is_told() -> None:
    """No ENT clinic: the chart's alternative, and why."""
    profile = PatientProfile(age_years=30)
    choices = chosen(case_of("eye_red_pain", profile=profile), without={"D36"})
    assert "D36" not in ids(choices)
    assert "这里没有设眼科" in choices[0].why


def test_children_go_to_paediatrics() -> None:
    """Whatever leads to an adult clinic is replaced."""
    child = PatientProfile(age_years=6)
    assert ids(chosen(case_of(profile=child, hints={"D03": 0.9})))[0] == "D30"
    assert ids(chosen(case_of(profile=child, hints={"D19": 0.9})))[0] == "D34"


def test_a_newborn_goes_to_the_newborn_clinic() -> None:
    """Within 28 days of life."""
    assert ids(chosen(case_of(profile=PatientProfile(age_years=10 / 365.25))))[0] == "D31"


def test_men_are_not_sent_to_gynaecology() -> None:
    """Urology stands instead."""
    man = PatientProfile(age_years=40, sex=Sex.MALE)
    choices = ids(chosen(case_of(profile=man, hints={"D25": 0.8})))
    assert choices[0] == "D20"
    assert "D25" not in choices


def test_words_alone_lead_to_a_department_when_no_chart_covers_them() -> None:
    """Before general practice, the heaviest first."""
    adult = PatientProfile(age_years=40)
    choices = ids(chosen(case_of(profile=adult, hints={"D19": 0.5, "D10": 0.9})))
    assert choices == ["D10", "D19", "D02"]


def test_a_single_word_comes_after_the_rule_of_a_chart() -> None:
    """The chart stands for the symptom that opened it, and knows the answers."""
    choices = ids(chosen(case_of("headache", profile=PatientProfile(age_years=40), hints={"D36": 0.9})))
    assert choices[:2] == ["D05", "D36"]


def test_a_named_illness_comes_before_the_chart_of_a_symptom() -> None:
    """「皮肌炎眼皮紫红」 is for rheumatology; the eye is asked about all the same."""
    choices = ids(chosen(case_of("eye_red_pain", profile=PatientProfile(age_years=40), hints={"D10": 1.9})))
    assert choices[:2] == ["D10", "D36"]


def test_what_is_free_of_three_choices_goes_to_the_neighbours_of_the_best() -> None:
    """Not to general practice and geriatrics, and never to what is for another age or sex."""
    adult = PatientProfile(age_years=40)
    assert ids(chosen(case_of(profile=adult, hints={"D17": 1.9})))[0] == "D17"
    for choices in (chosen(case_of(profile=adult, hints={one: 1.9})) for one in OFFERED if one != "D01"):
        assert len(choices) == 3
        assert "D12" not in ids(choices)


def test_the_old_and_the_young_are_not_supposed() -> None:
    """Geriatrics and paediatrics stand in only for somebody known to be old or young."""
    for hint in OFFERED:
        choices = ids(chosen(case_of(hints={hint: 1.9})))
        assert "D12" not in choices or hint == "D12"


def test_a_child_without_an_age_is_one_unless_the_words_are_about_its_mother() -> None:
    """「宝宝支气管炎」 is for paediatrics, 「喂奶的时候乳房痛」 is not."""
    parent = PatientProfile(relation=Relation.CHILD)
    assert ids(chosen(case_of(profile=parent, hints={"D03": 1.9})))[0] == "D30"
    assert ids(chosen(case_of(profile=parent, hints={"D15": 1.9})))[0] == "D15"
    expecting = PatientProfile(relation=Relation.CHILD, pregnant=True)
    assert ids(chosen(case_of(profile=expecting, hints={"D27": 1.9})))[0] == "D27"


def test_an_examination_department_is_named_for_an_errand_and_for_no_complaint() -> None:
    """Where a film is printed can be said; it cannot be booked, and pain is not sent there."""
    adult = PatientProfile(age_years=40)
    film = chosen(case_of(profile=adult, hints={"D52": 1.3}))[0]
    assert (film.id, film.bookable) == ("D52", False)
    assert "D52" not in ids(chosen(case_of("headache", profile=adult, hints={"D52": 1.3})))


def test_a_pregnant_woman_goes_to_obstetrics_but_her_tooth_to_the_dentist() -> None:
    """What has a department of its own keeps it, with obstetrics among the choices."""
    profile = PatientProfile(age_years=28, sex=Sex.FEMALE, pregnant=True)
    assert ids(chosen(case_of("skin_itch", profile=profile)))[0] == "D26"
    tooth = ids(chosen(case_of("toothache", profile=profile)))
    assert (tooth[0], "D26" in tooth) == ("D38", True)


def test_a_bite_goes_where_vaccines_are_given() -> None:
    """The global rule for bites comes before the chart."""
    case = replace(case_of("bite_sting", profile=PatientProfile(age_years=40)), symptoms={"狗咬": "被狗咬了"})
    assert ids(chosen(case, Disposition.VISIT_24H))[0] == "D60"
    assert ids(chosen(case, Disposition.VISIT_24H, without={"D60"}))[0] == "D01"


def test_fever_with_a_cough_goes_to_the_fever_clinic() -> None:
    """Unless the patient is immunocompromised, who must not wait there."""
    symptoms = {"发热": "发烧", "咳嗽": "咳"}
    case = replace(case_of("cough", profile=PatientProfile(age_years=40)), symptoms=symptoms)
    assert ids(chosen(case))[0] == "D44"
    frail = PatientProfile(age_years=40, conditions={"immuno": True})
    assert ids(chosen(replace(case, profile=frail)))[0] != "D44"


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_nothing_lacking_unfit_or_doubled_is_ever_offered(data: st.DataObject) -> None:
    """At most three, all open here, all for this person, each once and each with a reason."""
    without = data.draw(st.sets(st.sampled_from([one for one in OFFERED if one not in {"D01", "D02", "D30"}])))
    profile = PatientProfile(
        age_years=data.draw(st.sampled_from([0.02, 0.5, 5.0, 13.0, 30.0, 70.0])),
        sex=data.draw(st.sampled_from([None, *Sex])),
    )
    complaint_ids = data.draw(st.lists(st.sampled_from(sorted(PACK.complaints)), max_size=3, unique=True))
    hints = data.draw(st.dictionaries(st.sampled_from(sorted(PACK.departments)), st.floats(0.1, 1.0), max_size=4))
    disposition = data.draw(st.sampled_from(list(Disposition)))
    case = case_of(*complaint_ids, profile=profile, hints={str(one): weight for one, weight in hints.items()})
    choices = chosen(case, disposition, without=without)
    assert 1 <= len(choices) <= 3
    assert len(set(ids(choices))) == len(choices)
    for choice in choices:
        department = PACK.departments[choice.id]
        assert choice.id not in without
        assert department.offered == choice.bookable
        assert choice.bookable or not case.complaint_ids or PACK.complaints[case.complaint_ids[0]].general
        assert department.admits({"age": profile.age_years or 0.0} | _sex(profile))
        assert choice.why


def _sex(profile: PatientProfile) -> dict[str, str]:
    return {"sex": {Sex.MALE: "男", Sex.FEMALE: "女"}[profile.sex]} if profile.sex else {}
