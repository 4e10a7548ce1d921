"""Charts, rule by rule and question by question, judged over every patient they can meet."""

from __future__ import annotations

from collections.abc import Mapping

from domain.clinical import Disposition
from evals.pack.answers import Answers, Part, ends, outcomes
from evals.pack.remark import Remarks, error, warning
from knowledge.complaints import Complaint, Rule
from knowledge.pack import Pack
from knowledge.profile import NAMES
from tools.triage.space import Outcome, Points, Space


def check_charts(pack: Pack) -> Remarks:
    """Rules that cannot decide or change nothing, departments never reached, questions that never matter."""
    for complaint in pack.complaints.values():
        answers = Answers(complaint)
        yield from _rules(complaint, answers)
        yield from _departments(complaint, answers)
        yield from _questions(complaint, answers)


def _rules(complaint: Complaint, answers: Answers) -> Remarks:
    """A rule must hold for somebody, decide for somebody, and should change something for somebody."""
    waiting = {rule.id: rule for rule in complaint.rules}
    holds: set[str] = set()
    decides: set[str] = set()
    for part in answers.parts():
        where = {rule.id: part.where(rule.when) for rule in complaint.rules}
        for rule in list(waiting.values()):
            if where[rule.id]:
                holds.add(rule.id)
            first = where[rule.id] & ~_any(where, [one for one in complaint.rules if one.d > rule.d])
            if first:
                decides.add(rule.id)
            if first and _alone(complaint, rule, where):
                del waiting[rule.id]
        if not waiting:
            return
    for rule in waiting.values():
        name = f"{complaint.id}.{rule.id}「{rule.when.text}」"
        if rule.id not in holds:
            yield error(rule.mark, "contradictory", f"{name}自相矛盾：没有哪个患者会符合")
        elif rule.id not in decides:
            yield error(rule.mark, "unreachable", f"{name}永远轮不到：符合它的人都先符合更急的规则")
        else:
            yield warning(rule.mark, "shadowed", f"{name}是多余的：符合它的人都已符合同级的其他规则")


def _alone(complaint: Complaint, rule: Rule, where: dict[str, Points]) -> bool:
    """Whether it is the only rule at its level or above that holds for somebody."""
    others = [one for one in complaint.rules if one is not rule and one.d >= rule.d]
    return where[rule.id] & ~_any(where, others) != 0


def _any(where: dict[str, Points], rules: list[Rule]) -> Points:
    points = 0
    for rule in rules:
        points |= where[rule.id]
    return points


def _departments(complaint: Complaint, answers: Answers) -> Remarks:
    """Each department rule must send somebody, at a disposition that can be reached or be raised to."""
    waiting = dict(enumerate(complaint.departments))
    for part in answers.parts():
        reached: Points = 0
        by_level = ends(part, complaint)
        for disposition in Disposition:
            reached |= by_level[disposition]
            left = reached & part.people
            there = Part(Space(part.space.axes, {**part.space.values, "d": disposition.name}), left)
            for place, rule in enumerate(complaint.departments):
                points = there.where(rule.when) & left
                left &= ~points
                if points:
                    waiting.pop(place, None)
        if not waiting:
            return
    for rule in waiting.values():
        text = f"{complaint.id} 的科室规则「{rule.when.text}」永远轮不到"
        yield error(rule.mark, "unreachable", text)


def _questions(complaint: Complaint, answers: Answers) -> Remarks:
    """Some answer to a question must change disposition or department, and so should each sign of a card."""
    idle = {name for axis in answers.axes for name in axis.names if name in complaint.supplied}
    _drop_what_matters(complaint, answers, idle, ())
    if idle:
        _drop_what_matters(complaint, answers, idle, tuple(idle))
    idle |= {name for name, first in answers.stands_for.items() if first in idle}
    for question in complaint.ask:
        unheard = [name for name in question.names if name in idle - NAMES - question.derive.keys()]
        if unheard and len(unheard) == len(question.names):
            text = f"{complaint.id}.{question.id}「{question.text}」怎么答都不改变结论和科室，所以永远不会问到"
            yield warning(question.mark, "idle question", text)
        elif unheard:
            signs = "」「".join(question.signs[name] for name in unheard)
            text = f"{complaint.id}.{question.id} 的选项「{signs}」勾不勾都不改变结论和科室"
            yield warning(question.mark, "idle sign", text)


def _drop_what_matters(complaint: Complaint, answers: Answers, idle: set[str], whole: tuple[str, ...]) -> None:
    """Take out of `idle` the names whose answer, or whose lack of one, changes something for somebody."""
    for part in answers.parts(whole=whole):
        ends = outcomes(part, complaint)
        for place, axis in enumerate(part.space.axes):
            for name in sorted(idle & axis.names):
                if part.changed_by(place, list(ends.values())) or _silence_changes(complaint, part, name, ends):
                    idle.discard(name)
        if not any(idle & axis.names for axis in part.space.axes):
            return


def _silence_changes(complaint: Complaint, part: Part, name: str, ends: Mapping[Outcome, Points]) -> bool:
    """Whether leaving it unanswered changes something: a rule at OPD or HOME needs every name it uses."""
    if not any(name in rule.when.names for rule in complaint.rules if rule.d < Disposition.VISIT_24H):
        return False
    unasked = outcomes(part, complaint, silent=frozenset({name}))
    return any((points ^ unasked.get(end, 0)) & part.people for end, points in ends.items())
