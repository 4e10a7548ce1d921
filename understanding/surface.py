"""Every wording of a lexicon in one automaton, and what each hides of the shorter wordings inside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ahocorasick

from understanding.normalise import normalise
from understanding.scope import Cue

_MUTED_BY_FINDINGS = frozenset(
    {"negation", "negation_near", "negation_back", "fear", "history_weak", "unknown", "condition"}
)
"""Cues that are no cue where they are a syllable of a finding (没劲, 喘不上气, 怕光)."""
_NEGATIONS = frozenset("没无未冇")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one surface form stands for.

    `concepts` are those whose mentions are kept, classes included; `own` are the form's own. The rest are
    stretches inside the form, as offsets: `hides` what means nothing there, `mutes` the cues that are none
    there. `edge` says that no word may begin inside, `bare` that nothing but `own` needs a look.
    """

    size: int
    concepts: tuple[int, ...]
    own: tuple[int, ...]
    cues: tuple[str, ...]
    hides: tuple[tuple[int, int], ...]
    mutes: tuple[tuple[int, int], ...]
    edge: bool
    latin: bool
    named: bool
    clinical: bool
    bare: bool


@dataclass(frozen=True, slots=True)
class Surface:
    """What of one text counts: `hits` are the words as (start, end, entry), `cues` the cue words."""

    hits: list[tuple[int, int, Entry]]
    cues: list[Cue]
    covered: list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Forms by what they are: of concepts (with classes), of cues, and guards (true: nothing begins inside)."""

    concepts: Mapping[str, tuple[int, ...]]
    classes: Mapping[int, tuple[int, ...]]
    kept: Collection[int]
    named: Collection[int]
    clinical: Collection[int]
    cues: Mapping[str, tuple[str, ...]]
    guards: Mapping[str, bool]


class Automaton:
    """All forms, compiled once."""

    def __init__(self, forms: Forms) -> None:
        cues: Any = ahocorasick.Automaton()
        for cue in forms.cues:
            cues.add_word(cue, len(cue))
        cues.make_automaton()
        self._words: Any = ahocorasick.Automaton()
        for form in forms.concepts.keys() | forms.cues.keys() | forms.guards.keys():
            self._words.add_word(form, _entry(form, forms, cues))
        self._words.make_automaton()

    def __len__(self) -> int:
        return len(self._words)

    def read(self, text: str) -> Surface:
        """The words and cues of a normal text, without those another word hides."""
        hits: list[tuple[int, int, Entry]] = []
        cued: list[tuple[int, int, Entry]] = []
        covered: list[tuple[int, int]] = []
        hidden: set[tuple[int, int]] = set()
        muted: set[tuple[int, int]] = set()
        shut: set[int] = set()
        for last, entry in self._words.iter(text):
            end = last + 1
            start = end - entry.size
            if entry.bare:
                covered.append((start, end))
                hits.append((start, end, entry))
                continue
            if entry.latin and _inside_word(text, start, end):
                continue
            covered.append((start, end))
            if entry.hides:
                hidden.update((start + first, start + stop) for first, stop in entry.hides)
            if entry.mutes:
                muted.update((start + first, start + stop) for first, stop in entry.mutes)
            if entry.edge:
                shut.update(range(start + 1, end))
            if entry.own:
                hits.append((start, end, entry))
            if entry.cues:
                cued.append((start, end, entry))
        hits = _meant(text, hits, hidden, muted, shut)
        return Surface(hits=hits, cues=list(_cues(cued, hidden, muted)), covered=covered)


def plain(form: str) -> str:
    """A form as it stands in a normal text."""
    return form.lower() if form.isascii() else normalise(form).text


def _entry(form: str, forms: Forms, within: Any) -> Entry:
    own = forms.concepts.get(form, ())
    reached = dict.fromkeys(member for number in own for member in forms.classes.get(number, (number,)))
    named = any(number in forms.named for number in own)
    cues = forms.cues.get(form, ())
    hides = tuple(_hides(form, forms, named=named))
    inner = ((last + 1 - size, last + 1) for last, size in within.iter(form) if size < len(form))
    mutes = tuple(inner) if own else ()
    edge, latin = forms.guards.get(form, False), form[0].isascii() or form[-1].isascii()
    return Entry(
        size=len(form),
        concepts=tuple(number for number in reached if number in forms.kept),
        own=own,
        cues=cues,
        hides=hides,
        mutes=mutes,
        edge=edge,
        latin=latin,
        named=named,
        clinical=any(number in forms.clinical for number in own),
        bare=bool(own) and not (cues or hides or mutes or edge or latin),
    )


def _hides(form: str, forms: Forms, *, named: bool) -> Iterator[tuple[int, int]]:
    """A guard hides every word in it, the name of an illness single characters, a cue shorter cues."""
    guard, cue = form in forms.guards, form in forms.cues
    if not (guard or cue or named):
        return
    for inside, word in _inside(form):
        word_known, cue_known = word in forms.concepts, word in forms.cues
        by_name = named and len(word) == 1 and word_known
        by_cue = cue and cue_known and not word_known
        if by_name or by_cue or (guard and (word_known or cue_known)):
            yield inside


def _inside(form: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Every shorter stretch of a form, with its offsets."""
    for start in range(len(form)):
        for stop in range(start + 1, len(form) + 1):
            if stop - start < len(form):
                yield (start, stop), form[start:stop]


def _cues(
    cued: list[tuple[int, int, Entry]], hidden: set[tuple[int, int]], muted: set[tuple[int, int]]
) -> Iterator[Cue]:
    for start, end, entry in cued:
        if (start, end) in hidden:
            continue
        silent = (start, end) in muted
        for kind in entry.cues:
            if not (silent and kind in _MUTED_BY_FINDINGS):
                yield Cue(kind, start, end)


def _meant(
    text: str,
    hits: list[tuple[int, int, Entry]],
    hidden: set[tuple[int, int]],
    muted: set[tuple[int, int]],
    shut: set[int],
) -> list[tuple[int, int, Entry]]:
    """The words no other word hides; of a broken one, its negation counts again."""
    for start, end, entry in _broken(text, hits):
        hidden.add((start, end))
        muted.difference_update((start + first, start + stop) for first, stop in entry.mutes)
    if not (hidden or shut):
        return hits
    return [hit for hit in hits if (hit[0], hit[1]) not in hidden and hit[0] not in shut]


def _broken(text: str, hits: list[tuple[int, int, Entry]]) -> Iterator[tuple[int, int, Entry]]:
    """Findings that begin with a negation which belongs to a longer finding behind it (没尿 in 没尿血)."""
    denied = [hit for hit in hits if hit[2].mutes and text[hit[0]] in _NEGATIONS]
    if not denied:
        return
    reach: dict[int, int] = {}
    for start, end, entry in hits:
        if entry.clinical:
            reach[start] = max(end, reach.get(start, 0))
    for start, end, entry in denied:
        if any(first == 0 and reach.get(start + stop, 0) > end for first, stop in entry.mutes):
            yield start, end, entry


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin form or number is only a piece of a longer one."""
    return _same_sort(text[start - 1 : start], text[start]) or _same_sort(text[end - 1], text[end : end + 1])


def _same_sort(one: str, other: str) -> bool:
    """Whether both are digits, or both are Latin letters."""
    if not one.isascii() or not other.isascii():
        return False
    return (one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha())
