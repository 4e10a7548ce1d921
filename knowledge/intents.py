"""What patients want besides telling symptoms: `intents.yaml`, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from domain.errors import KnowledgeError
from knowledge import strict
from knowledge.patterns import Pattern, Place, Term
from knowledge.strict import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSpec:
    """One intent. `identity` is who the patient must be shown to be: L0 anyone, L1 phone, L2 real name and card.

    `heard` patterns stand in one clause; `alone` phrases count only when nothing but they and fillers is said.
    `unless` takes a match back when it stands in the same clause, `over` names intents this one replaces there.
    `asked` ones count in a longer message only where a word of the class `asks` stands in the clause or the next:
    telling that one had an examination is no wish for another.
    """

    id: str
    name: str
    identity: Literal["L0", "L1", "L2"]
    mark: Mark
    heard: tuple[Pattern, ...] = ()
    alone: tuple[str, ...] = ()
    unless: tuple[Pattern, ...] = ()
    over: tuple[str, ...] = ()
    asked: bool = False

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Every pattern of the intent."""
        return self.heard + self.unless


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentBook:
    """All intents with the word classes their patterns use; `reviewed_by` is null until a hospital signs."""

    version: str
    words: Mapping[str, tuple[str, ...]]
    fillers: tuple[str, ...]
    intents: tuple[IntentSpec, ...]
    mark: Mark
    reviewed_by: str | None = None
    reviewed_on: date | None = field(default=None)


def load_intents(path: Path) -> IntentBook:
    """Read and check the intents file.

    Raises:
        KnowledgeError: not as declared, an id stands twice, or a word class or intent named is not there.
    """
    book = strict.load(path, IntentBook)
    if "asks" not in book.words:
        raise book.mark.error("缺少词类 asks")
    ids: set[str] = set()
    for intent in book.intents:
        if intent.id in ids:
            raise intent.mark.error(f"意图 {intent.id} 写了两次")
        ids.add(intent.id)
    for intent in book.intents:
        if not intent.heard and not intent.alone:
            raise intent.mark.error(f"{intent.id} 没有写怎么听出来")
        if unknown := sorted(set(intent.over) - ids):
            raise intent.mark.error(f"{intent.id} 的 over 里没有这些意图：{'、'.join(unknown)}")
        for pattern in intent.patterns:
            _check(pattern, book, intent)
    return book


def _check(pattern: Pattern, book: IntentBook, intent: IntentSpec) -> None:
    if len(pattern.parts) != 1:
        raise intent.mark.error(f"{intent.id}：「{pattern.text}」要在一个分句里，不能用 + 和 &")
    for term in _terms(pattern.parts[0].places):
        if not term.literal and term.text not in book.words:
            raise _unknown(intent, term)


def _terms(places: tuple[Place, ...]) -> tuple[Term, ...]:
    return tuple(term for place in places for term in place.terms)


def _unknown(intent: IntentSpec, term: Term) -> KnowledgeError:
    return intent.mark.error(f"{intent.id}：没有词类 <{term.text}>")
