"""Which red flags a message raises: the patterns of the pack, the person, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.clinical import Disposition, RedFlag, RuleId
from knowledge.logic import Value
from knowledge.patterns import Pattern
from knowledge.red_flags import RedFlagRule
from understanding.hearing import Heard
from understanding.lexicon import Lexicon
from understanding.matcher import Match, Matcher
from understanding.numbers import parse
from understanding.scope import Status

_CHILD_YEARS = (0.02, 0.15, 0.7, 2.0, 4.0, 8.0, 13.0)
_INFANT_YEARS = (0.02, 0.15, 0.7)
_ADULT_YEARS = (16.0, 30.0, 50.0, 70.0, 90.0)
_ELDER_YEARS = (60.0, 70.0, 90.0)
"""Ages tried for somebody of whom only a word like 孩子 or 老人 is said."""


@dataclass(frozen=True, slots=True)
class _Key:
    rule: int
    hard: bool
    raises: Disposition | None = None


class RedFlags:
    """The red flags of a pack, compiled against its lexicon."""

    def __init__(self, rules: Iterable[RedFlagRule], lexicon: Lexicon) -> None:
        self.rules = tuple(rules)
        self._by_id = {rule.id: rule for rule in self.rules}
        patterns: dict[_Key, Iterable[Pattern]] = {}
        for number, rule in enumerate(self.rules):
            patterns[_Key(number, hard=True)] = rule.hard
            patterns[_Key(number, hard=False)] = rule.confirm
            for level, signs in rule.raised.items():
                patterns[_Key(number, hard=False, raises=level)] = [item for sign in signs.values() for item in sign]
        self._matcher: Matcher[_Key] = Matcher(lexicon, patterns)
        self._counted = tuple(
            (frozenset({lexicon.id_of(name)}), per_year)
            for name, per_year in (("岁数", 1.0), ("月龄", 12.0), ("新生儿天数", 365.25), ("新生儿天大", 365.25))
        )
        self._ages = tuple(
            (frozenset({lexicon.id_of(name)}), years)
            for name, years in (
                ("婴儿", _INFANT_YEARS),
                ("小孩", _CHILD_YEARS),
                ("老人", _ELDER_YEARS),
                ("成人", _ADULT_YEARS),
            )
        )

    def rule(self, rule_id: RuleId) -> RedFlagRule:
        """The rule behind a flag; raises `KeyError` for an id the pack does not have."""
        return self._by_id[rule_id]

    def match(
        self, message: Heard, before: Sequence[Heard] = (), facts: Mapping[str, Value] | None = None
    ) -> tuple[RedFlag, ...]:
        """The flags to which `message` contributes a word, the most urgent first, certain ones before others.

        `before` is what was said earlier in the conversation; `facts` is what is known of the person, under
        the pack's profile names. A flag whose population certainly excludes the person is not raised.
        """
        found: dict[int, list[Match[_Key]]] = {}
        levels: dict[int, Disposition] = {}
        for match in self._matcher.match(message, before, doubtful=Status.HYPOTHETICAL):
            key = match.key
            if key.raises is not None:
                if match.status <= Status.UNCERTAIN:
                    levels[key.rule] = max(key.raises, levels.get(key.rule, Disposition.HOME))
            elif self._counts(match):
                found.setdefault(key.rule, []).append(match)
        if not found:
            return ()
        restricted = any(self.rules[number].pop is not None for number in found)
        ages = self._said_ages([message, *before]) if restricted else ()
        flags = [
            self._flag(self.rules[number], matches, levels.get(number))
            for number, matches in found.items()
            if self._inside(self.rules[number], facts or {}, ages)
        ]
        return tuple(sorted(flags, key=lambda flag: (not flag.certain, -flag.disposition)))

    def _counts(self, match: Match[_Key]) -> bool:
        rule = self.rules[match.key.rule]
        if rule.asked:
            return True
        return match.status <= Status.UNCERTAIN and not (rule.now and match.status is Status.RESOLVED)

    def _flag(self, rule: RedFlagRule, matches: list[Match[_Key]], level: Disposition | None) -> RedFlag:
        certain = [match for match in matches if _acts_at_once(match)]
        best = max(certain or matches, key=lambda match: len(match.quotes))
        return RedFlag(
            rule_id=rule.id,
            name=rule.name,
            disposition=max(rule.disposition, level or rule.disposition),
            certain=bool(certain),
            crisis=rule.crisis,
            question=rule.question,
            first_aid=rule.first_aid,
            anchors=best.quotes,
            sources=rule.sources,
        )

    def _said_ages(self, heard: Sequence[Heard]) -> tuple[float, ...]:
        """Ages the person may have by what is said of them; empty when nothing tells."""
        years: set[float] = set()
        for concepts, per_year in self._counted:
            for item in heard:
                for start, end, _ in item.at(concepts):
                    number = parse(item.normal.text[start:end])
                    if number is not None:
                        years.add(number.low / per_year)
        if years:
            return tuple(sorted(years))
        for concepts, possible in self._ages:
            if any(item.at(concepts) for item in heard):
                years.update(possible)
        return tuple(sorted(years))

    @staticmethod
    def _inside(rule: RedFlagRule, facts: Mapping[str, Value], ages: tuple[float, ...]) -> bool:
        if rule.pop is None:
            return True
        if "age" in facts or not ages:
            return rule.pop.evaluate(facts) is not False
        return any(
            rule.pop.evaluate({**facts, "age": years, "age_m": years * 12, "age_days": years * 365.25}) is not False
            for years in ages
        )


def _acts_at_once(match: Match[_Key]) -> bool:
    return match.status <= Status.RESOLVED and (match.key.hard or match.independent)
