"""The interview: what is asked, what is never asked, how answers are read, when it ends."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta

import pytest

from domain.clinical import Disposition, RuleId
from domain.patient import PatientProfile, Relation, Sex
from knowledge.complaints import QuestionKind
from tests.triage.patients import NOW, Patient, interview, shipped, whole_truth
from tools.triage.case import UNSURE, Raised, TriageCase
from tools.triage.hearing import answer, hear
from tools.triage.interview import Ask, Decide, decide, next_step, open_case, raise_flag
from understanding.reading import Answer, Heard, PersonReading, Readings, Understanding

pytestmark = pytest.mark.unit

PACK = shipped()


def opened(*complaint_ids: str, profile: PatientProfile | None = None, **said: object) -> TriageCase:
    """A case after a first message."""
    case = open_case(PACK, now=NOW, profile=profile)
    return hear(case, replace(Understanding(raw="", complaint_ids=complaint_ids), **said), PACK)  # type: ignore[arg-type]


def asked(case: TriageCase) -> Ask:
    """The next step, which must be a question."""
    step = next_step(case, PACK)
    assert isinstance(step, Ask)
    return step


def replied(step: Ask, reply: Answer, quote: str = "原话") -> TriageCase:
    """The case after a reply to the question."""
    return answer(step.case, step.question_id, reply, quote=quote, pack=PACK)


def decided(case: TriageCase) -> Decide:
    """The next step, which must be the outcome."""
    step = next_step(case, PACK)
    assert isinstance(step, Decide), step
    return step


def test_the_danger_card_comes_first_with_every_way_out() -> None:
    """Five signs, 都没有, 不清楚; the card has what the protocol needs."""
    step = asked(opened("chest_pain"))
    assert (step.question_id, step.kind, step.danger, step.again) == (
        "chest_pain.danger",
        QuestionKind.MULTI,
        True,
        False,
    )
    assert [option.value for option in step.options] == ["faint", "tear", "sweat", "sob", "radiate", "none", "unsure"]
    assert step.remaining >= 3


def test_one_unmistakable_sign_ends_the_interview_at_once() -> None:
    """A rule at CALL_120 leaves nothing to ask."""
    result = decided(replied(asked(opened("chest_pain")), Answer(ticked=("tear",)), quote="像撕开一样")).result
    assert result.disposition is Disposition.CALL_120
    assert result.reasons[0].quote == "像撕开一样"
    assert result.reasons[0].source == "急诊预检分诊专家共识（2018）"
    assert result.departments[0].id == "D01"


def test_what_was_said_is_not_on_the_card() -> None:
    """A sign heard in the first message, or denied there, is not offered again."""
    heard = (
        Heard(complaint_id="chest_pain", question_id="danger", name="sweat", present=True, quote="冒冷汗"),
        Heard(complaint_id="chest_pain", question_id="danger", name="sob", present=False, quote="不喘"),
    )
    step = asked(opened("chest_pain", heard=heard))
    assert [option.value for option in step.options] == ["faint", "tear", "radiate", "none", "unsure"]


def test_a_choice_that_was_heard_is_not_asked() -> None:
    """「和以前一样」 answers the question about the pattern."""
    heard = (Heard(complaint_id="headache", question_id="pattern", name="和以前一样", present=True, quote="老样子"),)
    patient = Patient(truth={**whole_truth(PACK.complaints["headache"])})
    interview(patient, "headache", case=opened("headache", heard=heard))
    assert "headache.pattern" not in [ask.question_id for ask in patient.asked]


def test_a_partly_ticked_card_is_closed_by_one_question_that_could_still_raise() -> None:
    """One tick leaves the rest open: 「其余几样都没有，对吗？」."""
    step = asked(replied(asked(opened("chest_pain")), Answer(ticked=("sob",))))
    assert (step.question_id, step.kind, step.text) == (
        "chest_pain.danger!closing",
        QuestionKind.BOOL,
        "其余几样都没有，对吗？",
    )
    after = asked(replied(step, Answer(yes=True)))
    assert after.question_id != "chest_pain.danger"


def test_agreeing_in_the_negative_closes_a_card_too() -> None:
    """「没有」 to 「其余几样都没有，对吗？」 means none."""
    step = asked(replied(asked(opened("chest_pain")), Answer(ticked=("sob",))))
    case = replied(step, Answer(yes=False), quote="没有了")
    assert case.fact("chest_pain", "tear") is not None


def test_disagreeing_shows_the_rest_of_the_card_once_more() -> None:
    """「不对」 means something else is there too."""
    step = asked(replied(asked(opened("chest_pain")), Answer(ticked=("sob",))))
    again = asked(replied(step, Answer(yes=False), quote="不对"))
    assert (again.question_id, again.closing, again.again) == ("chest_pain.danger", False, True)
    assert "sob" not in [option.value for option in again.options]
    ended = decided(replied(again, Answer(ticked=("faint",))))
    assert ended.result.disposition is Disposition.CALL_120


def test_a_card_that_cannot_raise_any_more_is_not_closed() -> None:
    """A fall and a fracture risk are VISIT_24H already, and nothing left on the card says more."""
    truth = {**whole_truth(PACK.complaints["eye_red_pain"]), "light": True, "main": "痛"}
    patient = Patient(truth=truth, halves=True)
    interview(patient, "eye_red_pain")
    closing = [ask for ask in patient.asked if ask.closing and not ask.danger]
    assert not closing


@pytest.mark.parametrize(("complaint_id", "expected"), [("head_injury", 3), ("fever_child", 4), ("low_mood", 2)])
def test_silence_twice_counts_as_yes(complaint_id: str, expected: int) -> None:
    """At least one sign of the card is there: the emergency department, or what each sign alone would be.

    A yes/no counts as yes: thoughts of death, here.
    """
    complaint = PACK.complaints[complaint_id]
    patient = Patient(truth=whole_truth(complaint), silent=frozenset({complaint.ask[0].id}))
    result = interview(patient, complaint_id).result
    assert result.disposition == Disposition(expected)
    assert [ask.again for ask in patient.asked[:2]] == [False, True]


def test_a_card_denied_in_part_is_closed_by_one_question() -> None:
    """「不喘」 to five signs leaves four: they are not read out again."""
    step = asked(replied(asked(opened("chest_pain")), Answer(denied=("sob",))))
    assert step.closing
    case = replied(step, Answer(yes=True))
    assert not asked(case).question_id.startswith("chest_pain.danger")


def test_a_closing_question_left_open_does_not_turn_a_tick_into_an_ambulance() -> None:
    """What was not ticked is neither denied nor supposed: the result stays at what the tick says."""
    step = asked(replied(asked(opened("cough")), Answer(ticked=("blood",))))
    assert step.closing
    result = decided(replied(step, Answer())).result
    assert result.disposition is Disposition.ED_NOW


def test_undecided_between_options_is_known_but_never_reassures() -> None:
    """「说不清」 to a danger choice stays at VISIT_24H or above."""
    complaint = PACK.complaints["dizziness"]
    patient = Patient(truth=whole_truth(complaint), unsure=frozenset({"type"}))
    ended = interview(patient, "dizziness")
    assert ended.result.disposition is Disposition.VISIT_24H
    fact = ended.case.fact("dizziness", "type")
    assert fact is not None
    assert fact.value == UNSURE


def test_an_unanswered_plain_question_is_not_repeated() -> None:
    """Only danger questions are put twice."""
    complaint = PACK.complaints["low_back_pain"]
    patient = Patient(truth=whole_truth(complaint), silent=frozenset({"onset", "radiate", "age"}))
    interview(patient, "low_back_pain")
    put = [ask.question_id for ask in patient.asked if not ask.danger]
    assert len(put) == len(set(put))


def test_age_is_asked_once_over_all_charts() -> None:
    """A second complaint uses what the first learned of the person."""
    patient = Patient(truth={"age": 30.0})
    interview(patient, "chest_pain", case=opened("chest_pain", "headache"))
    put = [ask.question_id for ask in patient.asked]
    assert sum(question_id.endswith(".age") for question_id in put) == 1


def test_the_same_words_in_two_charts_are_one_question() -> None:
    """「晕倒或快晕倒」 denied for the chest is not asked for the belly."""
    case = replied(asked(opened("chest_pain", "abdominal_pain")), Answer(none_of_these=True))
    patient = Patient(truth={"age": 30.0})
    interview(patient, "abdominal_pain", case=case)
    belly = next(ask for ask in patient.asked if ask.question_id == "abdominal_pain.danger")
    assert "faint" not in [option.value for option in belly.options]


def test_a_second_complaint_is_asked_about_its_dangers() -> None:
    """Chest pain named second is not forgotten."""
    patient = Patient(truth={"tear": True, "age": 40.0})
    ended = interview(patient, "rash", case=opened("rash", "chest_pain"))
    assert ended.result.disposition is Disposition.CALL_120
    assert ended.result.complaint_ids == ("rash", "chest_pain")


def test_a_message_no_chart_covers_gets_the_general_discriminators() -> None:
    """Nobody is let through unexamined."""
    assert asked(opened()).question_id == "unspecified.danger"
    assert asked(opened(profile=PatientProfile(age_years=3))).question_id == "unwell_child.danger"
    assert asked(opened(profile=PatientProfile(age_years=80))).question_id == "unwell_elder.danger"
    assert asked(opened(profile=PatientProfile(relation=Relation.CHILD))).question_id == "unwell_child.danger"


def test_a_chart_for_adults_is_not_used_on_a_child() -> None:
    """A child's belly ache goes through the chart for children, and to paediatrics."""
    patient = Patient(truth={"spirit": "有点蔫但逗能笑", "age": 8.0})
    profile = PatientProfile(age_years=8)
    ended = interview(patient, "abdominal_pain", case=opened("abdominal_pain", profile=profile))
    assert ended.result.complaint_ids == ("unwell_child",)
    assert ended.result.departments[0].id == "D30"


def test_learning_a_childs_age_loses_nothing_that_was_ticked() -> None:
    """What the adult chart raised before the age was known still holds."""
    case = replied(asked(opened("chest_pain")), Answer(ticked=("sob",), denied=("faint", "tear", "sweat", "radiate")))
    case = hear(case, Understanding(raw="", person=PersonReading(age_years=8.0)), PACK)
    patient = Patient(truth={"spirit": "和平时一样玩", "temp": 36.5})
    ended = interview(patient, "chest_pain", case=case)
    assert ended.result.disposition >= Disposition.ED_NOW


def test_a_complaint_named_later_is_taken_up() -> None:
    """「说不清」 first, 「胸口疼」 later: the chart of chest pain goes on, the person is not asked again."""
    case = hear(opened(), Understanding(raw="", complaint_ids=("chest_pain",)), PACK)
    assert asked(case).question_id == "chest_pain.danger"


def test_a_later_denial_does_not_undo_what_was_said() -> None:
    """A relative's 「没事，不喘」 changes nothing; 「不对，说错了」 does."""
    said = Heard(complaint_id="cough", question_id="danger", name="sob", present=True, quote="喘")
    denied = replace(said, present=False, quote="不喘")
    case = opened("cough", heard=(said,))
    kept = hear(case, Understanding(raw="", heard=(denied,)), PACK).fact("cough", "sob")
    assert kept is not None
    assert kept.value is True
    taken_back = hear(case, Understanding(raw="", heard=(denied,), answer=Answer(corrects=True)), PACK)
    corrected = taken_back.fact("cough", "sob")
    assert corrected is not None
    assert corrected.value is False


def test_how_long_and_how_bad_answer_the_questions_that_ask_for_them() -> None:
    """「咳了三周」 is two to eight weeks; 「疼到8分」 is severe."""
    cough = opened("cough", duration=timedelta(weeks=3)).fact("cough", "days")
    assert cough is not None
    assert cough.value == "2到8周"
    belly = opened("abdominal_pain", severity=8.0).fact("abdominal_pain", "sev")
    assert belly is not None
    assert belly.value == "重：直不起腰或坐不住"
    child = opened("fever_child", duration=timedelta(hours=10)).fact("fever_child", "days")
    assert child is not None
    assert child.value == 1.0


def test_a_choice_is_read_by_place_by_text_and_by_tap() -> None:
    """「第二个」, the option's own words, the tap's value."""
    case = opened("urinary", profile=PatientProfile(age_years=30))
    step = asked(case)
    while not step.question_id.endswith(".sex"):
        reply = Answer(none_of_these=True) if step.kind is QuestionKind.MULTI else Answer(ordinal=-1)
        step = asked(replied(step, reply))
    assert replied(step, Answer(ordinal=2)).profile.sex is Sex.MALE
    assert replied(step, Answer(ticked=("女",))).profile.sex is Sex.FEMALE
    assert replied(step, Answer(ticked=("o1",))).profile.sex is Sex.MALE


def test_a_sign_with_a_profile_name_fills_the_profile() -> None:
    """Diabetes ticked on one card is known everywhere."""
    truth = {**whole_truth(PACK.complaints["unwell_elder"]), "diabetes": True, "age": 70.0}
    ended = interview(Patient(truth=truth), "unwell_elder")
    assert ended.case.profile.conditions["diabetes"] is True


def test_men_are_not_asked_whether_they_are_pregnant() -> None:
    """Signs the profile settles are left off the card."""
    patient = Patient(truth=whole_truth(PACK.complaints["low_back_pain"]))
    interview(patient, "low_back_pain", case=opened("low_back_pain", profile=PatientProfile(sex=Sex.MALE)))
    offered = {option.value for ask in patient.asked for option in ask.options}
    assert "preg_possible" not in offered
    assert "fever" in offered


def test_a_red_flag_raises_and_is_never_lowered() -> None:
    """Its reason, its words and its crisis flag are in the result."""
    raised = Raised(
        rule_id=RuleId("RF-106"), disposition=Disposition.ED_NOW, text="有轻生的危险", quote="不想活了", crisis=True
    )
    case = raise_flag(opened("cough"), raised)
    result = decide(case, PACK).result
    assert result.disposition is Disposition.ED_NOW
    assert result.flags == ("CRISIS", "HUMAN_TAKEOVER")
    assert result.reasons[0].quote == "不想活了"


def test_a_reading_raises_and_never_lowers() -> None:
    """Low oxygen calls the ambulance whatever the chart says; a good one changes nothing."""
    low = opened("cough", readings=Readings(oxygen_saturation_percent=86))
    assert decided(low).result.disposition is Disposition.CALL_120
    truth = {**whole_truth(PACK.complaints["cough"]), "sob": True}
    good = opened("cough", readings=Readings(oxygen_saturation_percent=99))
    assert interview(Patient(truth=truth), "cough", case=good).result.disposition is Disposition.ED_NOW


def test_the_record_holds_answers_rules_and_versions() -> None:
    """What the decision rests on can be replayed."""
    ended = interview(Patient(truth={**whole_truth(PACK.complaints["cough"]), "blue": True}), "cough")
    assert ended.answers["cough.blue"] == "true"
    assert "cough.R01@2026.11-draft3" in ended.rule_ids
    assert ended.result.knowledge_version == PACK.version


def test_the_case_is_made_of_plain_values() -> None:
    """Any codec can store it: text, numbers, truth values, tuples, dicts and frozen dataclasses."""
    case = interview(Patient(truth=whole_truth(PACK.complaints["cough"])), "cough").case

    def plain(value: object) -> bool:
        if is_dataclass(value):
            return all(plain(getattr(value, one.name)) for one in fields(value))
        if isinstance(value, tuple):
            return all(plain(one) for one in value)
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(one) for key, one in value.items())
        return value is None or isinstance(value, str | int | float | bool)

    assert plain(case)


def test_ordinary_interviews_stay_short() -> None:
    """Nothing present: at most ten cards and questions, six in the middle of all charts."""
    lengths = []
    for complaint in PACK.complaints.values():
        patient = Patient(truth=whole_truth(complaint))
        interview(patient, complaint.id)
        lengths.append(len(patient.asked))
    assert max(lengths) <= 10
    assert sorted(lengths)[len(lengths) // 2] <= 6


@pytest.mark.parametrize("complaint_id", sorted(PACK.complaints))
def test_nothing_present_is_never_an_emergency(complaint_id: str) -> None:
    """All dangers absent and the mildest options: no more than a visit within a day."""
    ended = interview(Patient(truth=whole_truth(PACK.complaints[complaint_id])), complaint_id)
    assert ended.result.disposition <= Disposition.VISIT_24H


@pytest.mark.parametrize(
    ("complaint_id", "sign"),
    [
        (one.id, sign)
        for one in PACK.complaints.values()
        for sign in one.ask[0].names
        if one.ask[0].id in one.danger and one not in PACK.vital
    ],
)
def test_every_single_danger_sign_is_heeded(complaint_id: str, sign: str) -> None:
    """One sign of the first card alone is at least VISIT_24H, within four cards and questions when urgent."""
    patient = Patient(truth={**whole_truth(PACK.complaints[complaint_id]), sign: True})
    ended = interview(patient, complaint_id)
    assert ended.result.disposition >= Disposition.VISIT_24H
    if ended.result.disposition is Disposition.CALL_120:
        assert len(patient.asked) <= 2
