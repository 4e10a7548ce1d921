"""Every way an interview can still go, weighed exactly and all at once.

The open names of a chart span a finite space: one point per combination of answers. A set of points is a
Python integer with one bit per point, so a rule is evaluated over the whole space by a handful of bitwise
operations; counting bits gives the probability of an outcome under answers taken as equally likely.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeAlias

from domain.clinical import Disposition
from knowledge.complaints import Complaint
from knowledge.logic import Comparison, Constant, Junction, Node, Not, Sign, Value

LARGEST_SPACE = 1 << 16
"""More points than this are not weighed; the chart's own order decides then."""

Points: TypeAlias = int
"""A set of points, one bit each."""
Outcome: TypeAlias = "tuple[Disposition, str, str]"
"""Disposition, department id and label."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What one answer can be: each point gives its names a value. `question_id` is who asks."""

    question_id: str
    points: tuple[Mapping[str, Value], ...]

    @property
    def names(self) -> frozenset[str]:
        """The names it makes known."""
        return frozenset(self.points[0])


@dataclass(frozen=True)
class Space:
    """The product of the axes, over what is known already (`values`)."""

    axes: tuple[Axis, ...]
    values: Mapping[str, Value]

    @property
    def size(self) -> int:
        """How many points there are."""
        return math.prod(len(axis.points) for axis in self.axes)

    @cached_property
    def whole(self) -> Points:
        """Every point."""
        return (1 << self.size) - 1

    @cached_property
    def slices(self) -> tuple[tuple[Points, ...], ...]:
        """For each axis and each of its points, the points of the space that have it."""
        slices: list[tuple[Points, ...]] = []
        stride = 1
        for axis in reversed(self.axes):
            period = stride * len(axis.points)
            repeated = _repeated(self.size // period, period)
            block = (1 << stride) - 1
            slices.append(tuple((block << (place * stride)) * repeated for place in range(len(axis.points))))
            stride = period
        return tuple(reversed(slices))

    @cached_property
    def _place_of(self) -> dict[str, int]:
        return {name: place for place, axis in enumerate(self.axes) for name in axis.names}

    def truth(self, node: Node) -> tuple[Points, Points]:
        """Where the node is true and where it is false; elsewhere it is unknown."""
        value = node.evaluate(self.values)
        if value is not None:
            return (self.whole, 0) if value else (0, self.whole)
        match node:
            case Not(part=part):
                true, false = self.truth(part)
                return false, true
            case Junction(absorbing=absorbing, parts=parts):
                truths = [self.truth(part) for part in parts]
                some, every = 0, self.whole
                for true, false in truths:
                    some |= true if absorbing else false
                    every &= false if absorbing else true
                return (some, every) if absorbing else (every, some)
            case Sign() | Comparison():
                return self._statement(node)
            case Constant(value=constant):
                return (self.whole, 0) if constant else (0, self.whole)

    def _statement(self, node: Sign | Comparison) -> tuple[Points, Points]:
        place = self._place_of.get(node.name)
        true = false = 0
        if place is not None:
            for point, where in zip(self.axes[place].points, self.slices[place], strict=True):
                if node.evaluate(point):
                    true |= where
                else:
                    false |= where
        return true, false

    def outcomes(
        self, complaint: Complaint, *, at_least: Disposition, unusable: frozenset[str]
    ) -> dict[Outcome, Points]:
        """Which points end in which disposition and department.

        `at_least` is a floor from elsewhere (red flags, readings); rules at OPD or HOME that use an
        `unusable` name, one that will stay unknown, cannot fire.
        """
        settled = self.whole
        fires: dict[Disposition, Points] = dict.fromkeys(Disposition, 0)
        for rule in complaint.rules:
            true, false = self.truth(rule.when.node)
            if rule.danger:
                settled &= true | false
            if rule.d >= Disposition.VISIT_24H or not rule.when.names & unusable:
                fires[rule.d] |= true
        left = self.whole
        ends: dict[Disposition, Points] = dict.fromkeys(Disposition, 0)
        for disposition in sorted(Disposition, reverse=True):
            low = disposition < Disposition.VISIT_24H
            ends[disposition] |= (fires[disposition] & settled if low else fires[disposition]) & left
            left &= ~ends[disposition]
        ends[complaint.default_d] |= left
        for disposition in (Disposition.HOME, Disposition.OPD):
            lifted = ends[disposition] & ~settled
            ends[disposition] &= ~lifted
            ends[Disposition.VISIT_24H] |= lifted
        for disposition in Disposition:
            if disposition < at_least:
                ends[at_least] |= ends[disposition]
                ends[disposition] = 0
        return self._with_departments(complaint, ends)

    def _with_departments(self, complaint: Complaint, ends: Mapping[Disposition, Points]) -> dict[Outcome, Points]:
        outcomes: dict[Outcome, Points] = {}
        for disposition, points in ends.items():
            left = points
            there = Space(self.axes, {**self.values, "d": disposition.name}) if left else self
            for rule in complaint.departments:
                if not left:
                    break
                reached = there.truth(rule.when.node)[0] & left
                if reached:
                    outcome = (disposition, str(rule.to), rule.label)
                    outcomes[outcome] = outcomes.get(outcome, 0) | reached
                    left &= ~reached
        return outcomes

    def uncertainty_after(self, question_id: str, outcomes: Mapping[Outcome, Points]) -> float:
        """Expected entropy of the outcome, in bits, once the question is answered."""
        answers = [
            slices for axis, slices in zip(self.axes, self.slices, strict=True) if axis.question_id == question_id
        ]
        expected = 0.0
        for answer in product(*answers):
            where = self.whole
            for points in answer:
                where &= points
            expected += entropy([(points & where).bit_count() for points in outcomes.values()]) * where.bit_count()
        return expected / self.size


def _repeated(times: int, period: int) -> Points:
    """A one at every `period`-th place, `times` of them; by doubling, because dividing large numbers is slow."""
    ones, held = 1, 1
    while held < times:
        more = min(held, times - held)
        ones |= (ones & ((1 << (more * period)) - 1)) << (held * period)
        held += more
    return ones


def entropy(counts: Sequence[int]) -> float:
    """Entropy in bits of a distribution given by counts."""
    total = sum(counts)
    return -sum(count / total * math.log2(count / total) for count in counts if count) if total else 0.0
