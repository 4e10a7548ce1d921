"""What one text mentions, and which parts of patterns stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import TypeAlias

from understanding.normalise import Normal
from understanding.scope import Region, Status

Span: TypeAlias = "tuple[int, int, Status]"
"""Start and end in the normal text, and how it is meant."""

Placed: TypeAlias = "tuple[tuple[frozenset[int], ...], bool]"
"""A part: for each place the concepts that fill it, and whether left to right matters."""

_GAP = 8
"""How many characters may stand between two places of a part."""
_WEIGHTS = {"，": 4, ":": 4, "、": 2, "。": 99}
_CHAINS = 24
_MENTIONS = 60
"""How many mentions of one place are looked at; more only repeat what was said."""


@dataclass(slots=True)
class Heard:
    """What one text mentions: for each concept its spans; `own` lists each form's own concept once.

    `covered` is every stretch some word of the lexicon accounts for, cues and everyday words included;
    `regions` is how the stretches of the text are meant; `guessed` are those whose reading is a guess by sound.

    `gap(a, b)` is the distance of two places in characters, punctuation weighing more.
    """

    normal: Normal
    spans: dict[int, list[Span]] = field(default_factory=dict)
    own: list[tuple[int, Span]] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)
    regions: tuple[Region, ...] = ()
    guessed: list[tuple[int, int]] = field(default_factory=list)
    educational: bool = False
    _weights: list[int] | None = None
    _merged: dict[frozenset[int], list[Span]] = field(default_factory=dict)

    def affirmed(self) -> Heard:
        """The same mentions, all of them meant: a question that was answered with yes."""
        present = {
            concept: [(start, end, Status.PRESENT) for start, end, _ in spans] for concept, spans in self.spans.items()
        }
        return Heard(normal=self.normal, spans=present)

    def is_guess(self, span: Span) -> bool:
        """Whether a mention takes in a character that is only guessed at."""
        return any(start < span[1] and span[0] < end for start, end in self.guessed)

    def gap(self, end: int, start: int) -> int:
        """Characters from `end` to `start`; a comma counts 4, a full stop separates."""
        if self._weights is None:
            total, weights = 0, [0]
            for character in self.normal.text:
                total += _WEIGHTS.get(character, 1)
                weights.append(total)
            self._weights = weights
        return self._weights[start] - self._weights[end]

    def at(self, concepts: frozenset[int]) -> list[Span]:
        """The spans of any of `concepts`, left to right."""
        found = self._merged.get(concepts)
        if found is None:
            spans = self.spans
            found = [span for concept in concepts if concept in spans for span in spans[concept]]
            if len(found) > 1:
                found = sorted(set(found))[:_MENTIONS]
            self._merged[concepts] = found
        return found

    def forget(self) -> None:
        """Drop what was gathered before mentions were added."""
        self._merged.clear()

    def chains(self, places: tuple[frozenset[int], ...], *, ordered: bool) -> list[Span]:
        """Where the places stand close together, the least doubtful first; empty when they do not."""
        found = self.at(places[0])
        if len(places) > 1 and found:
            orders = [places] if ordered else list(permutations(places))
            found = [span for order in orders for span in self._follow(self.at(order[0]), order[1:])]
        return sorted(found, key=_doubt) if len(found) > 1 else found

    def _follow(self, found: list[Span], places: tuple[frozenset[int], ...]) -> list[Span]:
        for place in places:
            spans = self.at(place)
            longer: list[Span] = []
            for first, end, status in found:
                for start, last, other in spans:
                    if start < end:
                        continue
                    if start - end > _GAP or self.gap(end, start) > _GAP:
                        break
                    longer.append((first, last, max(status, other)))
                    if len(longer) > _CHAINS:
                        break
            found = longer
        return found


class Parts:
    """Parts of patterns, entered under their rarest place; `found` says which of them a text fills."""

    def __init__(self, commonness: Mapping[int, float]) -> None:
        self._commonness = commonness
        self._numbers: dict[Placed, int] = {}
        self._by_concept: dict[int, list[tuple[int, Placed]]] = {}

    def add(self, places: tuple[frozenset[int], ...], *, ordered: bool) -> int:
        """The number of a part; the same part has one number."""
        part = (places, ordered)
        number = self._numbers.get(part)
        if number is None:
            number = self._numbers[part] = len(self._numbers)
            rarest = min(places, key=lambda place: sum(self._commonness.get(concept, 0) for concept in place))
            for concept in rarest:
                self._by_concept.setdefault(concept, []).append((number, part))
        return number

    def found(self, heard: Heard) -> dict[int, list[Span]]:
        """For each part that stands in the text, where, the least doubtful first."""
        entered, present = self._by_concept, heard.spans.keys()
        found: dict[int, list[Span]] = {}
        tried: set[int] = set()
        for concept in [concept for concept in present if concept in entered]:
            for number, (places, ordered) in entered[concept]:
                if number in tried:
                    continue
                tried.add(number)
                if len(places) > 1 and any(present.isdisjoint(place) for place in places):
                    continue
                if spans := heard.chains(places, ordered=ordered):
                    found[number] = spans
        return found


def _doubt(span: Span) -> tuple[int, int]:
    return span[2], span[0]
