"""What a pack must be beyond its shape: names known, options alive, rules reachable, sources given.

Every failure is a `KnowledgeError` at the file and line of what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from domain.clinical import DepartmentId
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


def check(pack: Pack) -> None:
    """Check a pack against itself.

    Raises:
        KnowledgeError: the first thing found wrong.
    """
    for complaint in pack.complaints.values():
        _check_questions(complaint)
        _check_names(complaint, pack.profile_questions)
        _check_options(complaint)
        _check_reachable(complaint)
        _check_departments(complaint, pack.departments)
        _check_sources(complaint, pack.cover)
        _check_references(complaint, pack)
    _check_red_flags(pack)
    _check_general(pack)
    _check_department_list(pack)
    _check_routing(pack)


def _check_questions(complaint: Complaint) -> None:
    names = Counter(name for question in complaint.ask for name in question.names)
    ids = Counter(question.id for question in complaint.ask)
    rules = Counter(rule.id for rule in complaint.rules)
    for question in complaint.ask:
        for name in question.names:
            if names[name] > 1 or ids[question.id] > 1:
                raise question.mark.error(f"{complaint.id}: {name} is asked by two questions")
            if name == _DISPOSITION:
                raise question.mark.error(f"{complaint.id}: d is the disposition, no answer can be called so")
            if (name in NUMBERS) != (question.type is QuestionKind.NUMBER) and name in NAMES:
                raise question.mark.error(f"{complaint.id}: {name} is a profile name of another kind")
    for rule in complaint.rules:
        if rules[rule.id] > 1:
            raise rule.mark.error(f"{complaint.id}: two rules are called {rule.id}")


def _check_names(complaint: Complaint, profile: Mapping[str, Question]) -> None:
    kinds = {name: question.type for name, question in complaint.supplied.items()}
    for name in NAMES:
        default = QuestionKind.NUMBER if name in NUMBERS else QuestionKind.BOOL
        kinds.setdefault(name, profile[name].type if name in profile else default)
    kinds = {name: QuestionKind.BOOL if kind is QuestionKind.MULTI else kind for name, kind in kinds.items()}
    options = {name: question.options for name, question in (complaint.supplied | dict(profile)).items()}
    for expression, mark in complaint.expressions():
        _check_expression(expression, kinds, options, mark)
    for rule in complaint.departments:
        _check_expression(rule.when, kinds | {_DISPOSITION: QuestionKind.CHOICE}, options, rule.mark)


def _check_expression(
    expression: Expression, kinds: Mapping[str, QuestionKind], options: Mapping[str, tuple[str, ...]], mark: Mark
) -> None:
    if unknown := sorted(expression.names - kinds.keys()):
        raise mark.error(f"unknown name {', '.join(unknown)} in 「{expression.text}」")
    for name in sorted(expression.signs):
        if kinds[name] is not QuestionKind.BOOL:
            raise mark.error(f"{name} is a {kinds[name]}, it cannot stand alone in 「{expression.text}」")
    for comparison in expression.comparisons:
        kind = kinds[comparison.name]
        wanted = {QuestionKind.NUMBER: float, QuestionKind.CHOICE: str}.get(kind, bool)
        if not all(isinstance(value, wanted) for value in comparison.values):
            raise mark.error(f"{comparison.name} is a {kind}, it cannot be compared so in 「{expression.text}」")
        known = options.get(comparison.name, ())
        for value in comparison.values:
            if kind is QuestionKind.CHOICE and known and value not in known:
                raise mark.error(f"{comparison.name} has no option 「{value}」")


def _check_options(complaint: Complaint) -> None:
    """A sign must be used; of a choice's options at most one may be named nowhere, as 'the rest'."""
    expressions = [*complaint.conditions, *(question.if_ for question in complaint.ask if question.if_ is not None)]
    used = frozenset[str]().union(*(expression.names for expression in expressions))
    comparisons = [comparison for expression in expressions for comparison in expression.comparisons]
    for question in complaint.ask:
        for name in question.names:
            if name not in used and name not in NAMES:
                raise question.mark.error(f"dead option: nothing in {complaint.id} uses {name}")
        if question.type is QuestionKind.CHOICE:
            unnamed = [option for option in question.options if not _named(question.id, option, comparisons)]
            if len(unnamed) > 1:
                raise question.mark.error(f"dead option: nothing tells {' and '.join(unnamed)} apart")


def _named(name: str, option: str, comparisons: Iterable[Comparison]) -> bool:
    return any(comparison.name == name and option in comparison.values for comparison in comparisons)


def _check_reachable(complaint: Complaint) -> None:
    """Some patient must make each rule decide: the rule true, and every more urgent one false."""
    domains: dict[str, tuple[Value, ...]] = chart_domains(complaint)
    for rule in complaint.rules:
        above = [other.when for other in complaint.rules if other.d > rule.d]
        if not satisfiable([rule.when], above, domains):
            raise rule.mark.error(f"unreachable rule {complaint.id}.{rule.id}: more urgent rules always come first")
    earlier: list[Expression] = []
    for department in complaint.departments:
        if not satisfiable([department.when], earlier, domains):
            raise department.mark.error(f"unreachable department rule 「{department.when.text}」 of {complaint.id}")
        earlier.append(department.when)
    if satisfiable([], earlier, domains):
        raise complaint.departments[-1].mark.error(f"the last department rule of {complaint.id} must be 'true'")
    for question in complaint.ask:
        if question.if_ is not None and question.if_.names & set(question.names):
            raise question.mark.error(f"{complaint.id}.{question.id} cannot depend on its own answer")


def _check_departments(complaint: Complaint, departments: Mapping[DepartmentId, Department]) -> None:
    for rule in complaint.departments:
        for department_id in (rule.to, *rule.alt):
            _offered(department_id, departments, rule.mark)


def _offered(department_id: DepartmentId, departments: Mapping[DepartmentId, Department], mark: Mark) -> None:
    if department_id not in departments:
        raise mark.error(f"unknown department {department_id}")
    if not departments[department_id].offered:
        raise mark.error(f"{department_id} {departments[department_id].name} does not see patients directly")


def _check_sources(complaint: Complaint, cover: Cover) -> None:
    for rule in complaint.rules:
        _cited(rule.src, cover, rule.mark)
    _cited(complaint.sources, cover, complaint.mark)


def _cited(tags: tuple[str, ...], cover: Cover, mark: Mark) -> None:
    if not tags:
        raise mark.error("missing source")
    for tag in tags:
        if cover.source_title(tag) is None:
            raise mark.error(f"unknown source {tag}")


def _check_references(complaint: Complaint, pack: Pack) -> None:
    for red_flag in complaint.red_flags:
        if red_flag not in pack.red_flags:
            raise complaint.mark.error(f"{complaint.id}: unknown red flag {red_flag}")
    for question in complaint.ask:
        _spoken(question.patterns, pack, question.mark)


def _spoken(patterns: Iterable[Pattern], pack: Pack, mark: Mark) -> None:
    if unknown := pack.lexicon.unknown(terms(patterns)):
        raise mark.error(f"unknown concept <{'>, <'.join(unknown)}>")


def _check_red_flags(pack: Pack) -> None:
    for rule in pack.red_flags.values():
        _spoken(rule.patterns, pack, rule.mark)
        _cited(rule.sources, pack.cover, rule.mark)
        if rule.pop is not None and (unknown := sorted(rule.pop.names - NAMES)):
            raise rule.mark.error(f"unknown name {', '.join(unknown)} in 「{rule.pop.text}」")


def _check_general(pack: Pack) -> None:
    marked = {complaint.id for complaint in pack.complaints.values() if complaint.general}
    if marked != set(pack.cover.general):
        raise pack.cover.mark.error("`general` must list exactly the charts marked general")
    last = pack.complaints[pack.cover.general[-1]].applies if pack.cover.general else None
    if last is None or last.age_min or last.age_max or last.sex:
        raise pack.cover.mark.error("the last general chart must take everybody")


def _check_department_list(pack: Pack) -> None:
    called: dict[str, Department] = {}
    for department in pack.departments.values():
        for name in (department.name, *department.aliases):
            if name in called:
                raise department.mark.error(f"「{name}」 already means {called[name].id}")
            called[name] = department
        for other in department.instead:
            _offered(other, pack.departments, department.mark)


def _check_routing(pack: Pack) -> None:
    routing, vitals = pack.routing, pack.vitals
    for name, group in (routing.symptoms | vitals.symptoms).items():
        _check_group(name, group, pack)
    groups = NAMES | routing.symptoms.keys()
    _check_rules(routing.modifiers, groups, pack.cover)
    _check_rules(routing.departments, groups | {_DISPOSITION, _MONTH}, pack.cover)
    _check_rules(vitals.rules, NAMES | READINGS | vitals.symptoms.keys(), pack.cover)
    for rule in routing.departments:
        _offered(rule.to, pack.departments, rule.mark)
    for department_id in routing.fallback:
        _offered(department_id, pack.departments, routing.mark)


def _check_group(name: str, group: SymptomGroup, pack: Pack) -> None:
    if name in NAMES or not (group.concepts or group.complaints):
        raise group.mark.error(f"the symptom group {name} is empty or has a profile name")
    for complaint_id in group.complaints:
        if complaint_id not in pack.complaints:
            raise group.mark.error(f"unknown complaint {complaint_id}")
    for concept in group.concepts:
        if concept not in pack.lexicon.concepts:
            raise group.mark.error(f"unknown concept {concept}")


def _check_rules(
    rules: tuple[Modifier, ...] | tuple[GlobalRule, ...] | tuple[VitalRule, ...], names: Collection[str], cover: Cover
) -> None:
    ids = Counter(rule.id for rule in rules)
    for rule in rules:
        if ids[rule.id] > 1:
            raise rule.mark.error(f"two rules are called {rule.id}")
        if unknown := sorted(rule.when.names - set(names)):
            raise rule.mark.error(f"unknown name {', '.join(unknown)} in 「{rule.when.text}」")
        _cited(rule.src, cover, rule.mark)
