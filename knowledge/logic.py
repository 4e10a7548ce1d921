"""The parts a rule is made of, and what can be known of a rule while facts are missing.

Evaluation is three-valued (Kleene). The searches below it look over the values unknown names may still
take; all are exact, branch on one name at a time and drop what the known values have settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "str | float | bool"
"""A fact: a choice, a number, or whether a sign is present."""
Facts: TypeAlias = "Mapping[str, Value]"
Domains: TypeAlias = "Mapping[str, tuple[Value, ...]]"


@dataclass(frozen=True, slots=True)
class Sign:
    """A bare name: true, false or unknown as the fact is."""

    name: str

    @property
    def names(self) -> frozenset[str]:
        """The names it uses."""
        return frozenset({self.name})

    def evaluate(self, facts: Facts) -> bool | None:
        """The fact itself; `None` is unknown."""
        value = facts.get(self.name)
        return None if value is None else bool(value)


@dataclass(frozen=True, slots=True)
class Constant:
    """`true` or `false`."""

    value: bool

    @property
    def names(self) -> frozenset[str]:
        """No names."""
        return frozenset()

    def evaluate(self, facts: Facts) -> bool:  # noqa: ARG002 a constant looks at nothing
        """Its value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact against one value, or against several with `in` and `not in`.

    Number against text is never equal and never ordered.
    """

    name: str
    operator: str
    values: tuple[Value, ...]

    @property
    def names(self) -> frozenset[str]:
        """The name it compares."""
        return frozenset({self.name})

    def evaluate(self, facts: Facts) -> bool | None:
        """Whether it holds; unknown while the fact is."""
        fact = facts.get(self.name)
        if fact is None:
            return None
        operator = self.operator
        if operator in {"==", "in"}:
            return fact in self.values
        if operator in {"!=", "not in"}:
            return fact not in self.values
        bound = self.values[0]
        if isinstance(fact, str) or isinstance(bound, str):
            return False
        if operator == "<":
            return fact < bound
        if operator == "<=":
            return fact <= bound
        return fact > bound if operator == ">" else fact >= bound


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false."""

    part: Node
    names: frozenset[str]

    def evaluate(self, facts: Facts) -> bool | None:
        """The contrary; unknown stays unknown."""
        value = self.part.evaluate(facts)
        return None if value is None else not value


@dataclass(frozen=True, slots=True)
class Junction:
    """`and` (`absorbing` is false) or `or` (`absorbing` is true) over its parts."""

    absorbing: bool
    parts: tuple[Node, ...]
    names: frozenset[str]

    def evaluate(self, facts: Facts) -> bool | None:
        """The absorbing value if any part has it, unknown if any part is, else the contrary."""
        absorbing = self.absorbing
        result: bool | None = not absorbing
        for part in self.parts:
            value = part.evaluate(facts)
            if value is absorbing:
                return absorbing
            if value is None:
                result = None
        return result


Node: TypeAlias = "Sign | Constant | Comparison | Not | Junction"


def search(goals: list[tuple[Node, bool]], facts: dict[str, Value], domains: Domains) -> bool:
    """Whether some assignment gives every node the value asked of it; what no domain settles counts as met."""
    open_goals: list[tuple[Node, bool]] = []
    for node, goal in goals:
        value = node.evaluate(facts)
        if value is not None and value is not goal:
            return False
        if value is None:
            open_goals.append((node, goal))
    for node, _ in open_goals:
        for name in sorted(node.names):
            if name not in facts and name in domains:
                return any(search(open_goals, facts | {name: value}, domains) for value in domains[name])
    return True


def attained(node: Node, facts: dict[str, Value], domains: Domains) -> bool:
    """Whether some assignment makes the node definitely true; names without a domain stay unknown."""
    value = node.evaluate(facts)
    if value is not None:
        return value
    for name in sorted(node.names):
        if name not in facts and name in domains:
            return any(attained(node, facts | {name: candidate}, domains) for candidate in domains[name])
    return False


_EITHER = frozenset({True, False})


def possible(node: Node, facts: dict[str, Value], domains: Domains) -> frozenset[bool]:
    """The values the node can still take; parts that share no unknown name are judged apart."""
    value = node.evaluate(facts)
    if value is not None:
        return frozenset({value})
    if isinstance(node, Not):
        return frozenset(not result for result in possible(node.part, facts, domains))
    if isinstance(node, Junction):
        shared = _shared(node, facts)
        if shared is not None:
            return _tried(node, shared, facts, domains)
        results = [possible(part, facts, domains) for part in node.parts]
        absorbing, other = node.absorbing, not node.absorbing
        reached = [absorbing] if any(absorbing in result for result in results) else []
        if all(other in result for result in results):
            reached.append(other)
        return frozenset(reached)
    (name,) = node.names
    return _tried(node, name, facts, domains)


def _tried(node: Node, name: str, facts: dict[str, Value], domains: Domains) -> frozenset[bool]:
    """The results over every value of one unknown name."""
    if name not in domains:
        return _EITHER
    results: frozenset[bool] = frozenset()
    for value in domains[name]:
        results |= possible(node, facts | {name: value}, domains)
        if len(results) > 1:
            break
    return results


def _shared(node: Junction, facts: Facts) -> str | None:
    """An unknown name that stands in two parts, the most frequent one; `None` if no name does."""
    counts: dict[str, int] = {}
    for part in node.parts:
        for name in part.names:
            if name not in facts:
                counts[name] = counts.get(name, 0) + 1
    repeated = sorted(name for name, count in counts.items() if count > 1)
    return max(repeated, key=counts.__getitem__) if repeated else None


def comparisons_of(node: Node) -> list[Comparison]:
    """Every comparison in it, left to right."""
    match node:
        case Comparison():
            return [node]
        case Not(part=part):
            return comparisons_of(part)
        case Junction(parts=parts):
            return [found for part in parts for found in comparisons_of(part)]
        case _:
            return []


def signs_of(node: Node) -> set[str]:
    """Every name used bare."""
    match node:
        case Sign(name=name):
            return {name}
        case Not(part=part):
            return signs_of(part)
        case Junction(parts=parts):
            return {found for part in parts for found in signs_of(part)}
        case _:
            return set()
