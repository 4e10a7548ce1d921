"""What a pack must be beyond its shape: names known, options alive, rules reachable, sources given.

Every failure is a `KnowledgeError` at the file and line of what is wrong, in the words of who edits the pack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from domain.clinical import DepartmentId
from domain.errors import KnowledgeError
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.departments import Department
from knowledge.domains import chart_domains
from knowledge.expressions import Expression, satisfiable
from knowledge.logic import Comparison, Value
from knowledge.pack import Cover, Pack
from knowledge.patterns import Pattern, terms
from knowledge.profile import NAMES, NUMBERS
from knowledge.routing import READINGS, GlobalRule, Modifier, SymptomGroup, VitalRule
from knowledge.strict import Mark

_DISPOSITION = "d"
_MONTH = "month"
Problems: TypeAlias = "Iterator[KnowledgeError]"


def problems(pack: Pack) -> Problems:
    """Everything wrong in a pack that has the right shape, found as it is asked for."""
    for complaint in pack.complaints.values():
        yield from _complaint(complaint, pack)
    yield from _red_flags(pack)
    yield from _general(pack)
    yield from _department_list(pack)
    yield from _routing(pack)


def _complaint(complaint: Complaint, pack: Pack) -> Problems:
    """One chart; its rules are judged only where every name in them is right."""
    wrong = [*_questions(complaint), *_names(complaint, pack.profile_questions)]
    yield from wrong
    yield from _options(complaint)
    if not wrong:
        yield from _reachable(complaint)
    yield from _departments(complaint, pack.departments)
    yield from _sources(complaint, pack.cover)
    yield from _references(complaint, pack)


def _questions(complaint: Complaint) -> Problems:
    names = Counter(name for question in complaint.ask for name in question.names)
    ids = Counter(question.id for question in complaint.ask)
    rules = Counter(rule.id for rule in complaint.rules)
    for question in complaint.ask:
        for name in question.names:
            if names[name] > 1 or ids[question.id] > 1:
                yield question.mark.error(f"{complaint.id}：{name} 被两个问题问到")
            if name == _DISPOSITION:
                yield question.mark.error(f"{complaint.id}：d 是结论的等级，答案不能叫 d")
            if (name in NUMBERS) != (question.type is QuestionKind.NUMBER) and name in NAMES:
                yield question.mark.error(f"{complaint.id}：{name} 是患者资料的名字，类型不一样")
    for rule in complaint.rules:
        if rules[rule.id] > 1:
            yield rule.mark.error(f"{complaint.id}：两条规则都叫 {rule.id}")


def _names(complaint: Complaint, profile: Mapping[str, Question]) -> Problems:
    kinds = {name: question.type for name, question in complaint.supplied.items()}
    for name in NAMES:
        default = QuestionKind.NUMBER if name in NUMBERS else QuestionKind.BOOL
        kinds.setdefault(name, profile[name].type if name in profile else default)
    kinds = {name: QuestionKind.BOOL if kind is QuestionKind.MULTI else kind for name, kind in kinds.items()}
    options = {name: question.options for name, question in (complaint.supplied | dict(profile)).items()}
    for expression, mark in complaint.expressions():
        yield from _expression(expression, kinds, options, mark)
    for rule in complaint.departments:
        yield from _expression(rule.when, kinds | {_DISPOSITION: QuestionKind.CHOICE}, options, rule.mark)


def _expression(
    expression: Expression, kinds: Mapping[str, QuestionKind], options: Mapping[str, tuple[str, ...]], mark: Mark
) -> Problems:
    if unknown := sorted(expression.names - kinds.keys()):
        yield mark.error(f"「{expression.text}」里没有这个名字：{'、'.join(unknown)}")
        return
    for name in sorted(expression.signs):
        if kinds[name] is not QuestionKind.BOOL:
            yield mark.error(f"「{expression.text}」里的 {name} 是 {kinds[name]}，不能单独写，要写成比较")
    for comparison in expression.comparisons:
        kind = kinds[comparison.name]
        wanted = {QuestionKind.NUMBER: float, QuestionKind.CHOICE: str}.get(kind, bool)
        if not all(isinstance(value, wanted) for value in comparison.values):
            yield mark.error(f"「{expression.text}」里的 {comparison.name} 是 {kind}，不能这样比较")
            continue
        known = options.get(comparison.name, ())
        for value in comparison.values:
            if kind is QuestionKind.CHOICE and known and value not in known:
                yield mark.error(f"{comparison.name} 没有选项「{value}」")


def _options(complaint: Complaint) -> Problems:
    """A sign must be used; of a choice's options at most one may be named nowhere, as 'the rest'."""
    expressions = [*complaint.conditions, *(question.if_ for question in complaint.ask if question.if_ is not None)]
    used = frozenset[str]().union(*(expression.names for expression in expressions))
    comparisons = [comparison for expression in expressions for comparison in expression.comparisons]
    for question in complaint.ask:
        for name in question.names:
            if name not in used and name not in NAMES:
                yield question.mark.error(f"多余的选项：{complaint.id} 里没有用到 {name}")
        if question.type is QuestionKind.CHOICE:
            unnamed = [option for option in question.options if not _named(question.id, option, comparisons)]
            if len(unnamed) > 1:
                yield question.mark.error(f"多余的选项：没有规则区分「{'」「'.join(unnamed)}」")


def _named(name: str, option: str, comparisons: Iterable[Comparison]) -> bool:
    return any(comparison.name == name and option in comparison.values for comparison in comparisons)


def _reachable(complaint: Complaint) -> Problems:
    """Some patient must make each rule decide: the rule true, and every more urgent one false."""
    domains: dict[str, tuple[Value, ...]] = chart_domains(complaint)
    for rule in complaint.rules:
        above = [other.when for other in complaint.rules if other.d > rule.d]
        if not satisfiable([rule.when], above, domains):
            yield rule.mark.error(f"{complaint.id}.{rule.id} 永远轮不到：条件自相矛盾，或总有更急的规则先成立")
    earlier: list[Expression] = []
    for department in complaint.departments:
        if not satisfiable([department.when], earlier, domains):
            yield department.mark.error(f"{complaint.id} 的科室规则「{department.when.text}」永远轮不到")
        earlier.append(department.when)
    if satisfiable([], earlier, domains):
        yield complaint.departments[-1].mark.error(f"{complaint.id} 的最后一条科室规则要写 'true'")
    for question in complaint.ask:
        if question.if_ is not None and question.if_.names & set(question.names):
            yield question.mark.error(f"{complaint.id}.{question.id} 问不问不能取决于它自己的答案")


def _departments(complaint: Complaint, departments: Mapping[DepartmentId, Department]) -> Problems:
    for rule in complaint.departments:
        for department_id in (rule.to, *rule.alt):
            yield from _offered(department_id, departments, rule.mark)


def _offered(department_id: DepartmentId, departments: Mapping[DepartmentId, Department], mark: Mark) -> Problems:
    if department_id not in departments:
        yield mark.error(f"没有科室 {department_id}")
    elif not departments[department_id].offered:
        yield mark.error(f"{department_id} {departments[department_id].name}不直接接诊患者")


def _sources(complaint: Complaint, cover: Cover) -> Problems:
    for rule in complaint.rules:
        yield from _cited(rule.src, cover, rule.mark)
    yield from _cited(complaint.sources, cover, complaint.mark)


def _cited(tags: tuple[str, ...], cover: Cover, mark: Mark) -> Problems:
    if not tags:
        yield mark.error("没有写来源")
    for tag in tags:
        if cover.source_title(tag) is None:
            yield mark.error(f"pack.yaml 里没有来源 {tag}")


def _references(complaint: Complaint, pack: Pack) -> Problems:
    for red_flag in complaint.red_flags:
        if red_flag not in pack.red_flags:
            yield complaint.mark.error(f"{complaint.id}：没有危急信号 {red_flag}")
    for question in complaint.ask:
        yield from _spoken(question.patterns, pack, question.mark)


def _spoken(patterns: Iterable[Pattern], pack: Pack, mark: Mark) -> Problems:
    if unknown := pack.lexicon.unknown(terms(patterns)):
        yield mark.error(f"词典里没有概念 <{'>、<'.join(unknown)}>")


def _red_flags(pack: Pack) -> Problems:
    for rule in pack.red_flags.values():
        yield from _spoken(rule.patterns, pack, rule.mark)
        yield from _cited(rule.sources, pack.cover, rule.mark)
        if rule.pop is not None and (unknown := sorted(rule.pop.names - NAMES)):
            yield rule.mark.error(f"「{rule.pop.text}」里没有这个名字：{'、'.join(unknown)}")


def _general(pack: Pack) -> Problems:
    marked = {complaint.id for complaint in pack.complaints.values() if complaint.general}
    if marked != {*pack.cover.general, pack.cover.alarm, *pack.cover.vital}:
        yield pack.cover.mark.error("general、alarm 和 vital 要正好列出标了 general 的主诉")
        return
    last = pack.complaints[pack.cover.general[-1]].applies if pack.cover.general else None
    if last is None or last.age_min or last.age_max or last.sex:
        yield pack.cover.mark.error("general 的最后一个要对所有人适用")


def _department_list(pack: Pack) -> Problems:
    called: dict[str, Department] = {}
    for department in pack.departments.values():
        for name in (department.name, *department.aliases):
            if name in called:
                yield department.mark.error(f"「{name}」已经是 {called[name].id} 的名字")
            called.setdefault(name, department)
        for other in department.instead:
            yield from _offered(other, pack.departments, department.mark)


def _routing(pack: Pack) -> Problems:
    routing, vitals = pack.routing, pack.vitals
    for name, group in (*routing.symptoms.items(), *vitals.symptoms.items()):
        yield from _group(name, group, pack)
    groups = NAMES | routing.symptoms.keys()
    yield from _rules(routing.modifiers, groups, pack.cover)
    yield from _rules(routing.departments, groups | {_DISPOSITION, _MONTH}, pack.cover)
    yield from _rules(vitals.rules, NAMES | READINGS | vitals.symptoms.keys(), pack.cover)
    for rule in routing.departments:
        yield from _offered(rule.to, pack.departments, rule.mark)
    neighbours = (one for ids in (routing.neighbours, *routing.neighbours.values()) for one in ids)
    for department_id in (*routing.fallback, *neighbours):
        yield from _offered(department_id, pack.departments, routing.mark)


def _group(name: str, group: SymptomGroup, pack: Pack) -> Problems:
    if name in NAMES or not (group.concepts or group.complaints):
        yield group.mark.error(f"症状组 {name} 是空的，或和患者资料重名")
    for complaint_id in group.complaints:
        if complaint_id not in pack.complaints:
            yield group.mark.error(f"没有主诉 {complaint_id}")
    for concept in group.concepts:
        if concept not in pack.lexicon.concepts:
            yield group.mark.error(f"词典里没有概念 {concept}")


def _rules(
    rules: tuple[Modifier, ...] | tuple[GlobalRule, ...] | tuple[VitalRule, ...], names: Collection[str], cover: Cover
) -> Problems:
    ids = Counter(rule.id for rule in rules)
    for rule in rules:
        if ids[rule.id] > 1:
            yield rule.mark.error(f"两条规则都叫 {rule.id}")
        if unknown := sorted(rule.when.names - set(names)):
            yield rule.mark.error(f"「{rule.when.text}」里没有这个名字：{'、'.join(unknown)}")
        yield from _cited(rule.src, cover, rule.mark)
