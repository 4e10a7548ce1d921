"""The words of the pack: names that mean two things, names of nothing, and patterns nothing can fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from evals.pack.remark import Remarks, error, warning
from knowledge.complaints import Complaint
from knowledge.lexicon import Kind, Vocabulary
from knowledge.pack import Pack
from knowledge.patterns import Pattern, Place
from knowledge.strict import Mark

_FILES = ("symptoms.tsv", "names.tsv", "body_parts.tsv", "sensations.tsv", "words.tsv", "compositions.tsv")
_NAMED = frozenset({Kind.DISEASE, Kind.PROCEDURE, Kind.TEST, Kind.WISH, Kind.DRUG, Kind.SYMPTOM})


def check_words(pack: Pack, directory: Path, doctors: Iterable[tuple[str, Mark]]) -> Remarks:
    """Collisions, references of the lexicon, and dead patterns; `doctors` are names with their places."""
    marks = _places(directory / "lexicon")
    yield from _complaint_names(pack)
    yield from _department_names(pack, marks)
    yield from _doctor_names(pack, doctors)
    yield from _led_to(pack, marks)
    yield from _patterns(pack, marks)


def _complaint_names(pack: Pack) -> Remarks:
    """An alias that names two complaints for the same people opens two interviews."""
    called: dict[str, list[str]] = {}
    for complaint in pack.complaints.values():
        for alias in dict.fromkeys(complaint.aliases):
            for other_id in called.get(alias, ()):
                other = pack.complaints[other_id]
                if _share_people(complaint.applies.age_min, complaint.applies.age_max, other_id, pack):
                    text = f"{complaint.id} 的叫法「{alias}」也是 {other.id} 的叫法，患者这样说会打开两个问诊"
                    yield warning(complaint.mark, "alias collision", text)
            called.setdefault(alias, []).append(complaint.id)


def _share_people(age_min: float | None, age_max: float | None, other_id: str, pack: Pack) -> bool:
    other = pack.complaints[other_id].applies
    return (age_min or 0.0) < (other.age_max or 200.0) and (other.age_min or 0.0) < (age_max or 200.0)


def _department_names(pack: Pack, marks: dict[str, Mark]) -> Remarks:
    """A department's name that is also a symptom, a disease or a complaint sends two ways at once."""
    called = {name: one for one in pack.departments.values() for name in (one.name, *one.aliases)}
    for complaint in pack.complaints.values():
        for alias in dict.fromkeys(complaint.aliases):
            if alias in called and called[alias].id not in _seen_by(complaint):
                text = f"{complaint.id} 的叫法「{alias}」也是科室 {called[alias].id} {called[alias].name}的名字"
                yield warning(complaint.mark, "alias collision", text)
    for concept in pack.lexicon.concepts.values():
        if concept.kind not in _NAMED:
            continue
        for form in concept.forms:
            department = called.get(form)
            if department is not None and concept.departments and department.id not in concept.departments:
                text = f"「{form}」是科室 {department.id} {department.name}的名字，词典却指向 {concept.departments[0]}"
                yield warning(marks.get(concept.name, department.mark), "alias collision", text)


def _seen_by(complaint: Complaint) -> set[str]:
    return {department for rule in complaint.departments for department in (rule.to, *rule.alt)}


def _doctor_names(pack: Pack, doctors: Iterable[tuple[str, Mark]]) -> Remarks:
    """A doctor called like a word of the lexicon is heard as that word."""
    forms = {form: concept.name for concept in pack.lexicon.concepts.values() for form in concept.forms}
    forms |= {alias: one.names.zh for one in pack.complaints.values() for alias in one.aliases}
    forms |= {name: one.name for one in pack.departments.values() for name in (one.name, *one.aliases)}
    for name, mark in doctors:
        if name in forms:
            yield warning(mark, "alias collision", f"医生「{name}」和「{forms[name]}」的说法一样，说名字会被听成它")


def _led_to(pack: Pack, marks: dict[str, Mark]) -> Remarks:
    """What a word leads to must be there, and one wording should not lead to two interviews."""
    called: dict[str, set[str]] = {}
    for complaint in pack.complaints.values():
        for alias in complaint.aliases:
            called.setdefault(alias, set()).add(complaint.id)
    for concept in pack.lexicon.concepts.values():
        mark = marks.get(concept.name, pack.cover.mark)
        for department_id in concept.departments:
            department = pack.departments.get(department_id)
            if department is None:
                yield error(mark, "unknown department", f"「{concept.name}」指向的科室 {department_id} 不存在")
        if concept.complaint is None:
            continue
        if concept.complaint not in pack.complaints:
            yield error(mark, "unknown complaint", f"「{concept.name}」指向的主诉 {concept.complaint} 不存在")
        for form in concept.forms:
            others = called.get(form, {concept.complaint}) - {concept.complaint}
            if others and concept.complaint not in called[form]:
                text = f"「{form}」是主诉 {'、'.join(sorted(others))} 的叫法，词典却让它打开 {concept.complaint}"
                yield warning(mark, "alias collision", text)


def _patterns(pack: Pack, marks: dict[str, Mark]) -> Remarks:
    """A pattern with a place that no wording fills never matches."""
    sayable = _sayable(pack.lexicon)
    for mark, owner, pattern in _every_pattern(pack, marks):
        if dead := _dead(pattern, sayable):
            yield error(mark, "dead pattern", f"{owner} 的「{pattern.text}」永远听不到：<{dead}> 没有任何说法")


def _every_pattern(pack: Pack, marks: dict[str, Mark]) -> Iterator[tuple[Mark, str, Pattern]]:
    for composition in pack.lexicon.compositions:
        mark = marks.get(composition.name, pack.cover.mark)
        yield from ((mark, f"组合 {composition.name}", pattern) for pattern in composition.patterns)
    for rule in pack.red_flags.values():
        yield from ((rule.mark, rule.id, pattern) for pattern in rule.patterns)
    for complaint in pack.complaints.values():
        for question in complaint.ask:
            owner = f"{complaint.id}.{question.id}"
            yield from ((question.mark, owner, pattern) for pattern in question.patterns)


def _sayable(lexicon: Vocabulary) -> set[str]:
    """Concepts some wording mentions: by a form, a measure, a member, or a composition of such."""
    sayable = {one.name for one in lexicon.concepts.values() if one.forms}
    sayable |= {measure.name for measure in lexicon.measures}
    grown = True
    while grown:
        before = len(sayable)
        sayable |= {one.name for one in lexicon.concepts.values() if not sayable.isdisjoint(one.members)}
        sayable |= {
            one.name for one in lexicon.compositions if any(not _dead(pattern, sayable) for pattern in one.patterns)
        }
        grown = len(sayable) > before
    return sayable


def _dead(pattern: Pattern, sayable: set[str]) -> str:
    """The name of a place nothing fills; empty when every place can be filled."""
    for part in pattern.parts:
        for place in part.places:
            if not any(term.literal or term.text in sayable for term in place.terms):
                return _shown(place)
    return ""


def _shown(place: Place) -> str:
    return "|".join(term.text for term in place.terms)


def _places(directory: Path) -> dict[str, Mark]:
    """Where each concept stands first."""
    places: dict[str, Mark] = {}
    for file in _FILES:
        for name, mark in _first_cells(directory / file):
            places.setdefault(name, mark)
    return places


def _first_cells(path: Path) -> Iterator[tuple[str, Mark]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        yield line.partition("\t")[0], Mark(file=str(path), line=number)
