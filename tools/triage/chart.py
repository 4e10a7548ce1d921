"""One complaint chart over one case: what it knows, which rules fire, what is still open.

Three-valued throughout. A rule at VISIT_24H or above fires when it is definitely true, or when it is true
for some value of a choice, a number or a yes/no of danger that was put twice without a clear answer; a card
so left counts as "at least one of these". A rule at OPD or HOME fires only if every name it uses is known
and no emergency rule is left open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from domain.clinical import Disposition
from knowledge.complaints import DANGER, Complaint, DepartmentRule, Question, QuestionKind, Rule
from knowledge.domains import chart_domains
from knowledge.expressions import Expression, attainable
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import NAMES, profile_facts
from tools.triage.case import UNSURE, Asked, TriageCase

TIMES_DANGER_IS_ASKED = 2
NOT_ASKED_OF_THIS_PERSON: dict[QuestionKind, Value] = {
    QuestionKind.BOOL: False,
    QuestionKind.MULTI: False,
    QuestionKind.CHOICE: "",
    QuestionKind.NUMBER: math.nan,
}
"""What a skipped question counts as: no sign, no option, a number no comparison but `!=` holds for."""


@dataclass(frozen=True)
class Chart:
    """A complaint with everything the case knows of it."""

    complaint: Complaint
    values: dict[str, Value]
    quotes: dict[str, str]
    asked: dict[str, Asked]

    @classmethod
    def of(cls, complaint: Complaint, case: TriageCase, pack: Pack) -> Chart:
        """The chart as this case fills it."""
        values = profile_facts(case.profile)
        quotes: dict[str, str] = {}
        for name in complaint.supplied:
            places = ((complaint.id, name), *pack.twins.get((complaint.id, name), ()))
            for complaint_id, sign in places:
                fact = case.fact(complaint_id, sign)
                if fact is not None:
                    if name not in NAMES:
                        values[name] = fact.value
                    quotes[name] = quotes.get(name) or fact.quote
                    break
        elsewhere = pack.covered.get(complaint.id, {})
        for other in case.complaint_ids if elsewhere else ():
            for sign in elsewhere.get(other, ()):
                values.setdefault(sign, False)
        _derive(complaint, values)
        asked = {question.id: case.put(complaint.id, question.id) for question in complaint.ask}
        return cls(complaint=complaint, values=values, quotes=quotes, asked=asked)

    @cached_property
    def domains(self) -> dict[str, tuple[Value, ...]]:
        """The domain of every name of the chart."""
        return chart_domains(self.complaint)

    @cached_property
    def unclear(self) -> frozenset[str]:
        """Choices answered by 「说不清」 where that is no option: known, but not enough for OPD or HOME."""
        return frozenset(
            name
            for name, question in self.complaint.supplied.items()
            if self.values.get(name) == UNSURE and UNSURE not in question.options
        )

    @cached_property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """Question id to the names it would make known, for every question with any."""
        return {
            question.id: names
            for question in self.complaint.ask
            if (names := tuple(name for name in question.names if name not in self.values))
        }

    @cached_property
    def forfeited(self) -> frozenset[str]:
        """Choices, numbers and yes/nos of danger that were put twice without a clear answer: they count as yes."""
        return frozenset(
            name
            for question_id, names in self.missing.items()
            if self._given_up(question_id) and self.complaint.by_id[question_id].type is not QuestionKind.MULTI
            for name in names
        )

    @cached_property
    def affirmed(self) -> Disposition:
        """What danger cards put twice without a clear answer come to: at least one of their signs is there.

        That is ED_NOW, or more if each of the signs alone would be more; HOME when there is no such card.
        """
        cards = [
            names
            for question_id, names in self.missing.items()
            if self._given_up(question_id) and self.complaint.by_id[question_id].type is QuestionKind.MULTI
        ]
        return max(
            (max(DANGER, min(self._with_sign(name) for name in names)) for names in cards), default=Disposition.HOME
        )

    def _given_up(self, question_id: str) -> bool:
        """Whether danger was asked for twice and nothing clear came back; a card's second asking is its closing one."""
        asked = self.asked[question_id]
        if question_id not in self.complaint.danger:
            return False
        if asked.times >= TIMES_DANGER_IS_ASKED:
            return asked.reopened or not asked.closing
        return asked.closing and not asked.reopened and len(self.missing[question_id]) == asked.names

    def _with_sign(self, name: str) -> Disposition:
        values = {**self.values, name: True}
        levels = [rule.d for rule in self.complaint.rules if rule.when.evaluate(values) is True]
        return max(levels, default=Disposition.HOME)

    @cached_property
    def askable(self) -> dict[str, tuple[str, ...]]:
        """Of `missing`, the questions that may still be put: unasked ones, and danger questions once more."""
        return {
            question_id: names
            for question_id, names in self.missing.items()
            if self._may_be_put(self.complaint.by_id[question_id])
        }

    def _may_be_put(self, question: Question) -> bool:
        asked = self.asked[question.id]
        if question.if_ is not None and question.if_.evaluate(self.values) is False:
            return False
        if asked.times == 0 or self.to_close(question):
            return True
        if question.type is QuestionKind.MULTI:
            return asked.reopened and asked.times < TIMES_DANGER_IS_ASKED
        return question.id in self.complaint.danger and asked.times < TIMES_DANGER_IS_ASKED

    def to_close(self, question: Question) -> bool:
        """Whether a card put once is left to its one closing question.

        That is when it was answered in part, or when it is of danger and nothing in the answer was about it.
        """
        asked = self.asked[question.id]
        if question.type is not QuestionKind.MULTI or asked.times == 0 or asked.closing:
            return False
        left = len(self.missing.get(question.id, ()))
        return 0 < left < asked.names or (left == asked.names and question.id in self.complaint.danger)

    @cached_property
    def settled(self) -> bool:
        """Whether every emergency rule is known to hold or not to hold."""
        return not any(rule.danger and rule.when.evaluate(self.values) is None for rule in self.complaint.rules)

    @cached_property
    def fired(self) -> tuple[Rule, ...]:
        """The rules that hold, in the chart's order."""
        return tuple(rule for rule in self.complaint.rules if self._fires(rule))

    def _fires(self, rule: Rule) -> bool:
        value = rule.when.evaluate(self.values)
        if rule.d < Disposition.VISIT_24H:
            known = rule.when.names <= self.values.keys() and not rule.when.names & self.unclear
            return value is True and known and not self.open_danger
        if value is None and (names := rule.when.names & self.forfeited):
            return attainable(rule.when, self.values, {name: self.domains[name] for name in names})
        return value is True

    @cached_property
    def ruled(self) -> Disposition:
        """The most urgent of the rules that fired and of the cards given up; HOME when there are none."""
        return max([self.affirmed, *(rule.d for rule in self.fired)])

    @cached_property
    def unclear_danger(self) -> bool:
        """Whether a danger question was answered by 「说不清」."""
        return any(self.complaint.supplied[name].id in self.complaint.danger for name in self.unclear)

    @property
    def open_danger(self) -> bool:
        """Whether an emergency rule is not settled, or the answer it rests on is unclear."""
        return self.unclear_danger or not self.settled

    @property
    def standing(self) -> Disposition:
        """The outcome if nothing more is asked: the rules that fired, or the default."""
        reached = self.ruled if self.fired else max(self.affirmed, self.complaint.default_d)
        return max(reached, Disposition.VISIT_24H) if self.open_danger else reached

    def can_fire(self, rule: Rule, question_id: str) -> bool:
        """Whether the question's answer has a part in making `rule` hold, given what may still be asked."""
        open_names = frozenset(name for names in self.askable.values() for name in names)
        if rule.when.evaluate(self.values) is not None or not rule.when.names.intersection(self.missing[question_id]):
            return False
        unknown = rule.when.names & (open_names | self.forfeited)
        return attainable(rule.when, self.values, {name: self.domains[name] for name in unknown})

    def department_rule(self, disposition: Disposition) -> DepartmentRule:
        """The first department rule that holds at `disposition`; the chart's last one always does."""
        values: dict[str, Value] = {**self.values, "d": disposition.name}
        return next(rule for rule in self.complaint.departments if rule.when.evaluate(values) is True)


def _derive(complaint: Complaint, values: dict[str, Value]) -> None:
    """Add what follows from the profile, and what a skipped question means, in the order of the chart."""
    for question in complaint.ask:
        for answer, derivation in question.derive.items():
            name = question.id if question.type is QuestionKind.CHOICE else answer
            if name in values:
                continue
            if _holds(derivation.present, values):
                values[name] = answer if question.type is QuestionKind.CHOICE else True
            elif _holds(derivation.absent, values) and question.type is not QuestionKind.CHOICE:
                values[name] = False
        if question.if_ is not None and question.if_.evaluate(values) is False:
            for name in question.names:
                if name not in NAMES:
                    values.setdefault(name, NOT_ASKED_OF_THIS_PERSON[question.type])


def _holds(expression: Expression | None, values: dict[str, Value]) -> bool:
    return expression is not None and expression.evaluate(values) is True
