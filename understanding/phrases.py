"""Find which patterns a text holds: one pass of an automaton over every phrase, then the few candidates."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import ahocorasick

from knowledge.patterns import Part, Pattern, Place

Key = TypeVar("Key")
Span = tuple[int, int]

GAP = 8
"""Most characters between two places of a pattern."""

_CLAUSE = re.compile(r"[，。！？；,!?;\n…]+|\s{2,}")
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_WORD = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """A pattern that was found: its key, where it stands, and the number of its clause."""

    key: Key
    start: int
    end: int
    clause: int


class Phrases(Generic[Key]):
    """Compiled patterns of one clause each, every one under a key; immutable after construction."""

    def __init__(self, patterns: Iterable[tuple[Key, Pattern]], words: Mapping[str, Sequence[str]]) -> None:
        phrases: dict[str, set[int]] = defaultdict(set)
        self._patterns: list[tuple[Key, tuple[int, ...], bool]] = []
        self._by_place: dict[int, set[int]] = defaultdict(set)
        places: dict[Place, int] = {}
        for key, pattern in patterns:
            part: Part = pattern.parts[0]
            ids = []
            for place in part.places:
                if place not in places:
                    places[place] = len(places)
                    for phrase in _phrases(place, words):
                        phrases[phrase].add(places[place])
                ids.append(places[place])
            self._by_place[ids[0]].add(len(self._patterns))
            self._patterns.append((key, tuple(ids), part.ordered))
        self._automaton = ahocorasick.Automaton()
        for phrase, held in phrases.items():
            latin = bool(_WORD.match(phrase) or _WORD.match(phrase[-1]))
            self._automaton.add_word(phrase, (len(phrase), tuple(held), latin))
        if phrases:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[Match[Key]]:
        """The first match of every pattern in every clause of `text`, in no particular order."""
        if not len(self._automaton):
            return []
        lowered = text.translate(_ASCII_LOWER)
        spots: dict[int, list[Span]] = defaultdict(list)
        for last, (length, held, latin) in self._automaton.iter(lowered):
            start, end = last - length + 1, last + 1
            if latin and _inside_word(lowered, start, end):
                continue
            for place in held:
                spots[place].append((start, end))
        for column in spots.values():
            if len(column) > 1:
                column.sort(key=lambda spot: (spot[0], -spot[1]))
        starts = clause_starts(text)
        return [match for index in self._candidates(spots) for match in self._matches(index, spots, starts)]

    def _candidates(self, spots: Mapping[int, list[Span]]) -> Iterator[int]:
        for place in spots:
            for index in self._by_place.get(place, ()):
                places = self._patterns[index][1]
                if len(places) == 1 or all(other in spots for other in places):
                    yield index

    def _matches(self, index: int, spots: Mapping[int, list[Span]], starts: list[int]) -> Iterator[Match[Key]]:
        key, places, ordered = self._patterns[index]
        columns = [spots[place] for place in places]
        for way in (columns,) if ordered else (columns, columns[::-1]):
            seen: set[int] = set()
            for first in way[0]:
                clause = bisect_right(starts, first[0]) - 1
                if clause in seen:
                    continue
                end = starts[clause + 1] if clause + 1 < len(starts) else 1 << 30
                last = _chain(way, 1, first, end)
                if last is not None:
                    seen.add(clause)
                    yield Match(key=key, start=first[0], end=last, clause=clause)


def clause_starts(text: str) -> list[int]:
    """Where each clause of `text` begins; the first begins at 0."""
    return [0, *(match.end() for match in _CLAUSE.finditer(text))]


def _chain(columns: Sequence[Sequence[Span]], place: int, before: Span, clause_end: int) -> int | None:
    """The end of the last place when every further place follows within the gap, else `None`."""
    if place == len(columns):
        return before[1]
    for spot in columns[place]:
        if before[1] <= spot[0] <= before[1] + GAP and spot[1] <= clause_end:
            last = _chain(columns, place + 1, spot, clause_end)
            if last is not None:
                return last
    return None


def _phrases(place: Place, words: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for term in place.terms:
        for phrase in (term.text,) if term.literal else words[term.text]:
            yield phrase.translate(_ASCII_LOWER)


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin phrase or number is cut out of a longer one (「ct」 in 「doctor」, 「88」 in 「188」)."""
    before = start > 0 and _WORD.match(text[start]) and _WORD.match(text[start - 1])
    after = end < len(text) and _WORD.match(text[end - 1]) and _WORD.match(text[end])
    return bool(before or after)
