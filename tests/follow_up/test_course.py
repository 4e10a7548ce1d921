"""Scores, branching and thresholds: pure, over every plan of the pack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clinical import Disposition
from domain.follow_up import (
    Answered,
    QuestionnaireResponse,
    ResponseStatus,
    TaskId,
    Value,
)
from domain.follow_up_alert import AlertLevel
from domain.patient import PatientId, PatientProfile
from domain.session import SessionId
from knowledge.complaints import QuestionKind
from knowledge.follow_up import FALL, RISE, Course, FollowUpRule, Item
from knowledge.follow_up_loading import NOT_ASKED, course_domains
from tests.follow_up.stage import book
from tools.follow_up import course as courses
from tools.follow_up.course import Known

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
COURSES = sorted(book().courses.values(), key=lambda one: one.plan.id)
RULES = [pytest.param(course, rule, id=f"{course.plan.id}.{rule.id}") for course in COURSES for _, rule in course.rules]
PHQ9 = book().instruments["phq9"]
DAYS = ("完全不会", "好几天", "一半以上的天数", "几乎每天")


def _course(plan_id: str) -> Course:
    return next(course for course in COURSES if course.plan.id == plan_id)


def response(course: Course, answers: dict[str, Value], *, task: str = "t2") -> QuestionnaireResponse:
    """What a patient answered."""
    given_ = QuestionnaireResponse(
        task_id=TaskId(task),
        patient_id=PatientId("p1"),
        plan_id=course.plan.id,
        plan_version=course.plan.version,
        status=ResponseStatus.IN_PROGRESS,
        authored_at=NOW,
        session_id=SessionId("s1"),
    )
    for name, value in answers.items():
        given_ = given_.with_answer(Answered(link_id=name, value=value, at=NOW))
    return given_


def known(course: Course, wanted: dict[str, Value], answers: dict[str, Value]) -> Known:
    """What goes with an assignment: the day, the means, an earlier response that makes the rises and falls."""
    numbers = answers | courses.scores(course, answers)
    before: dict[str, Value] = {}
    for name, value in wanted.items():
        base, sign = (name.removesuffix(RISE), -1) if name.endswith(RISE) else (name.removesuffix(FALL), 1)
        if base != name and base in numbers:
            before[base] = float(numbers[base]) + sign * float(value)
    earlier = response(course, before, task="t1")
    means = {name: float(value) for name, value in wanted.items() if name.endswith("_mean")}
    return Known(
        profile=PatientProfile(),
        day=int(float(wanted.get("day", 7.0))),
        earlier=(earlier,) if before else (),
        means=means,
    )


def assignments(course: Course, rule: FollowUpRule) -> Iterator[dict[str, Value]]:
    """Every way to answer what a rule looks at; scores are answered by every total, first items first."""
    domains = course_domains(course)
    by_score = {one.id: one for one in course.instruments if one.ask and one.ask[0].id != one.id}
    names = sorted(rule.when.names)
    for values in product(*(domains[name] for name in names)):
        wanted = {name: value for name, value in zip(names, values, strict=True) if value != NOT_ASKED}
        for name, instrument in by_score.items():
            if name in wanted or name + RISE in wanted:
                most = len(instrument.ask[0].options) - 1
                for total in range(most * len(instrument.ask) + 1):
                    places = (min(max(total - most * number, 0), most) for number in range(len(instrument.ask)))
                    chosen = zip(instrument.ask, places, strict=True)
                    yield wanted | {item.id: item.options[place] for item, place in chosen}
        yield wanted


def answered(course: Course, wanted: dict[str, Value]) -> dict[str, Value]:
    """The part of an assignment that is answered by the patient, a number beside each rise and fall."""
    found = {name: value for name, value in wanted.items() if name in course.by_link}
    for name in wanted:
        base = name.removesuffix(RISE).removesuffix(FALL)
        if base != name and base in course.by_link:
            found.setdefault(base, 90.0)
    return found


@pytest.mark.parametrize(("course", "rule"), RULES)
def test_every_threshold_of_every_plan_is_reached_by_some_answers(course: Course, rule: FollowUpRule) -> None:
    """Some answers make the rule hold, and it is then among the findings, none milder before a more urgent one."""
    for wanted in assignments(course, rule):
        given_ = response(course, answered(course, wanted))
        found = courses.findings(course, given_, known(course, wanted, dict(given_.values)))
        if any(one.rule is rule for one in found):
            assert [one.rule.urgency for one in found] == sorted((one.rule.urgency for one in found), reverse=True)
            return
    pytest.fail(f"{rule.when.text} never holds")


def test_the_pack_has_the_twelve_plans_and_only_licensed_instruments_are_asked() -> None:
    """What has no licence is named and not used."""
    assert [course.plan.id for course in COURSES] == [
        "cabg_pci", "cataract", "chemotherapy", "copd", "diabetes", "hypertension",
        "joint", "postop_d3", "postop_d30", "postop_d7", "postpartum", "stroke",
    ]  # fmt: skip
    used = {one.id for course in COURSES for one in course.instruments}
    assert used == {"nrs", "phq2", "phq9", "gad7", "mmrc", "mrs"}
    disabled = {one.id for one in book().instruments.values() if not one.enabled}
    assert {"cat", "epds", "eq5d", "mmas8", "oks", "vf14"} <= disabled


@given(st.lists(st.sampled_from(DAYS), min_size=9, max_size=9))
def test_a_score_is_the_sum_of_its_items_and_unknown_until_all_are_answered(picked: list[str]) -> None:
    """PHQ-9: 0 to 3 for each of nine; one answer short there is no score."""
    values: dict[str, Value] = {item.id: option for item, option in zip(PHQ9.ask, picked, strict=True)}
    assert PHQ9.score(values) == sum(DAYS.index(option) for option in picked)
    assert PHQ9.score(dict(list(values.items())[1:])) is None


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(COURSES), st.data())
def test_whatever_is_answered_the_questions_end_and_no_more_urgency_is_lost_by_answering(
    course: Course, data: st.DataObject
) -> None:
    """Each answer takes its question away; a finding of the danger question stays however the rest goes."""
    given_ = response(course, {})
    plain = Known(profile=PatientProfile(), day=7)
    worst = Disposition.HOME
    for _ in range(len(course.items) * 2):
        left = courses.to_ask(course, given_, plain)
        if not left:
            break
        item = left[0]
        assert item.id not in given_.skipped
        for name in courses.missing(item, given_):
            given_ = given_.with_answer(Answered(link_id=name, value=_value(item, data), at=NOW))
        now_ = max((one.rule.d or Disposition.HOME for one in courses.findings(course, given_, plain)), default=worst)
        if item.id == "danger":
            worst = now_
    assert courses.to_ask(course, given_, plain) == ()
    ended = max((one.rule.d or Disposition.HOME for one in courses.findings(course, given_, plain)), default=worst)
    assert ended >= worst
    assert courses.finished(course, given_, at=NOW).status is ResponseStatus.COMPLETED


def _value(item: Item, data: st.DataObject) -> Value:
    match item.type:
        case QuestionKind.CHOICE:
            return data.draw(st.sampled_from(item.options))
        case QuestionKind.NUMBER:
            return float(data.draw(st.integers(0, 250)))
        case _:
            return data.draw(st.booleans())


def test_a_longer_questionnaire_is_asked_only_where_the_short_one_says_so() -> None:
    """PHQ-9 follows PHQ-2 from three on, and does not ask its two questions again."""
    course = _course("postop_d7")
    base = {item.id: False for item in course.plan.ask if item.type is QuestionKind.BOOL}
    base |= {name: False for item in course.plan.ask if item.type is QuestionKind.MULTI for name in item.names}
    answers: dict[str, Value] = {**base, "stitches": "长得好", "stool": 0.0, "nrs": 2.0}
    plain = Known(profile=PatientProfile(), day=7)
    low = response(course, answers | {"phq2_1": "好几天", "phq2_2": "好几天"})
    assert courses.to_ask(course, low, plain) == ()
    high = response(course, answers | {"phq2_1": "几乎每天", "phq2_2": "好几天"})
    assert [item.id for item in courses.to_ask(course, high, plain)] == [f"phq9_{n}" for n in range(3, 10)]


def test_thoughts_of_death_in_a_questionnaire_start_the_safety_protocol() -> None:
    """The ninth question from 好几天 on is a crisis, whatever the sum."""
    course = _course("stroke")
    values: dict[str, Value] = dict.fromkeys((item.id for item in PHQ9.ask), "完全不会")
    found = courses.findings(
        course, response(course, values | {"phq9_9": "好几天"}), Known(profile=PatientProfile(), day=7)
    )
    assert found[0].rule.crisis
    assert found[0].rule.level is AlertLevel.RED
