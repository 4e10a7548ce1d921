"""The rule language of the pack: what a nurse can read and a rule can say.

    onset=="现在还痛超过10分钟" and (sweat or radiate)
    age>=65 and not fever and onset in ["几天","几周以上"]

Names stand for facts; a bare name is a sign that may be present. Comparisons are `== != < <= > >=`,
membership is `in [...]` and `not in [...]`, combined by `not`, `and`, `or` and parentheses (binding in
that order, as in Python). Text stands in quotes; numbers, `true` and `false` are themselves.

Evaluation is three-valued (Kleene): a fact that is missing is unknown, and the result is unknown only if
the known facts do not settle it. `Expression.possible` looks further: it says which results can still
come out, for names whose values are known to lie in a finite domain, exactly (`a or not a` is only true).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from knowledge.logic import (
    Comparison,
    Constant,
    Domains,
    Facts,
    Junction,
    Node,
    Not,
    Sign,
    Value,
    attained,
    comparisons_of,
    possible,
    search,
    signs_of,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)
          |"(?P<double>[^"]*)"|'(?P<single>[^']*)'
          |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
          |(?P<sign>==|!=|<=|>=|[<>()\[\],]))""",
    re.VERBOSE,
)
_ORDERED = frozenset({"<", "<=", ">", ">="})
_COMPARISONS = _ORDERED | {"==", "!="}
_KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false"})


@dataclass(frozen=True)
class Expression:
    """A parsed rule; `text` is what was written."""

    text: str
    node: Node = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Parse `text`.

        Raises:
            ValueError: it is not an expression; the message says where it goes wrong.
        """
        return cls(text=text, node=_Parser(text).whole())

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name it uses."""
        return self.node.names

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every comparison in it, left to right."""
        return tuple(comparisons_of(self.node))

    @cached_property
    def signs(self) -> frozenset[str]:
        """Names used bare, as something present or absent."""
        return frozenset(signs_of(self.node))

    def evaluate(self, facts: Facts) -> bool | None:
        """Three-valued result under `facts`; `None` is unknown."""
        return self.node.evaluate(facts)

    def possible(self, facts: Facts, domains: Domains) -> frozenset[bool]:
        """The results that can come out when unknown names take any value of their domain.

        Exact: parts that share no unknown name are judged apart, shared names are tried value by value.
        A name that is in neither mapping stays unknown, and both results count as possible for it.
        """
        return possible(self.node, dict(facts), domains)


def satisfiable(
    wanted: Sequence[Expression], unwanted: Sequence[Expression], domains: Domains, facts: Facts | None = None
) -> bool:
    """Whether some assignment of the domains makes every `wanted` true and every `unwanted` false.

    Names of `wanted` are tried first, and of each domain the first value first. A name without a domain
    stays unknown, and an expression it leaves unknown counts as settled the way it is asked for.
    """
    goals = [(expression.node, True) for expression in wanted]
    goals += [(expression.node, False) for expression in unwanted]
    return search(goals, dict(facts or {}), domains)


def attainable(expression: Expression, facts: Facts, domains: Domains) -> bool:
    """Whether some values of the domains make it definitely true, every other unknown name staying unknown."""
    return attained(expression.node, dict(facts), domains)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def whole(self) -> Node:
        node = self._junction(absorbing=True)
        if self._at < len(self._tokens):
            raise ValueError(f"后面不该再有「{self._tokens[self._at][1]}」")
        return node

    def _junction(self, *, absorbing: bool) -> Node:
        word = "or" if absorbing else "and"
        parts = [self._part(absorbing=absorbing)]
        while self._take("name", word):
            parts.append(self._part(absorbing=absorbing))
        if len(parts) == 1:
            return parts[0]
        names = frozenset[str]().union(*(part.names for part in parts))
        return Junction(absorbing, tuple(parts), names)

    def _part(self, *, absorbing: bool) -> Node:
        return self._junction(absorbing=False) if absorbing else self._negation()

    def _negation(self) -> Node:
        if self._take("name", "not"):
            part = self._negation()
            return Not(part, part.names)
        if self._take("sign", "("):
            node = self._junction(absorbing=True)
            self._expect(")")
            return node
        return self._statement()

    def _statement(self) -> Node:
        kind, text = self._next("名字")
        if kind == "name" and text in {"true", "false"}:
            return Constant(text == "true")
        if kind != "name" or text in _KEYWORDS:
            raise ValueError(f"这里要写名字，写的是「{text}」")
        if self._take("name", "in"):
            return Comparison(text, "in", self._list())
        if self._take("name", "not"):
            if not self._take("name", "in"):
                raise ValueError("名字后面的 not 要写成 not in")
            return Comparison(text, "not in", self._list())
        if self._at < len(self._tokens) and self._tokens[self._at][1] in _COMPARISONS:
            operator = self._next("比较")[1]
            value = self._value()
            if operator in _ORDERED and not isinstance(value, float):
                raise ValueError(f"{operator} 后面要写数字")
            return Comparison(text, operator, (value,))
        return Sign(text)

    def _list(self) -> tuple[Value, ...]:
        self._expect("[")
        values = [self._value()]
        while self._take("sign", ","):
            values.append(self._value())
        self._expect("]")
        return tuple(values)

    def _value(self) -> Value:
        kind, text = self._next("值")
        if kind == "number":
            return float(text)
        if kind == "text":
            return text
        if kind == "name" and text in {"true", "false"}:
            return text == "true"
        raise ValueError(f"这里要写值，写的是「{text}」")

    def _next(self, wanted: str) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise ValueError(f"没有写完，这里要写{wanted}")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == (kind, text):
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        kind, text = self._next(sign)
        if (kind, text) != ("sign", sign):
            raise ValueError(f"这里要写「{sign}」，写的是「{text}」")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise ValueError(f"看不懂「{stripped[position:].split()[0]}」")
        kind = match.lastgroup or ""
        found.append(("text" if kind in {"double", "single"} else kind, match[kind]))
        position = match.end()
    return found
