"""The promises of the engine's semantics, over every chart of the pack and whatever order things are learned in."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.clinical import Disposition, RuleId
from domain.patient import PatientProfile
from knowledge.complaints import Complaint, QuestionKind
from knowledge.domains import chart_domains
from knowledge.logic import Value
from tests.triage.patients import NOW, Patient, interview, shipped, truths
from tools.triage import options
from tools.triage.case import Fact, Raised, TriageCase
from tools.triage.chart import Chart
from tools.triage.charts import open_charts
from tools.triage.disposition import at_least
from tools.triage.hearing import answer, hear
from tools.triage.interview import Ask, decide, next_step, open_case, raise_flag
from understanding.reading import Understanding

pytestmark = pytest.mark.unit

PACK = shipped()
COMPLAINTS = st.sampled_from(sorted(PACK.complaints))
patients = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def opened(complaint: Complaint, age: float) -> TriageCase:
    """A case on this chart, about somebody of this age."""
    case = open_case(PACK, now=NOW, profile=PatientProfile(age_years=age))
    return hear(case, Understanding(raw="", complaint_ids=(complaint.id,)), PACK)


def floor_of(case: TriageCase) -> Disposition:
    """What nothing learned later may lower."""
    charts = [Chart.of(complaint, case, PACK) for complaint in open_charts(case, PACK)]
    return at_least(case, charts, PACK)


def facts_of(complaint: Complaint, truth: dict[str, Value]) -> list[Fact]:
    """The truth as answers of the chart, without what follows from the person anyway."""
    free = [name for name, question in complaint.supplied.items() if name in truth and not question.derive]
    return [Fact(complaint_id=complaint.id, name=name, value=truth[name]) for name in free]


def some(facts: list[Fact]) -> st.SearchStrategy[list[Fact]]:
    """Some of the facts, each once."""
    return st.lists(st.sampled_from(facts), unique_by=lambda fact: fact.name) if facts else st.just([])


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_learning_more_never_lowers_what_holds(complaint_id: str, data: st.DataObject) -> None:
    """Fact by fact, in any order: a rule that fired stays fired, so the floor only rises."""
    complaint = PACK.complaints[complaint_id]
    truth = data.draw(truths(complaint))
    case = opened(complaint, float(truth["age"]))
    floor = floor_of(case)
    for fact in data.draw(st.permutations(facts_of(complaint, truth))):
        case = case.with_fact(fact)
        reached = floor_of(case)
        assert reached >= floor, fact
        floor = reached


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_the_order_of_answers_does_not_matter(complaint_id: str, data: st.DataObject) -> None:
    """The same facts, learned in another order, come to the same result for the same reasons."""
    complaint = PACK.complaints[complaint_id]
    truth = data.draw(truths(complaint))
    facts = data.draw(some(facts_of(complaint, truth)))
    ends = []
    for order in (facts, list(reversed(facts)), data.draw(st.permutations(facts))):
        case = opened(complaint, float(truth["age"]))
        for fact in order:
            case = case.with_fact(fact)
        decided = decide(case, PACK)
        ends.append((decided.result.disposition, decided.result.departments, sorted(decided.rule_ids)))
    assert ends[0] == ends[1] == ends[2]


@patients
@given(complaint_id=COMPLAINTS, level=st.sampled_from(list(Disposition)), data=st.data())
def test_a_red_flag_that_was_raised_is_never_undercut(
    complaint_id: str, level: Disposition, data: st.DataObject
) -> None:
    """Whatever is answered after it, and whatever was before."""
    complaint = PACK.complaints[complaint_id]
    truth = data.draw(truths(complaint))
    raised = Raised(rule_id=RuleId("RF-TEST"), disposition=level, text="试")
    case = raise_flag(opened(complaint, float(truth["age"])), raised)
    with_flag = interview(Patient(truth=truth), complaint_id, case=case)
    without = interview(Patient(truth=truth), complaint_id, case=opened(complaint, float(truth["age"])))
    assert with_flag.result.disposition >= max(level, without.result.disposition)


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_what_is_known_is_never_asked(complaint_id: str, data: st.DataObject) -> None:
    """No question comes all of whose answers are known, and no sign is offered that is."""
    complaint = PACK.complaints[complaint_id]
    truth = data.draw(truths(complaint))
    case = opened(complaint, float(truth["age"]))
    for fact in data.draw(some(facts_of(complaint, truth))):
        case = case.with_fact(fact)
    patient = Patient(truth=truth)
    while isinstance(step := next_step(case, PACK), Ask):
        chart_id, name, closing = options.parts(step.question_id)
        asked = PACK.complaints[chart_id]
        missing = Chart.of(asked, case, PACK).missing
        assert name in missing
        if step.kind is QuestionKind.MULTI and not closing:
            offered = {option.value for option in step.options} & set(asked.by_id[name].signs)
            assert offered == set(missing[name])
        case = answer(step.case, step.question_id, patient.reply(step, asked), quote="", pack=PACK)


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_it_stops_only_when_no_answer_changes_anything(complaint_id: str, data: st.DataObject) -> None:
    """After the last question, every other answer still open comes to the same disposition and department."""
    complaint = PACK.complaints[complaint_id]
    truth = data.draw(truths(complaint))
    case = interview(Patient(truth=truth), complaint_id, case=opened(complaint, float(truth["age"]))).case
    if case.questions >= 10:
        return
    decided = decide(case, PACK).result
    chart = Chart.of(complaint, case, PACK)
    if chart.complaint.id not in decided.complaint_ids or len(decided.complaint_ids) > 1:
        return
    domains = chart_domains(complaint)
    more = case
    for names in chart.askable.values():
        for name in names:
            value = data.draw(st.sampled_from(domains[name]))
            more = more.with_fact(Fact(complaint_id=complaint_id, name=name, value=value))
    later = decide(more, PACK).result
    assert later.disposition is decided.disposition
    assert _sent_to(more, complaint, later.disposition) == _sent_to(case, complaint, decided.disposition)


def _sent_to(case: TriageCase, complaint: Complaint, disposition: Disposition) -> str:
    """The department the chart's own rules lead to, before the person's age and sex choose what stands in for it."""
    return Chart.of(complaint, case, PACK).department_rule(disposition).to


@patients
@given(complaint_id=COMPLAINTS, data=st.data())
def test_danger_left_open_counts_as_danger_at_the_end(complaint_id: str, data: st.DataObject) -> None:
    """Silence to every danger question is a visit within a day at least, and to a card of danger an emergency."""
    complaint = PACK.complaints[complaint_id]
    truth = data.draw(truths(complaint))
    patient = Patient(truth=truth, silent=frozenset(complaint.danger))
    decided = interview(patient, complaint_id, case=opened(complaint, float(truth["age"])))
    put = [options.parts(ask.question_id)[:2] for ask in patient.asked if ask.danger]
    left = {name for asked_of, name in put if asked_of == complaint_id}
    if left:
        assert decided.result.disposition >= Disposition.VISIT_24H
    if any(complaint.by_id[name].type is QuestionKind.MULTI for name in left if name in complaint.by_id):
        assert decided.result.disposition >= Disposition.ED_NOW
