"""Which patterns a message, with the messages before it, fills, and on which words.

Every pattern is entered under its rarest place and knows all its places, so that a message is only compared
with the patterns for each of whose places it has a word.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from operator import itemgetter, or_
from typing import Generic, NamedTuple, TypeVar

from knowledge.patterns import Part, Pattern
from understanding.hearing import Heard, Parts, Span
from understanding.lexicon import Lexicon
from understanding.scope import Status

Key = TypeVar("Key", bound=Hashable)

_MEANT = Status.UNCERTAIN
"""The most doubtful a present anchor may be."""
_SCENE = Status.HYPOTHETICAL
"""The most doubtful what sets the scene may be: anything that is not denied, an operation of long ago too."""
_ORDER = itemgetter(0, 1)


class Match(NamedTuple, Generic[Key]):
    """A pattern of `key` that is filled.

    `status` is its most doubtful anchor's, uncertain where all rest on one guess by sound; `independent`
    says that two anchors stand on different words;
    `quotes` are the patient's own words, anchors first.
    """

    key: Key
    pattern: Pattern
    status: Status
    independent: bool
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shape(Generic[Key]):
    """What patterns of several keys ask alike; `needs` are the places of all its parts, as bits.

    `written` holds each pattern with its number in the matcher.
    """

    anchors: tuple[int, ...]
    scene: tuple[int, ...]
    needs: int
    written: list[tuple[int, Key, Pattern]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Fill:
    """How a shape is filled, as in `Match`."""

    status: Status
    independent: bool
    quotes: tuple[str, ...]


class Matcher(Generic[Key]):
    """Patterns, grouped by key, compiled against a lexicon that knows their names and phrases."""

    def __init__(self, lexicon: Lexicon, patterns: Mapping[Key, Iterable[Pattern]]) -> None:
        parts = self._parts = lexicon.index()
        shapes: dict[tuple[tuple[int, ...], tuple[int, ...]], _Shape[Key]] = {}
        self._shapes: list[_Shape[Key]] = []
        self._entered: dict[int, list[int]] = {}
        written = [(key, pattern) for key, alternatives in patterns.items() for pattern in alternatives]
        for number, (key, pattern) in enumerate(written):
            anchors = tuple(self._enter(lexicon, part) for part in pattern.anchors)
            scene = tuple(self._enter(lexicon, part) for part in pattern.scene)
            shape = shapes.get((anchors, scene))
            if shape is None:
                needs = reduce(or_, (parts.needs[part] for part in anchors + scene))
                shape = shapes[anchors, scene] = _Shape(anchors, scene, needs)
                for concept in parts.rarest(anchors + scene):
                    self._entered.setdefault(concept, []).append(len(self._shapes))
                self._shapes.append(shape)
            shape.written.append((number, key, pattern))

    def _enter(self, lexicon: Lexicon, part: Part) -> int:
        places, ordered = lexicon.part(part)
        return self._parts.add(places, ordered=ordered)

    def match(self, message: Heard, before: Sequence[Heard] = (), *, doubtful: Status = _MEANT) -> list[Match[Key]]:
        """Every filled pattern to which `message` contributes an anchor; `before` is what was said earlier.

        Anchors up to `doubtful` count. What a later message adds to an earlier one is found, an
        earlier one alone is not. Patterns come in the order in which the message fills their parts.
        """
        parts, entered = self._parts, self._entered
        here = parts.filled(message)
        filled = reduce(or_, map(parts.filled, before), here)
        mentioned = entered.keys() & set().union(message.spans, *(heard.spans for heard in before))
        said, earlier = _Said(message, parts), [_Said(heard, parts) for heard in before]
        found = [
            (shape, fill)
            for shape in map(self._shapes.__getitem__, {number for concept in mentioned for number in entered[concept]})
            if shape.needs & filled == shape.needs and shape.needs & here
            if (fill := _filled(shape, said, earlier, doubtful))
        ]
        if not found:
            return []
        standing = {part for shape, _ in found for part in shape.anchors + shape.scene if said.where(part)}
        rank = parts.ranks(standing, message)
        ordered = [
            (min([rank[part] for part in shape.anchors + shape.scene if part in rank]), number, key, pattern, fill)
            for shape, fill in found
            for number, key, pattern in shape.written
        ]
        ordered.sort(key=_ORDER)
        return [Match(key, pattern, fill.status, fill.independent, fill.quotes) for _, _, key, pattern, fill in ordered]

    def presence(self, message: Heard, key: Key) -> Status | None:
        """How `key` is meant in one message: its least doubtful filled pattern; `None`: not mentioned."""
        return min(
            (match.status for match in self.match(message, doubtful=Status.ABSENT) if match.key == key),
            default=None,
        )


class _Said:
    """Where parts stand in one text, each looked for once."""

    __slots__ = ("_known", "_parts", "heard")

    def __init__(self, heard: Heard, parts: Parts) -> None:
        self.heard = heard
        self._parts = parts
        self._known: dict[int, list[Span]] = {}

    def where(self, part: int) -> list[Span]:
        """The spans of a part, the least doubtful first."""
        spans = self._known.get(part)
        if spans is None:
            spans = self._known[part] = self._parts.stands(part, self.heard)
        return spans


def _filled(shape: _Shape[Key], said: _Said, earlier: Sequence[_Said], doubtful: Status) -> _Fill | None:
    stood: list[tuple[Heard, Span]] = []
    contributes = False
    for part in shape.anchors:
        found = _best(part, said, doubtful)
        if found is not None:
            contributes = True
        elif earlier:
            found = next((best for text in earlier if (best := _best(part, text, doubtful))), None)
        if found is None:
            return None
        stood.append(found)
    if not contributes:
        return None
    for part in shape.scene:
        found = _best(part, said, _SCENE)
        if found is None and earlier:
            found = next((best for text in earlier if (best := _best(part, text, _SCENE))), None)
        if found is None:
            return None
        stood.append(found)
    if len(stood) == 1:
        ((heard, span),) = stood
        return _Fill(
            _status([(heard, span)]),
            independent=False,
            quotes=(heard.normal.quote(span[0], span[1]),),
        )
    anchors = stood[: len(shape.anchors)]
    return _Fill(
        status=_status(anchors),
        independent=any(_apart(one, other) for one, other in combinations(anchors, 2)),
        quotes=tuple(dict.fromkeys(heard.normal.quote(span[0], span[1]) for heard, span in stood)),
    )


def _best(part: int, said: _Said, doubtful: Status) -> tuple[Heard, Span] | None:
    found = said.where(part)
    if not found or found[0][2] > doubtful:
        return None
    return said.heard, found[0]


def _rest_on_one_guess(stood: Sequence[tuple[Heard, Span]]) -> bool:
    guesses = {(id(heard), heard.guess(span)) for heard, span in stood}
    return len(guesses) == 1 and next(iter(guesses))[1] is not None


def _status(anchors: Sequence[tuple[Heard, Span]]) -> Status:
    """The most doubtful anchor's status, uncertain where all rest on one guess by sound."""
    status = max([span[2] for _, span in anchors])
    return max(status, Status.UNCERTAIN) if _rest_on_one_guess(anchors) else status


def _apart(one: tuple[Heard, Span], other: tuple[Heard, Span]) -> bool:
    return one[0] is not other[0] or one[1][1] <= other[1][0] or other[1][1] <= one[1][0]
