"""What one text mentions, and which parts of patterns stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from operator import itemgetter
from typing import TypeAlias

from understanding.normalise import Normal
from understanding.scope import Region, Status
from understanding.surface import Entry

Span: TypeAlias = "tuple[int, int, Status]"
"""Start and end in the normal text, and how it is meant."""

Place: TypeAlias = "frozenset[int]"
"""The concepts any of which fills one place of a part."""

Placed: TypeAlias = "tuple[tuple[Place, ...], bool]"
"""A part: its places, and whether left to right matters."""

_GAP = 8
"""How many characters may stand between two places of a part."""
_WEIGHTS = {"，": 4, ":": 4, "、": 2, "。": 99}
_CHAINS = 24
_MENTIONS = 60
"""How many mentions of one place are looked at; more only repeat what was said."""


@dataclass(slots=True)
class Heard:
    """What one text mentions: for each concept its spans.

    `named` lists each mention once with the clinical concepts of its own, without their classes; `words` are
    all the words of the lexicon met, each with its last character, cues and everyday words included;
    `regions` is how the stretches of the text are meant; `guessed` are those whose reading is a guess by
    sound.
    """

    normal: Normal
    spans: dict[int, list[Span]] = field(default_factory=dict)
    named: list[tuple[tuple[int, ...], Span]] = field(default_factory=list)
    words: list[tuple[int, Entry]] = field(default_factory=list)
    regions: tuple[Region, ...] = ()
    guessed: list[tuple[int, int]] = field(default_factory=list)
    educational: bool = False
    _merged: dict[Place, list[Span]] = field(default_factory=dict)

    def affirmed(self) -> Heard:
        """The same mentions, all of them meant: a question that was answered with yes."""
        present = {
            concept: [(start, end, Status.PRESENT) for start, end, _ in spans] for concept, spans in self.spans.items()
        }
        return Heard(normal=self.normal, spans=present)

    def guess(self, span: Span) -> tuple[int, int] | None:
        """The guess by sound a mention wholly rests on, if it does."""
        return next((one for one in self.guessed if one[0] <= span[0] and span[1] <= one[1]), None)

    def at(self, place: Place) -> list[Span]:
        """The spans of any concept of `place`, left to right."""
        found = self._merged.get(place)
        if found is None:
            spans = self.spans
            found = [span for concept in place if concept in spans for span in spans[concept]]
            if len(found) > 1:
                found = sorted(set(found))[:_MENTIONS]
            self._merged[place] = found
        return found

    def forget(self) -> None:
        """Drop what was gathered before mentions were added."""
        self._merged.clear()

    def chains(self, orders: tuple[tuple[Place, ...], ...]) -> list[Span]:
        """Where the places stand close together in one of `orders`, the least doubtful first; empty: nowhere."""
        if len(orders[0]) == 1:
            found = self.at(orders[0][0])
        else:
            found = [span for order in orders for span in self._follow(order)]
        return sorted(found, key=_doubt) if len(found) > 1 else found

    def _follow(self, order: tuple[Place, ...]) -> list[Span]:
        found = self.at(order[0])
        for place in order[1:]:
            spans = self.at(place)
            longer: list[Span] = []
            for first, end, status in found:
                for start, last, other in spans:
                    if start < end:
                        continue
                    if start - end > _GAP or (start > end and self._far(end, start)):
                        break
                    longer.append((first, last, max(status, other)))
                    if len(longer) > _CHAINS:
                        break
            found = longer
        return found

    def _far(self, end: int, start: int) -> bool:
        """Whether too much stands between; a comma counts 4 characters, a full stop separates."""
        between = self.normal.text[end:start]
        return not between.isalnum() and sum(_WEIGHTS.get(character, 1) for character in between) > _GAP


class Parts:
    """Parts of patterns, numbered; which of their places a text fills, and where the parts stand in it."""

    def __init__(self, commonness: Mapping[int, float]) -> None:
        self._commonness = commonness
        self._numbers: dict[Placed, int] = {}
        self._orders: list[tuple[tuple[Place, ...], ...]] = []
        self._rarest: list[Place] = []
        self._by_place: dict[int, list[int]] = {}
        self._places: dict[Place, int] = {}
        self._filled_by: dict[int, list[int]] = {}
        self.needs: list[frozenset[int]] = []
        """For each part its places, numbered."""

    def add(self, places: tuple[Place, ...], *, ordered: bool) -> int:
        """The number of a part; the same part has one number."""
        part = (places, ordered)
        number = self._numbers.get(part)
        if number is None:
            number = self._numbers[part] = len(self._numbers)
            self._orders.append((places,) if ordered else tuple(permutations(places)))
            self._rarest.append(min(places, key=self._common))
            self.needs.append(frozenset(map(self._place, places)))
            self._by_place.setdefault(self.rarest((number,)), []).append(number)
        return number

    def rarest(self, parts: Iterable[int]) -> int:
        """The place of these parts that is filled most rarely."""
        return self._places[min((self._rarest[part] for part in parts), key=self._common)]

    def filled(self, heard: Heard) -> set[int]:
        """The places the text fills."""
        filled_by = self._filled_by
        return set().union(*map(filled_by.__getitem__, heard.spans.keys() & filled_by.keys()))

    def found(self, heard: Heard) -> dict[int, list[Span]]:
        """For each part that stands in the text, where; in the order in which the text fills them."""
        filled, entered, needs = self.filled(heard), self._by_place, self.needs
        near = [part for place in filled & entered.keys() for part in entered[place] if needs[part] <= filled]
        return {part: spans for part in self.ranked(near, heard) if (spans := self.stands(part, heard))}

    def stands(self, part: int, heard: Heard) -> list[Span]:
        """Where a part stands in the text, the least doubtful first."""
        return heard.chains(self._orders[part])

    def ranked(self, parts: Iterable[int], heard: Heard) -> list[int]:
        """The parts in the order in which their rarest places were first filled."""
        waiting: dict[int, list[int]] = {}
        for part in sorted(parts):
            for concept in self._rarest[part]:
                waiting.setdefault(concept, []).append(part)
        return list(
            dict.fromkeys(part for concept in filter(waiting.__contains__, heard.spans) for part in waiting[concept])
        )

    def _common(self, place: Place) -> float:
        """How often a place is likely to be filled, compared with others."""
        return sum(self._commonness.get(concept, 0) for concept in place)

    def _place(self, place: Place) -> int:
        number = self._places.get(place)
        if number is None:
            number = self._places[place] = len(self._places)
            for concept in place:
                self._filled_by.setdefault(concept, []).append(number)
        return number


_doubt = itemgetter(2, 0)
"""Of two spans the less doubtful comes first, then the one further left."""
