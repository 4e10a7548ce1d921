"""Which question comes next: danger first in the chart's order, then whatever narrows the outcome most.

An interview stops as soon as no question that may still be put can change disposition or department.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from domain.clinical import Disposition
from knowledge.complaints import Complaint, Question, QuestionKind, Rule
from knowledge.domains import age_points, chart_domains
from knowledge.logic import Value
from knowledge.profile import AGES
from tools.triage.chart import Chart
from tools.triage.space import LARGEST_SPACE, Axis, Space, entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The question to put. `names` are what it leaves to be said.

    `closing` asks only whether they are all absent, `untouched` that nothing of the card was answered before,
    `by_name` that they are to be named: what was answered may be one of them in other words.
    """

    question: Question
    names: tuple[str, ...]
    danger: bool
    closing: bool = False
    untouched: bool = False
    by_name: bool = False


def next_danger(chart: Chart, at_least: Disposition) -> Next | None:
    """The first danger question whose answer can still raise the result above `at_least` and the chart's own."""
    reached = max(at_least, chart.ruled)
    rules = [rule for rule in chart.complaint.rules if rule.danger and rule.d > reached]
    for question in chart.complaint.ask:
        if question.id not in chart.complaint.danger or question.id not in chart.askable:
            continue
        if any(chart.can_fire(rule, question.id) for rule in rules):
            return _put(chart, question, danger=True)
    return None


def next_open(chart: Chart) -> Next | None:
    """The chart's first question that is not about danger and was not put yet: what is told in reply may be."""
    for question in chart.complaint.ask:
        if question.id in chart.askable and question.id not in chart.complaint.danger:
            return _put(chart, question, danger=False) if chart.asked[question.id].times == 0 else None
    return None


def next_plain(chart: Chart, at_least: Disposition) -> Next | None:
    """The question that narrows (disposition, department) most; `None` when none can change either."""
    reached = max(at_least, chart.ruled)
    for question in chart.complaint.ask:
        if question.id in chart.askable and chart.to_close(question):
            raising = [rule for rule in chart.complaint.rules if rule.d > max(reached, Disposition.OPD)]
            if any(chart.can_fire(rule, question.id) for rule in raising):
                return _put(chart, question, danger=False)
    askable = tuple(
        question.id
        for question in chart.complaint.ask
        if question.id in chart.askable and chart.asked[question.id].times == 0
    )
    usable = frozenset(name for question_id in askable for name in chart.missing[question_id])
    lost = frozenset(name for names in chart.missing.values() for name in names) - usable
    floor = max(at_least, _forced(chart), Disposition.VISIT_24H if chart.unclear_danger else Disposition.HOME)
    standing = max(at_least, chart.standing)
    known = frozenset(chart.values.items())
    best = _best(chart.complaint, known, askable, floor, standing, lost | chart.unclear)
    return None if best is None else _put(chart, chart.complaint.by_id[best], danger=False)


def next_raising(chart: Chart, names: frozenset[str]) -> Next | None:
    """The first question not put yet that settles one of `names`, on which a modifier waits."""
    for question in chart.complaint.ask:
        if names.intersection(chart.askable.get(question.id, ())) and chart.asked[question.id].times == 0:
            return _put(chart, question, danger=False)
    return None


def open_questions(chart: Chart, at_least: Disposition) -> int:
    """How many unasked questions still have a part in an undecided rule; an upper bound of what is to come."""
    undecided = [
        rule.when.names
        for rule in chart.complaint.rules
        if rule.d > max(at_least, chart.ruled) and rule.when.evaluate(chart.values) is None
    ]
    names = frozenset[str]().union(*undecided)
    return sum(1 for missing in chart.askable.values() if names.intersection(missing))


def _forced(chart: Chart) -> Disposition:
    """What holds only because a danger question stayed without an answer."""
    return max([chart.affirmed, *(rule.d for rule in chart.fired if rule.when.evaluate(chart.values) is None)])


def _put(chart: Chart, question: Question, *, danger: bool) -> Next:
    return Next(
        question=question,
        names=chart.missing[question.id],
        danger=danger,
        closing=chart.to_close(question),
        untouched=len(chart.missing[question.id]) == chart.asked[question.id].names,
        by_name=chart.asked[question.id].alarming,
    )


@lru_cache(maxsize=20_000)
def _best(
    complaint: Complaint,
    known: frozenset[tuple[str, Value]],
    askable: tuple[str, ...],
    at_least: Disposition,
    standing: Disposition,
    unusable: frozenset[str],
) -> str | None:
    """The question to ask, or `None` when every way on ends where the case stands already."""
    values = dict(known)
    needed = _needed(complaint, values)
    axes = tuple(
        axis
        for question_id in askable
        for axis in _axes(complaint, complaint.by_id[question_id], values)
        if axis.names & needed
    )
    if not axes:
        return None
    space = Space(axes, values)
    asking = list(dict.fromkeys(axis.question_id for axis in axes))
    if space.size > LARGEST_SPACE:
        return asking[0]
    outcomes = space.outcomes(complaint, at_least=at_least, unusable=unusable)
    if len(outcomes) == 1:
        ((disposition, _, _),) = outcomes
        return None if disposition == standing else _wanted(complaint, values, asking, disposition)
    now = entropy([points.bit_count() for points in outcomes.values()])
    after = {question_id: space.uncertainty_after(question_id, outcomes) for question_id in asking}
    best = min(asking, key=after.__getitem__)
    return best if after[best] < now - 1e-9 else asking[0]


def _needed(complaint: Complaint, values: dict[str, Value]) -> frozenset[str]:
    """Unknown names that can still matter: of undecided conditions, and of OPD and HOME rules not yet ruled out."""
    conditions = [condition for condition in complaint.conditions if condition.evaluate(values) is None]
    conditions += [rule.when for rule in _low_rules(complaint) if rule.when.evaluate(values) is True]
    return frozenset[str]().union(*(condition.names for condition in conditions)) - values.keys()


def _wanted(complaint: Complaint, values: dict[str, Value], asking: list[str], disposition: Disposition) -> str:
    """The question that lets the outcome every way ends in be given: a low rule must know all its names."""
    for rule in _low_rules(complaint):
        if rule.d is disposition and rule.when.evaluate(values) is True:
            missing = rule.when.names - values.keys()
            for question_id in asking:
                if missing.intersection(complaint.by_id[question_id].names):
                    return question_id
    return asking[0]


def _low_rules(complaint: Complaint) -> list[Rule]:
    return [rule for rule in complaint.rules if rule.d < Disposition.VISIT_24H]


def _axes(complaint: Complaint, question: Question, values: dict[str, Value]) -> list[Axis]:
    """The axes a question opens: one per sign of a card that is not known yet, one for any other question."""
    match question.type:
        case QuestionKind.MULTI | QuestionKind.BOOL:
            return [Axis(question.id, ({name: False}, {name: True})) for name in question.names if name not in values]
        case QuestionKind.CHOICE:
            return [Axis(question.id, tuple({question.id: option} for option in question.options))]
        case QuestionKind.NUMBER if question.id in AGES:
            ages = _ages(complaint)
            return [Axis(question.id, tuple({name: age * unit for name, unit in AGES.items()} for age in ages))]
        case QuestionKind.NUMBER:
            points = chart_domains(complaint)[question.id]
            return [Axis(question.id, tuple({question.id: point} for point in points))]


@lru_cache(maxsize=1024)
def _ages(complaint: Complaint) -> tuple[float, ...]:
    applies = complaint.applies
    return age_points(complaint.conditions, youngest=applies.age_min or 0.0, oldest=applies.age_max or 120.0)


def forget() -> None:
    """Drop what was worked out for charts, those of packs that are gone among them."""
    for kept in (_best, _ages, chart_domains):
        kept.cache_clear()
