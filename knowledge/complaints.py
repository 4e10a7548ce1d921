"""A complaint: what is asked, which answers lead where, and which department sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

from domain.clinical import DepartmentId, Disposition, RuleId
from knowledge.expressions import Expression
from knowledge.patterns import Pattern
from knowledge.strict import Mark

MAX_SIGNS = 5
MAX_QUESTION_CHARACTERS = 40
DANGER = Disposition.ED_NOW
"""A question is a danger question when its answer can fire a rule at this level or above."""

Flag = Literal["CRISIS", "HUMAN_TAKEOVER"]


class QuestionKind(StrEnum):
    """How a question is answered; values are those of the `triage_question` card."""

    BOOL = "bool"
    CHOICE = "choice"
    MULTI = "multi"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a complaint is called."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """Whom a complaint is for; ages in years, `age_max` excluded. A missing limit lets everybody in."""

    age_min: float | None = None
    age_max: float | None = None
    sex: Literal["男", "女"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How a sign or an option follows from the profile: `present` and `absent` hold for certain when true."""

    present: Expression | None = None
    absent: Expression | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `signs` (multi) and `options` (choice) are what the patient can tap.

    `if_` skips the question when it is definitely false; everything in it then is absent. `heard` maps a
    sign, an option or (for a bool) the question's own id to the patterns by which it was already said,
    `denied` to those whose denial denies it (a sign with one `heard` pattern is denied with that);
    `up_to_days` says for how long a duration an option still holds, so that 「三天了」 answers it.
    """

    id: str
    text: str
    type: QuestionKind
    signs: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    unit: str = ""
    if_: Expression | None = None
    why: str = ""
    heard: dict[str, tuple[Pattern, ...]] = field(default_factory=dict)
    denied: dict[str, tuple[Pattern, ...]] = field(default_factory=dict)
    up_to_days: dict[str, float] = field(default_factory=dict)
    derive: dict[str, Derivation] = field(default_factory=dict)
    mark: Mark

    def __post_init__(self) -> None:
        if len(self.text) > MAX_QUESTION_CHARACTERS:
            raise ValueError(f"问题最多 {MAX_QUESTION_CHARACTERS} 个字，这里有 {len(self.text)} 个")
        if bool(self.signs) != (self.type is QuestionKind.MULTI) or len(self.signs) > MAX_SIGNS:
            raise ValueError(f"multi 要有 1 到 {MAX_SIGNS} 个选项（signs），别的问题不能有")
        if (len(self.options) > 1) != (self.type is QuestionKind.CHOICE):
            raise ValueError("choice 至少要有两个选项（options），别的问题不能有")
        if len(set(self.options)) < len(self.options) or len(set(self.signs.values())) < len(self.signs):
            raise ValueError("两个选项写得一样")
        spoken = self.heard.keys() | self.denied.keys()
        if unknown := (spoken | self.derive.keys() | self.up_to_days.keys()) - self.readable:
            raise ValueError(f"这里没有叫 {'、'.join(sorted(unknown))} 的选项")

    @property
    def names(self) -> tuple[str, ...]:
        """The names its answer makes known."""
        return tuple(self.signs) if self.type is QuestionKind.MULTI else (self.id,)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Every pattern it is heard or denied by."""
        return tuple(
            pattern for spoken in (self.heard, self.denied) for patterns in spoken.values() for pattern in patterns
        )

    @property
    def readable(self) -> frozenset[str]:
        """What can be heard or derived: its signs, its options, or itself."""
        if self.type is QuestionKind.CHOICE:
            return frozenset(self.options)
        return frozenset(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When `when` holds the patient must be seen at least as soon as `d`; `because` is read to the patient."""

    id: str
    when: Expression
    d: Disposition
    because: str
    src: tuple[str, ...]
    flags: tuple[Flag, ...] = ()
    mark: Mark

    @property
    def danger(self) -> bool:
        """Whether it sends the patient to an emergency department or calls an ambulance."""
        return self.d >= DANGER


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRule:
    """Where to go when `when` holds; the first that holds decides.

    `label` is the part of the department that is meant (胸痛中心); `alt` comes next, and first when the
    hospital has no `to`.
    """

    when: Expression
    to: DepartmentId
    label: str = ""
    alt: tuple[DepartmentId, ...] = ()
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCare:
    """Advice while waiting or at home. `never` is for whoever writes sentences, not for the patient."""

    allow: tuple[str, ...]
    never: tuple[str, ...]
    safety_net: tuple[str, ...]
    recheck_hours: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Complaint:
    """A complaint chart. Compared by identity: two packs never share one.

    `general` marks the charts of the general discriminators, used when no other chart covers the message.
    """

    id: str
    version: str
    names: Names
    aliases: tuple[str, ...]
    applies: Applies = field(default_factory=Applies)
    general: bool = False
    red_flags: tuple[str, ...] = ()
    ask: tuple[Question, ...]
    rules: tuple[Rule, ...]
    default_d: Disposition
    departments: tuple[DepartmentRule, ...]
    self_care: SelfCare
    sources: tuple[str, ...]
    mark: Mark

    @cached_property
    def danger(self) -> frozenset[str]:
        """Ids of its danger questions."""
        used = frozenset[str]().union(*(rule.when.names for rule in self.rules if rule.danger))
        return frozenset(question.id for question in self.ask if used.intersection(question.names))

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """Its questions by id."""
        return {question.id: question for question in self.ask}

    @cached_property
    def supplied(self) -> dict[str, Question]:
        """Which question makes a name known."""
        return {name: question for question in self.ask for name in question.names}

    @cached_property
    def conditions(self) -> tuple[Expression, ...]:
        """What its rules and then its department rules ask for."""
        return (*(rule.when for rule in self.rules), *(rule.when for rule in self.departments))

    def rule_id(self, rule: Rule) -> RuleId:
        """The rule's id in the whole pack, with its version: `chest_pain.R03@2026.11-draft3`."""
        return RuleId(f"{self.id}.{rule.id}@{self.version}")

    def expressions(self) -> Iterator[tuple[Expression, Mark]]:
        """Every expression of the chart except those of `departments`, with its place."""
        for rule in self.rules:
            yield rule.when, rule.mark
        for question in self.ask:
            if question.if_ is not None:
                yield question.if_, question.mark
            for derivation in question.derive.values():
                for expression in (derivation.present, derivation.absent):
                    if expression is not None:
                        yield expression, derivation.mark
