"""Words for who is ill and what they live with: `people.yaml`, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.patient import Relation, Sex
from knowledge import strict
from knowledge.patterns import Pattern
from knowledge.profile import CONDITIONS
from knowledge.strict import Mark

ALSO_READ = {"hypertension": "高血压"}
"""Conditions read and remembered that no profile rule uses by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationWords:
    """Forms that name somebody; `sex` is the one every form implies; `after_me` ones count only after 「我」."""

    relation: Relation
    forms: tuple[str, ...]
    sex: Sex | None = None
    after_me: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleBook:
    """Relations and conditions; `reviewed_by` is null until a hospital signs."""

    version: str
    relations: tuple[RelationWords, ...]
    conditions: Mapping[str, tuple[Pattern, ...]]
    mark: Mark
    reviewed_by: str | None = None


def load_people(path: Path) -> PeopleBook:
    """Read and check the people file.

    Raises:
        KnowledgeError: not as declared, a form stands twice, a condition the pack does not know, or a
            pattern that needs more than one clause or a word class.
    """
    book = strict.load(path, PeopleBook)
    forms = [form for relation in book.relations for form in relation.forms]
    if twice := sorted({form for form in forms if forms.count(form) > 1}):
        raise book.mark.error(f"这些说法写了两次：{'、'.join(twice)}")
    known = CONDITIONS.keys() | ALSO_READ.keys()
    if unknown := sorted(book.conditions.keys() - known):
        raise book.mark.error(f"没有这些情况：{'、'.join(unknown)}")
    for name, patterns in book.conditions.items():
        for pattern in patterns:
            literal = all(term.literal for part in pattern.parts for place in part.places for term in place.terms)
            if len(pattern.parts) != 1 or not literal:
                raise book.mark.error(f"{name}：「{pattern.text}」只能是一个分句里的词语")
    return book
