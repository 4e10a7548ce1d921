"""The bitwise space agrees with trying every answer one by one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clinical import Disposition
from knowledge.complaints import Complaint
from knowledge.domains import age_points, chart_domains
from knowledge.logic import Value
from knowledge.profile import AGES
from tests.triage.patients import shipped
from tools.triage.space import Axis, Outcome, Space, entropy

pytestmark = pytest.mark.unit


def slowly(complaint: Complaint, values: dict[str, Value], at_least: Disposition) -> Outcome:
    """The outcome of one point, the way a person would work it out from the chart."""
    settled = all(rule.when.evaluate(values) is not None for rule in complaint.rules if rule.danger)
    fired = [
        rule.d
        for rule in complaint.rules
        if rule.when.evaluate(values) is True and (settled or rule.d >= Disposition.VISIT_24H)
    ]
    disposition = max(fired, default=complaint.default_d)
    if not settled:
        disposition = max(disposition, Disposition.VISIT_24H)
    disposition = max(disposition, at_least)
    there = {**values, "d": disposition.name}
    rule = next(rule for rule in complaint.departments if rule.when.evaluate(there) is True)
    return disposition, str(rule.to), rule.label


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_point_of_the_space_ends_where_the_chart_says(data: st.DataObject) -> None:
    """Dispositions, floors, unsettled danger and departments, over random charts and random open answers."""
    complaint = data.draw(st.sampled_from(sorted(shipped().complaints.values(), key=lambda one: one.id)))
    domains = chart_domains(complaint)
    limits = complaint.applies
    ages = age_points(complaint.conditions, youngest=limits.age_min or 0.0, oldest=limits.age_max or 120.0)
    names = sorted(name for name in complaint.supplied if name not in AGES)
    open_names = data.draw(st.lists(st.sampled_from(names), max_size=5, unique=True))
    unknown = data.draw(st.sets(st.sampled_from(names), max_size=1))
    values: dict[str, Value] = {
        name: data.draw(st.sampled_from(domains[name])) for name in names if name not in {*open_names, *unknown}
    }
    axes = [Axis("q", tuple({name: value} for value in domains[name])) for name in open_names]
    axes.append(Axis("age", tuple({name: age * unit for name, unit in AGES.items()} for age in ages)))
    at_least = data.draw(st.sampled_from([Disposition.HOME, Disposition.VISIT_24H, Disposition.ED_NOW]))
    space = Space(tuple(axes), values)
    lost = frozenset(unknown - set(open_names))
    outcomes = space.outcomes(complaint, at_least=at_least, unusable=frozenset())
    assert sum(points.bit_count() for points in outcomes.values()) == space.size
    for number, point in enumerate(itertools.product(*(axis.points for axis in axes))):
        answers = dict(values)
        for answer in point:
            answers.update(answer)
        assert lost.isdisjoint(answers)
        assert outcomes[slowly(complaint, answers, at_least)] >> number & 1


def test_a_rule_that_needs_what_will_stay_unknown_cannot_reassure() -> None:
    """An OPD or HOME rule is left out when one of its names can no longer be asked."""
    complaint = shipped().complaints["eye_red_pain"]
    values: dict[str, Value] = {name: False for question in complaint.ask for name in question.signs}
    values |= {"main": "干涩疲劳", "days": "一周以内", "age": 30.0, "age_m": 360.0}
    space = Space((), values)
    (reassured,) = space.outcomes(complaint, at_least=Disposition.HOME, unusable=frozenset())
    (careful,) = space.outcomes(complaint, at_least=Disposition.HOME, unusable=frozenset({"lens"}))
    assert reassured[0] is Disposition.HOME
    assert careful[0] is complaint.default_d


def test_uncertainty_is_what_is_left_on_average() -> None:
    """A question that decides everything leaves nothing, one that is beside the point leaves all."""
    space = Space((Axis("a", ({"x": False}, {"x": True})), Axis("b", ({"y": False}, {"y": True}))), {})
    home, opd = (Disposition.HOME, "D02", ""), (Disposition.OPD, "D02", "")
    outcomes = {home: space.slices[0][0], opd: space.slices[0][1]}
    assert space.uncertainty_after("a", outcomes) == 0.0
    assert space.uncertainty_after("b", outcomes) == 1.0


def test_entropy_counts_bits() -> None:
    """Two equal halves are one bit, certainty is none."""
    assert entropy([2, 2]) == 1.0
    assert entropy([4, 0]) == 0.0
    assert entropy([]) == 0.0
