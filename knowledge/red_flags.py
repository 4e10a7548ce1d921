"""Red flags: what must never wait, as patterns over the lexicon, with what to ask and what to do.

One file per group under `clinical/red_flags/`. Two kinds of pattern: `hard` is unmistakable and acts at
once; `confirm` asks `question` first, unless two independent anchors (`+`) of it are met on different
words. The content is a draft awaiting clinician sign-off; `sources` are tags explained in `pack.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from domain.clinical import Disposition, RuleId
from domain.errors import KnowledgeError
from knowledge.expressions import Expression
from knowledge.patterns import Pattern
from knowledge.strict import Mark, load


@dataclass(frozen=True, kw_only=True)
class RedFlagRule:
    """One red flag.

    `who` is the population in words and `pop` as an expression over profile names; unknown counts as
    inside. `question` is one yes/no with yes = danger (no clear answer counts as yes), except where
    `crisis` flags ask for safety after acting; `follow` are further items for the record.
    `disposition` holds when the flag does, `up` raises it by signs (words shown → patterns), `floor` is the
    least urgent result after a clear denial (`None`: the complaint's own interview decides).
    `say` is the fixed text a crisis is met with and `call` the numbers offered, the first one foremost.
    `route` and `first_aid` are the only advice that may be added. `asked` says that merely asking about
    it counts (suicide, violence), `now` that it must still last.
    """

    id: RuleId
    name: str
    who: str
    pop: Expression | None = None
    crisis: bool = False
    say: str = ""
    call: tuple[str, ...] = ("120",)
    asked: bool = False
    now: bool = False
    hard: tuple[Pattern, ...] = ()
    confirm: tuple[Pattern, ...]
    question: str
    follow: tuple[str, ...] = ()
    disposition: Disposition
    up: dict[str, dict[str, tuple[Pattern, ...]]] = field(default_factory=dict)
    floor: Disposition | None = None
    route: str = ""
    first_aid: str = ""
    sources: tuple[str, ...]
    mark: Mark

    def __post_init__(self) -> None:
        if self.crisis != bool(self.say):
            raise ValueError("危机（crisis）必须写 say，别的危急信号不能写")
        if unknown := self.up.keys() - Disposition.__members__.keys():
            raise ValueError(f"up 里没有这个等级：{'、'.join(sorted(unknown))}")
        if any(level <= self.disposition for level in self.raised):
            raise ValueError("up 只能比 disposition 更急")

    @cached_property
    def raised(self) -> dict[Disposition, dict[str, tuple[Pattern, ...]]]:
        """`up` by disposition, the most urgent first."""
        return dict(sorted(((Disposition[name], signs) for name, signs in self.up.items()), reverse=True))

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Every pattern of the rule."""
        signs = (pattern for raising in self.up.values() for patterns in raising.values() for pattern in patterns)
        return (*self.hard, *self.confirm, *signs)


@dataclass(frozen=True, kw_only=True)
class RedFlagGroup:
    """Everything of one file; `reviewed_by` is null until a hospital has signed."""

    group: str
    version: str
    reviewed_by: str | None
    rules: tuple[RedFlagRule, ...]


def load_red_flags(directory: Path) -> tuple[RedFlagRule, ...]:
    """Every red flag of the directory, in the order of files and of places in them.

    Raises:
        KnowledgeError: a file is not what it must be, there is none, or an id stands twice.
    """
    return red_flags_of([load(path, RedFlagGroup) for path in sorted(directory.glob("*.yaml"))], directory)


def red_flags_of(groups: Iterable[RedFlagGroup], directory: Path) -> tuple[RedFlagRule, ...]:
    """The rules of the groups of `directory`.

    Raises:
        KnowledgeError: there is none, or an id stands twice.
    """
    rules: dict[RuleId, RedFlagRule] = {}
    for rule in (rule for group in groups for rule in group.rules):
        if rule.id in rules:
            raise rule.mark.error(f"{rule.id} 写了两次，另一次在 {rules[rule.id].mark.file}")
        rules[rule.id] = rule
    if not rules:
        raise KnowledgeError(str(directory), 1, "一条危急信号也没有")
    return tuple(rules.values())
