"""The real pack's lexicon and red flags, compiled once per test process, and the table of wordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.screen import Screen
from domain.clinical import RedFlag, RuleId
from knowledge.lexicon import Vocabulary, load_lexicon
from knowledge.red_flags import RedFlagRule, load_red_flags
from knowledge.wordings import load_wordings
from tools.triage.red_flags import RedFlags
from tools.triage.resemblance import Resemblance
from understanding.lexicon import Lexicon

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@dataclass(frozen=True, slots=True)
class Wordings:
    """Ways of saying one red flag, one of denying it, one of asking about it in general (empty: none)."""

    rule_id: RuleId
    said: tuple[str, ...]
    denied: str
    in_general: str


@cache
def vocabulary() -> Vocabulary:
    """The pack's words."""
    return load_lexicon(KNOWLEDGE / "lexicon")


@cache
def rules() -> tuple[RedFlagRule, ...]:
    """The pack's red flags."""
    return load_red_flags(KNOWLEDGE / "clinical" / "red_flags")


@cache
def lexicon() -> Lexicon:
    """The pack's lexicon, knowing every phrase of the red flags."""
    return Lexicon(vocabulary(), [pattern for rule in rules() for pattern in rule.patterns])


@cache
def resemblance() -> Resemblance:
    """The pack's examples of alarming and harmless messages."""
    return Resemblance(load_wordings(KNOWLEDGE / "clinical" / "wordings", {rule.id for rule in rules()}))


@cache
def screen() -> Screen:
    """The screen the service runs."""
    return Screen(RedFlags(rules(), lexicon()), lexicon(), resemblance(), questions=[rule.question for rule in rules()])


@cache
def wordings() -> tuple[Wordings, ...]:
    """The rows of `wordings.tsv`."""
    rows = []
    for line in (Path(__file__).parent / "wordings.tsv").read_text(encoding="utf-8").splitlines():
        rule_id, said, denied, in_general = line.split("\t")
        rows.append(
            Wordings(
                rule_id=RuleId(rule_id),
                said=tuple(said.split("|")),
                denied=denied,
                in_general="" if in_general == "-" else in_general,
            )
        )
    return tuple(rows)


def raised(text: str, recent: tuple[str, ...] = ()) -> dict[str, RedFlag]:
    """The flags a message raises, by rule."""
    return {flag.rule_id: flag for flag in screen()(text, recent).flags}


def acts_at(flags: Iterable[RedFlag]) -> int:
    """How urgent what acts at once is; -1 when nothing does."""
    return max((flag.disposition for flag in flags if flag.certain), default=-1)
