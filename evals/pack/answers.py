"""Every patient one chart can meet, as spaces of points small enough to be evaluated whole.

A point gives every name of the chart a value. Points that no patient can be are left out: the age and sex
lie in what the chart is for, months follow from years, a skipped question has no sign, what is derived from
the person is so, and only women of an age for it are pregnant or have just given birth.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from domain.clinical import Disposition
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.domains import age_points, chart_domains
from knowledge.expressions import Expression
from knowledge.logic import Comparison, Junction, Node, Not, Sign, Value
from knowledge.profile import AGES, FERTILE_YEARS, NAMES
from tools.triage.chart import NOT_ASKED_OF_THIS_PERSON
from tools.triage.space import Axis, Outcome, Points, Space

MOST_POINTS = 1 << 18
"""A larger space is gone through in parts of at most this size."""
_DISPOSITION = "d"
_AGE = "age"
_MOTHER = frozenset({"pregnant", "postpartum"})
_FERTILE = Expression.parse(f"age>={FERTILE_YEARS[0]} and age<={FERTILE_YEARS[1]}")
_MAN = Expression.parse('sex=="男"')
_ROOM = 20
"""Bits for the places within one expression."""


@dataclass(frozen=True, slots=True)
class Part:
    """A space with the points of it that a patient can be."""

    space: Space
    people: Points

    def where(self, expression: Expression) -> Points:
        """The possible points where the expression holds."""
        return self.space.truth(expression.node)[0] & self.people

    def changed_by(self, place: int, outcomes: Collection[Points]) -> bool:
        """Whether two people who differ in the axis at `place` alone end differently."""
        stride = math.prod(len(axis.points) for axis in self.space.axes[place + 1 :])
        slices = self.space.slices[place]
        for one, other in combinations(range(len(slices)), 2):
            shift = stride * (other - one)
            both = (self.people & slices[one]) & ((self.people & slices[other]) >> shift)
            for points in outcomes:
                if ((points & slices[one]) ^ ((points & slices[other]) >> shift)) & both:
                    return True
        return False


@dataclass(frozen=True)
class Answers:
    """The chart's whole space of answers."""

    complaint: Complaint

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """Every expression of the chart."""
        return (*self.complaint.conditions, *(expression for expression, _ in self.complaint.expressions()))

    @cached_property
    def stands_for(self) -> dict[str, str]:
        """Signs that only ever stand side by side in the same `or`, each to the first of them.

        Such signs are one to every rule: whatever holds for one of them alone holds for any.
        """
        free = {
            name
            for question in self.complaint.ask
            if question.type is QuestionKind.MULTI
            for name in question.signs
            if name not in NAMES and name not in question.derive
        }
        company: dict[str, list[int]] = {name: [] for name in sorted(free)}
        alone: set[str] = set()
        for number, expression in enumerate(self.expressions):
            _gather(expression.node, number << _ROOM, company, alone)
        first: dict[tuple[int, ...], str] = {}
        return {
            name: name if name in alone else first.setdefault(tuple(places), name) for name, places in company.items()
        }

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One axis for the age, one for every other name the chart's expressions use and nothing stands for."""
        domains = chart_domains(self.complaint)
        used = frozenset[str]().union(*(expression.names for expression in self.expressions)) - {_DISPOSITION}
        axes = [
            Axis(self._asker(name), tuple({name: value} for value in self._values(name, domains[name])))
            for name in sorted(used - AGES.keys())
            if self.stands_for.get(name, name) == name
        ]
        if used & (AGES.keys() | _MOTHER):
            limits = self.complaint.applies
            told = [*self.expressions, *([_FERTILE] if used & _MOTHER else [])]
            ages = age_points(told, youngest=limits.age_min or 0.0, oldest=limits.age_max or 120.0)
            points = tuple({name: age * unit for name, unit in AGES.items()} for age in ages)
            axes.append(Axis(self._asker(_AGE), points))
        return tuple(axes)

    def parts(self, *, whole: Collection[str] = ()) -> Iterator[Part]:
        """The space in parts; the axes of the names in `whole` are never cut."""
        kept = [axis for axis in self.axes if axis.names & set(whole)]
        others = sorted((axis for axis in self.axes if axis not in kept), key=lambda axis: len(axis.points))
        size = math.prod(len(axis.points) for axis in kept)
        while others and size * len(others[0].points) <= MOST_POINTS:
            size *= len(others[0].points)
            kept.append(others.pop(0))
        silent: dict[str, Value] = {name: False for name, first in self.stands_for.items() if name != first}
        every = list(product(*(axis.points for axis in others)))
        random.Random(0).shuffle(every)  # what is looked for shows sooner where neighbours differ
        for fixed in every:
            values = dict(silent)
            for point in fixed:
                values |= point
            space = Space(tuple(kept), values)
            people = self._people(space)
            if people:
                yield Part(space, people)

    def _people(self, space: Space) -> Points:
        people = space.whole
        for question in self.complaint.ask:
            if question.if_ is not None:
                people &= ~space.truth(question.if_.node)[1] | self._skipped(space, question)
            for answer, derivation in question.derive.items():
                is_option = question.type is QuestionKind.CHOICE
                said = Comparison(question.id, "==", (answer,)) if is_option else Sign(answer)
                holds, fails = space.truth(said)
                if derivation.present is not None:
                    people &= ~space.truth(derivation.present.node)[0] | holds
                if derivation.absent is not None and not is_option:
                    people &= ~space.truth(derivation.absent.node)[0] | fails
        mothers = space.truth(_FERTILE.node)[0] & ~space.truth(_MAN.node)[0]
        for name in _MOTHER:
            people &= ~space.truth(Sign(name))[0] | mothers
        return people

    def _skipped(self, space: Space, question: Question) -> Points:
        """Where a question reads as one that is not put to this person."""
        nothing = space.whole
        for name in question.names:
            if name in NAMES:
                continue
            if question.type in {QuestionKind.BOOL, QuestionKind.MULTI}:
                nothing &= space.truth(Sign(name))[1]
            else:
                value = NOT_ASKED_OF_THIS_PERSON[question.type]
                nothing &= self._at(space, name, value)
        return nothing

    def _at(self, space: Space, name: str, value: Value) -> Points:
        if name in space.values:
            return space.whole if _same(space.values[name], value) else 0
        for place, axis in enumerate(space.axes):
            for point, points in zip(axis.points, space.slices[place], strict=True):
                if name in point and _same(point[name], value):
                    return points
        return space.whole

    def _values(self, name: str, domain: Sequence[Value]) -> tuple[Value, ...]:
        """The domain, within what the chart is for, and the value of a question that was skipped."""
        if name == "sex" and self.complaint.applies.sex is not None:
            return (self.complaint.applies.sex,)
        question = self.complaint.supplied.get(name)
        if question is None or question.if_ is None or name in NAMES:
            return tuple(domain)
        skipped = NOT_ASKED_OF_THIS_PERSON[question.type]
        return tuple(domain) if any(_same(value, skipped) for value in domain) else (*domain, skipped)

    def _asker(self, name: str) -> str:
        question = self.complaint.supplied.get(name)
        return question.id if question is not None else name


def _gather(node: Node, place: int, company: dict[str, list[int]], alone: set[str]) -> int:
    """Note for every sign the `or` it stands in, by a number of its own; `alone` are those that stand elsewhere."""
    following = place + 1
    match node:
        case Junction(absorbing=absorbing, parts=parts):
            for part in parts:
                if absorbing and isinstance(part, Sign):
                    company.get(part.name, []).append(place)
                else:
                    following = _gather(part, following, company, alone)
        case Not(part=part):
            following = _gather(part, following, company, alone)
        case _:
            alone |= node.names
    return following


def _same(one: Value, other: Value) -> bool:
    return one == other or (one != one and other != other)  # noqa: PLR0124 a skipped number is NaN


def ends(part: Part, complaint: Complaint) -> Mapping[Disposition, Points]:
    """Where the chart ends in which disposition, by itself."""
    found: dict[Disposition, Points] = dict.fromkeys(Disposition, 0)
    for (disposition, _, _), points in outcomes(part, complaint).items():
        found[disposition] |= points
    return found


def outcomes(part: Part, complaint: Complaint, *, silent: frozenset[str] = frozenset()) -> Mapping[Outcome, Points]:
    """Where the chart ends in which disposition and department, by itself; `silent` names nobody was asked."""
    return part.space.outcomes(complaint, at_least=Disposition.HOME, unusable=silent)
