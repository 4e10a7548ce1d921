"""Every wording of a lexicon in one automaton, and what each hides of the shorter wordings inside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

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

    `concepts` are those whose mentions are kept, classes included; `own` are the form's own, `clinical` those of
    them that are no everyday words. The rest are stretches inside the form, as offsets: `hides` what means
    nothing there, `mutes` the cues that are none there. `edge` says that no word may begin inside, `bare` that
    nothing but `own` needs a look.
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
    clinical: tuple[int, ...]
    bare: bool


Hit: TypeAlias = "tuple[int, int, Entry]"
"""Start, end, and what stands there."""

_Reached: TypeAlias = "Callable[[tuple[int, ...]], tuple[tuple[int, ...], tuple[int, ...], bool]]"


@dataclass(frozen=True, slots=True)
class Surface:
    """What of one text counts: `hits` are the words by their ends, the longest first, `cues` the cue words.

    `words` are all that were met, also those that count for nothing, as (last, entry).
    """

    hits: list[Hit]
    cues: list[Cue]
    words: list[tuple[int, Entry]]


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
        reached = _reaching(forms)
        for form in forms.concepts.keys() | forms.cues.keys() | forms.guards.keys():
            self._words.add_word(form, _entry(form, forms, reached, cues))
        self._words.make_automaton()

    def __len__(self) -> int:
        return len(self._words)

    def read(self, text: str) -> Surface:
        """The words and cues of a normal text, without those another word hides."""
        words: list[tuple[int, Entry]] = list(self._words.iter(text))
        hits: list[Hit] = []
        special: list[Hit] = []
        pieces: list[tuple[int, Entry]] = []
        for last, entry in words:
            hit = (last + 1 - entry.size, last + 1, entry)
            if entry.bare:
                hits.append(hit)
                continue
            if entry.latin and _inside_word(text, hit[0], last + 1):
                pieces.append((last, entry))
                continue
            special.append(hit)
            if entry.own:
                hits.append(hit)
        if pieces:
            words = [word for word in words if word not in pieces]
        hits, cues = _meant(text, hits, special)
        return Surface(hits=hits, cues=cues, words=words)


def plain(form: str) -> str:
    """A form as it stands in a normal text."""
    return form.lower() if form.isascii() and "-" not in form else normalise(form).text


def _entry(form: str, forms: Forms, reached: _Reached, within: Any) -> Entry:
    own = forms.concepts.get(form, ())
    concepts, clinical, named = reached(own)
    cues = forms.cues.get(form, ())
    hides = tuple(_hides(form, forms, named=named))
    inner = ((last + 1 - size, last + 1) for last, size in within.iter(form) if size < len(form))
    mutes = tuple(inner) if own else ()
    edge, latin = forms.guards.get(form, False), form[0].isascii() or form[-1].isascii()
    return Entry(
        size=len(form),
        concepts=concepts,
        own=own,
        cues=cues,
        hides=hides,
        mutes=mutes,
        edge=edge,
        latin=latin,
        named=named,
        clinical=clinical,
        bare=bool(own) and not (cues or hides or mutes or edge or latin),
    )


def _reaching(forms: Forms) -> _Reached:
    """What the concepts of a form stand for: those kept, classes included, the clinical ones, and whether named.

    Thousands of forms are wordings of one concept, so each answer is kept.
    """

    @cache
    def reached(own: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...], bool]:
        members = dict.fromkeys(member for number in own for member in forms.classes.get(number, (number,)))
        return (
            tuple(number for number in members if number in forms.kept),
            tuple(number for number in own if number in forms.clinical),
            any(number in forms.named for number in own),
        )

    return reached


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


def _meant(text: str, hits: list[Hit], special: list[Hit]) -> tuple[list[Hit], list[Cue]]:
    """The words no other word hides and the cues none mutes; of a broken word, its negation counts again."""
    hidden: set[tuple[int, int]] = set()
    muted: set[tuple[int, int]] = set()
    shut: set[int] = set()
    for start, end, entry in special:
        if entry.hides:
            hidden.update([(start + first, start + stop) for first, stop in entry.hides])
        if entry.mutes:
            muted.update([(start + first, start + stop) for first, stop in entry.mutes])
        if entry.edge:
            shut.update(range(start + 1, end))
    for start, end, entry in _broken(text, hits, special):
        hidden.add((start, end))
        muted.difference_update([(start + first, start + stop) for first, stop in entry.mutes])
    cues = [
        Cue(kind, start, end)
        for start, end, entry in special
        if entry.cues and (start, end) not in hidden
        for kind in entry.cues
        if kind not in _MUTED_BY_FINDINGS or (start, end) not in muted
    ]
    if hidden or shut:
        hits = [hit for hit in hits if hit[0] not in shut and (hit[0], hit[1]) not in hidden]
    return hits, cues


def _broken(text: str, hits: list[Hit], special: list[Hit]) -> Iterator[Hit]:
    """Findings that begin with a negation which belongs to a longer finding behind it (没尿 in 没尿血)."""
    denied = [hit for hit in special if hit[2].mutes and text[hit[0]] in _NEGATIONS]
    if not denied:
        return
    reach = {start: end for start, end, entry in hits if entry.clinical}
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
