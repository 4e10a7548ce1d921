"""The finite domain of every name a chart uses, so that rules can be checked and questions weighed exactly.

Signs are present or absent, choices take their options, and a number takes one value per stretch that no
comparison of the chart tells apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from domain.clinical import Disposition
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.expressions import Expression
from knowledge.logic import Comparison, Value
from knowledge.profile import AGES, NUMBERS, SIGNS

SIGN: tuple[Value, ...] = (False, True)
SEX: tuple[Value, ...] = ("女", "男")
DISPOSITIONS: tuple[Value, ...] = tuple(disposition.name for disposition in Disposition)


@lru_cache(maxsize=1024)
def chart_domains(complaint: Complaint) -> dict[str, tuple[Value, ...]]:
    """A domain for every name the chart's expressions may use, `d` included.

    Age names are given one by one; who needs them consistent uses `age_points`.
    """
    expressions = [*complaint.conditions, *(expression for expression, _ in complaint.expressions())]
    comparisons = [comparison for expression in expressions for comparison in expression.comparisons]
    domains: dict[str, tuple[Value, ...]] = dict.fromkeys(SIGNS, SIGN)
    domains |= {"sex": SEX, "d": DISPOSITIONS}
    for name in NUMBERS:
        domains[name] = number_points(name, comparisons)
    for question in complaint.ask:
        for name in question.names:
            domains[name] = _question_domain(question, name, comparisons)
    return domains


def number_points(name: str, comparisons: Iterable[Comparison]) -> tuple[Value, ...]:
    """One value of `name` per stretch of the number line that the comparisons tell apart, smallest first."""
    ours = [comparison for comparison in comparisons if comparison.name == name]
    bounds = sorted({value for comparison in ours for value in comparison.values if isinstance(value, float)})
    candidates: list[float] = [bounds[0] - min(1.0, bounds[0] / 2)] if bounds else [1.0]
    for place, bound in enumerate(bounds):
        following = bounds[place + 1] if place + 1 < len(bounds) else bound + 2
        candidates += [bound, (bound + following) / 2]
    seen: set[tuple[bool | None, ...]] = set()
    points: list[Value] = []
    for candidate in candidates:
        told = tuple(comparison.evaluate({name: candidate}) for comparison in ours)
        if told not in seen:
            seen.add(told)
            points.append(candidate)
    return tuple(points)


def age_points(expressions: Iterable[Expression], *, youngest: float = 0.0, oldest: float = 120.0) -> tuple[float, ...]:
    """Ages in years, one per stretch that the expressions tell apart through any of the age names."""
    in_years = [
        Comparison(
            "age", comparison.operator, tuple(float(value) / AGES[comparison.name] for value in comparison.values)
        )
        for expression in expressions
        for comparison in expression.comparisons
        if comparison.name in AGES and all(isinstance(value, float) for value in comparison.values)
    ]
    limits = [Comparison("age", ">=", (youngest,)), Comparison("age", "<", (oldest,))]
    points = [float(point) for point in number_points("age", [*in_years, *limits]) if isinstance(point, float)]
    inside = [point for point in points if youngest <= point < oldest]
    return tuple(inside) or (max(youngest, 1.0),)


def _question_domain(question: Question, name: str, comparisons: Iterable[Comparison]) -> tuple[Value, ...]:
    match question.type:
        case QuestionKind.CHOICE:
            return question.options
        case QuestionKind.NUMBER:
            return number_points(name, comparisons)
        case _:
            return SIGN
