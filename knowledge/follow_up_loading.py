"""Read the folder `follow_up/` of a pack, and say what is wrong in it beyond its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from domain.errors import KnowledgeError
from knowledge.complaints import QuestionKind
from knowledge.domains import SEX, SIGN, number_points
from knowledge.expressions import Expression, satisfiable
from knowledge.follow_up import (
    DAY,
    FALL,
    MEANS,
    RISE,
    Course,
    DiaryTable,
    FollowUpBook,
    Instrument,
    Plan,
)
from knowledge.logic import Value
from knowledge.pack import Cover
from knowledge.patterns import Term, terms
from knowledge.profile import NAMES, NUMBERS, SIGNS
from knowledge.routing import READINGS
from knowledge.strict import Mark, load

NOT_ASKED = ""
"""What a choice that is only asked under a condition may stay."""
Problems: TypeAlias = "Iterator[KnowledgeError]"


def load_follow_up(directory: Path) -> FollowUpBook:
    """Read every plan, instrument and table of the folder.

    Raises:
        KnowledgeError: a file is not what it must be, a plan names an unknown instrument, or a name stands twice.
    """
    instruments: dict[str, Instrument] = {}
    for path in sorted((directory / "instruments").glob("*.yaml")):
        instrument = load(path, Instrument)
        _same_name(instrument.id, instrument.mark)
        instruments[instrument.id] = instrument
    plans = [load(path, Plan) for path in sorted(directory.glob("*.yaml"))]
    if not plans:
        raise KnowledgeError(str(directory), 1, "一个随访计划也没有")
    for plan in plans:
        _same_name(plan.id, plan.mark)
        for use in plan.instruments:
            if use.id not in instruments:
                raise use.mark.error(f"没有量表 {use.id}")
    return FollowUpBook(
        courses={plan.id: Course.of(plan, instruments) for plan in plans},
        instruments=instruments,
        diary=load(directory / "readings" / "diary.yaml", DiaryTable),
    )


def _same_name(name: str, mark: Mark) -> None:
    if Path(mark.file).stem != name:
        raise mark.error(f"{name} 的文件名要叫 {name}.yaml")


def follow_up_problems(
    book: FollowUpBook, cover: Cover, unknown: Callable[[frozenset[Term]], tuple[str, ...]]
) -> Problems:
    """Everything wrong in the folder; `unknown` names the concepts of patterns that the lexicon lacks."""
    for course in book.courses.values():
        yield from _course(course, cover)
        for item in course.items:
            if missing := unknown(terms(item.patterns)):
                yield item.mark.error(f"词典里没有概念 <{'>、<'.join(missing)}>")
    for instrument in book.instruments.values():
        for rule in instrument.rules:
            yield from _cited(rule.src, cover, rule.mark)
    known = READINGS | set(MEANS) | NAMES
    for rule in book.diary.rules:
        yield from _cited(rule.src, cover, rule.mark)
        if strange := sorted(rule.when.names - known):
            yield rule.mark.error(f"「{rule.when.text}」里没有这个名字：{'、'.join(strange)}")


def _course(course: Course, cover: Cover) -> Problems:
    plan = course.plan
    counted = Counter(name for item in course.items for name in {item.id, *item.names})
    for item in course.items:
        for name in item.names:
            if counted[name] > 1 or name in MEANS or name == DAY:
                yield item.mark.error(f"{plan.id}：{name} 被两个问题问到，或是固定的名字")
    wrong = [*_names(course), *_order(course)]
    yield from wrong
    for name in sorted(plan.profile.keys() - SIGNS):
        yield plan.mark.error(f"{plan.id}：患者资料里没有 {name}")
    twice = Counter(rule.id for rule in plan.rules)
    for rule in plan.rules:
        if twice[rule.id] > 1:
            yield rule.mark.error(f"两条规则都叫 {rule.id}")
        yield from _cited(rule.src, cover, rule.mark)
    yield from _cited(plan.sources, cover, plan.mark)
    if not wrong:
        yield from _unused(course)
        yield from _reachable(course)


def _names(course: Course) -> Problems:
    domains = course_domains(course)
    for expression, mark in _expressions(course):
        if strange := sorted(expression.names - domains.keys()):
            yield mark.error(f"「{expression.text}」里没有这个名字：{'、'.join(strange)}")
            continue
        for comparison in expression.comparisons:
            for value in comparison.values:
                if isinstance(value, str) and value not in domains[comparison.name]:
                    yield mark.error(f"{comparison.name} 没有选项「{value}」")


def _order(course: Course) -> Problems:
    """Whether an item is asked may depend on what is asked before it, and on nothing that comes later."""
    known = {*NAMES, DAY, *MEANS}
    for item in course.items:
        for condition in course.conditions.get(item.id, ()):
            if later := sorted(condition.names - known):
                yield item.mark.error(f"{item.id} 问不问要看 {'、'.join(later)}，可那是后面才知道的")
        known |= {*item.names, *(name + ending for name in item.names for ending in (RISE, FALL))}
        known |= {one.id for one in course.instruments if one.ask and one.ask[-1] is item}


def _unused(course: Course) -> Problems:
    used = frozenset[str]().union(*(expression.names for expression, _ in _expressions(course)))
    for item in course.items:
        if item.type is QuestionKind.MULTI:
            for sign in item.signs:
                if sign not in used:
                    yield item.mark.error(f"多余的选项：{course.plan.id} 里没有用到 {sign}")


def _reachable(course: Course) -> Problems:
    """Some patient must make each rule decide: the rule true, and every more urgent one false."""
    domains = course_domains(course)
    for _, rule in course.rules:
        above = [other.when for _, other in course.rules if other.urgency > rule.urgency]
        if not satisfiable([rule.when], above, domains):
            yield rule.mark.error(f"{course.plan.id}.{rule.id} 永远轮不到：条件自相矛盾，或总有更急的规则先成立")


def course_domains(course: Course) -> dict[str, tuple[Value, ...]]:
    """A finite domain for every name a course's expressions may use."""
    comparisons = [one for expression, _ in _expressions(course) for one in expression.comparisons]
    domains: dict[str, tuple[Value, ...]] = dict.fromkeys(SIGNS, SIGN) | {"sex": SEX}
    numbers = [*NUMBERS, DAY, *MEANS, *(one.id for one in course.instruments)]
    for item in course.items:
        if item.type is QuestionKind.CHOICE:
            domains[item.id] = (*item.options, *((NOT_ASKED,) if item.id in course.conditions else ()))
        elif item.type is QuestionKind.NUMBER:
            numbers += item.names
        else:
            domains |= dict.fromkeys(item.names, SIGN)
    for name in numbers:
        for one in (name, name + RISE, name + FALL):
            domains[one] = number_points(one, comparisons)
    return domains


def _expressions(course: Course) -> Iterator[tuple[Expression, Mark]]:
    for _, rule in course.rules:
        yield rule.when, rule.mark
    for item in course.items:
        for condition in course.conditions.get(item.id, ()):
            yield condition, item.mark


def _cited(tags: tuple[str, ...], cover: Cover, mark: Mark) -> Problems:
    if not tags:
        yield mark.error("没有写来源")
    for tag in tags:
        if cover.source_title(tag) is None:
            yield mark.error(f"pack.yaml 里没有来源 {tag}")
