"""What one text mentions, and which parts of patterns stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import permutations
from operator import itemgetter, or_
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
    """Parts of patterns, numbered; which of their places a text fills, and where the parts stand in it.

    Sets of places are integers with one bit for each place, so that comparing them is one operation.
    """

    def __init__(self, commonness: Mapping[int, float]) -> None:
        self._commonness = commonness
        self._numbers: dict[Placed, int] = {}
        self._orders: list[tuple[tuple[Place, ...], ...]] = []
        self._rarest: list[Place] = []
        self._entered: dict[int, list[int]] = {}
        self._places: dict[Place, int] = {}
        self._fills: dict[int, int] = {}
        self.needs: list[int] = []
        """For each part its places, as bits."""

    def add(self, places: tuple[Place, ...], *, ordered: bool) -> int:
        """The number of a part; the same part has one number."""
        part = (places, ordered)
        number = self._numbers.get(part)
        if number is None:
            number = self._numbers[part] = len(self._numbers)
            self._orders.append((places,) if ordered else tuple(permutations(places)))
            self._rarest.append(min(places, key=self._common))
            self.needs.append(reduce(or_, map(self._bit, places)))
            for concept in self.rarest((number,)):
                self._entered.setdefault(concept, []).append(number)
        return number

    def rarest(self, parts: Iterable[int]) -> Place:
        """The place of these parts that is filled most rarely."""
        return min((self._rarest[part] for part in parts), key=self._common)

    def filled(self, heard: Heard) -> int:
        """The places the text fills, as bits."""
        filled, fills = 0, self._fills
        for concept in heard.spans.keys() & fills.keys():
            filled |= fills[concept]
        return filled

    def found(self, heard: Heard) -> dict[int, list[Span]]:
        """For each part that stands in the text, where; in the order in which the text fills their rarest places."""
        filled, entered, needs = self.filled(heard), self._entered, self.needs
        near = dict.fromkeys(
            part
            for concept in filter(entered.__contains__, heard.spans)
            for part in entered[concept]
            if needs[part] & filled == needs[part]
        )
        return {part: spans for part in near if (spans := self.stands(part, heard))}

    def stands(self, part: int, heard: Heard) -> list[Span]:
        """Where a part stands in the text, the least doubtful first."""
        return heard.chains(self._orders[part])

    def ranks(self, parts: Iterable[int], heard: Heard) -> dict[int, tuple[int, int]]:
        """For each part the text fills when its rarest place was first filled, and its number."""
        first = {concept: at for at, concept in enumerate(heard.spans)}
        return {part: (min([first[concept] for concept in self._rarest[part] & first.keys()]), part) for part in parts}

    def _common(self, place: Place) -> float:
        """How often a place is likely to be filled, compared with others."""
        return sum(self._commonness.get(concept, 0) for concept in place)

    def _bit(self, place: Place) -> int:
        number = self._places.get(place)
        if number is None:
            number = self._places[place] = len(self._places)
            for concept in place:
                self._fills[concept] = self._fills.get(concept, 0) | 1 << number
        return 1 << number


_doubt = itemgetter(2, 0)
"""Of two spans the less doubtful comes first, then the one further left."""
