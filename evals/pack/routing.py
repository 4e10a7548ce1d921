"""Readings, modifiers and department rules that hold over all complaints: each must decide for somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from evals.pack.remark import Remarks, error, warning
from knowledge.domains import DISPOSITIONS, SEX, SIGN, age_points, number_points
from knowledge.expressions import Expression, satisfiable
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import AGES, FERTILE_YEARS, NUMBERS, SIGNS
from knowledge.routing import READINGS, Place

_World: TypeAlias = "tuple[dict[str, Value], Mapping[str, tuple[Value, ...]]]"
_MONTHS: tuple[Value, ...] = tuple(float(month) for month in range(1, 13))


def check_routing(pack: Pack) -> Remarks:
    """Rules nobody fulfils, and rules another one always stands before."""
    yield from _vitals(pack)
    routing = pack.routing
    expressions = [*(one.when for one in routing.modifiers), *(one.when for one in routing.departments)]
    worlds = list(_worlds(expressions, routing.symptoms))
    for modifier in routing.modifiers:
        if not _possible([modifier.when], [], worlds):
            yield error(modifier.mark, "contradictory", f"{modifier.id}「{modifier.when.text}」自相矛盾")
    earlier: dict[tuple[str, Place], list[Expression]] = {}
    for rule in routing.departments:
        before = earlier.setdefault((rule.to, rule.place), [])
        if not _possible([rule.when], [], worlds):
            yield error(rule.mark, "contradictory", f"{rule.id}「{rule.when.text}」自相矛盾")
        elif not _possible([rule.when], before, worlds):
            yield warning(
                rule.mark, "shadowed", f"{rule.id}「{rule.when.text}」是多余的：前面的规则已把人送到 {rule.to}"
            )
        before.append(rule.when)


def _vitals(pack: Pack) -> Remarks:
    rules = pack.vitals.rules
    worlds = list(_worlds([rule.when for rule in rules], pack.vitals.symptoms))
    for rule in rules:
        if not _possible([rule.when], [], worlds):
            yield error(rule.mark, "contradictory", f"{rule.id}「{rule.when.text}」自相矛盾")
        elif not _possible([rule.when], [one.when for one in rules if one.d > rule.d], worlds):
            text = f"{rule.id}「{rule.when.text}」永远轮不到：符合它的人都先符合更急的读数"
            yield error(rule.mark, "unreachable", text)


def _possible(
    wanted: list[Expression],
    unwanted: list[Expression],
    worlds: Iterable[_World],
) -> bool:
    return any(satisfiable(wanted, unwanted, domains, facts) for facts, domains in worlds)


def _worlds(expressions: list[Expression], groups: Iterable[str]) -> Iterator[_World]:
    """For every age the rules tell apart, what is known of that person and what may still be true of them."""
    comparisons = [comparison for expression in expressions for comparison in expression.comparisons]
    youngest, oldest = FERTILE_YEARS
    fertile = Expression.parse(f"age>={youngest} and age<={oldest}")
    domains: dict[str, tuple[Value, ...]] = dict.fromkeys((*SIGNS, *groups), SIGN)
    domains |= {name: number_points(name, comparisons) for name in (NUMBERS | READINGS) - AGES.keys()}
    domains |= {"sex": SEX, "d": DISPOSITIONS, "month": _MONTHS}
    for age in age_points([*expressions, fertile]):
        facts: dict[str, Value] = {name: age * unit for name, unit in AGES.items()}
        if not youngest <= age <= oldest:
            facts |= {"pregnant": False, "postpartum": False}
        yield facts, domains
