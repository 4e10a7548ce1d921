"""The rule language: parsing, Kleene evaluation, and which results can still come out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.expressions import Expression
from knowledge.logic import Value

pytestmark = pytest.mark.unit

DOMAINS: dict[str, tuple[Value, ...]] = {
    "a": (False, True),
    "b": (False, True),
    "c": ("x", "y", "z"),
    "n": (10.0, 20.0, 30.0),
}
ATOMS = ["a", "b", "true", 'c=="x"', 'c!="y"', 'c in ["x","z"]', 'c not in ["z"]', "n>=20", "n<20", "n==30"]
TEXTS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " and ".join(f"({part})" for part in parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " or ".join(f"({part})" for part in parts)),
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in DOMAINS.items()})


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("sweat", {"sweat": True}, True),
        ("sweat", {}, None),
        ("sweat and radiate", {"sweat": False}, False),
        ("sweat and radiate", {"sweat": True}, None),
        ("sweat or radiate", {"sweat": True}, True),
        ("sweat or radiate", {"sweat": False}, None),
        ("not sweat", {"sweat": False}, True),
        ("not sweat", {}, None),
        ('onset=="几天" and age>=65', {"onset": "几天", "age": 70.0}, True),
        ('onset!="几天"', {"onset": "几周"}, True),
        ('onset!="几天"', {}, None),
        ('onset in ["几天","几周"]', {"onset": "几周"}, True),
        ('onset not in ["几天"]', {"onset": "几天"}, False),
        ("age<65", {"age": 65.0}, False),
        ("age<=65", {"age": 65.0}, True),
        ("age>65.5", {"age": 66.0}, True),
        ("temp>=38", {"temp": float("nan")}, False),
        ("a or b and c", {"a": True}, True),
        ("not a and b", {"a": True}, False),
        ("true", {}, True),
        ("pregnant==false", {"pregnant": False}, True),
    ],
)
def test_rules_mean_what_a_nurse_reads(text: str, facts: dict[str, Value], expected: object) -> None:
    """Known, absent and unknown facts under every operator."""
    assert Expression.parse(text).evaluate(facts) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a and",
        "a b",
        "(a",
        "a ==",
        "a == b",
        "a < 'x'",
        "a in []",
        "a in [1",
        "a not b",
        "and",
        "1 < a",
        "a ? b",
        "a=",
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    """A slip is an error at load time, never a rule that silently means something else."""
    with pytest.raises(ValueError, match=r"要写|看不懂|不该|要写成"):
        Expression.parse(text)


def test_names_and_comparisons_are_listed() -> None:
    """The loader checks names and options against the questions."""
    expression = Expression.parse('sob and (age>=30 or onset in ["a"]) and not heart_hx')
    assert expression.names == {"sob", "age", "onset", "heart_hx"}
    assert expression.signs == {"sob", "heart_hx"}
    assert [(c.name, c.operator, c.values) for c in expression.comparisons] == [
        ("age", ">=", (30.0,)),
        ("onset", "in", ("a",)),
    ]


@given(text=TEXTS, facts=FACTS)
def test_possible_results_are_exactly_those_of_every_completion(text: str, facts: dict[str, Value]) -> None:
    """The clever search agrees with trying every assignment."""
    expression = Expression.parse(text)
    unknown = [name for name in DOMAINS if name not in facts]
    reached = {
        expression.evaluate(facts | dict(zip(unknown, values, strict=True)))
        for values in itertools.product(*(DOMAINS[name] for name in unknown))
    }
    assert expression.possible(facts, DOMAINS) == reached


@given(text=TEXTS, facts=FACTS, more=FACTS)
def test_learning_more_never_overturns_a_known_result(
    text: str, facts: dict[str, Value], more: dict[str, Value]
) -> None:
    """Kleene evaluation is monotone in information."""
    expression = Expression.parse(text)
    before = expression.evaluate(facts)
    if before is not None:
        assert expression.evaluate(more | facts) is before


def test_a_name_without_a_domain_may_do_anything() -> None:
    """Sound, not clever: both results stay possible."""
    assert Expression.parse("a or stranger").possible({"a": False}, DOMAINS) == {True, False}
