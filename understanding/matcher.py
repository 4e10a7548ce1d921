"""Which patterns a message, with the messages before it, fills, and on which words.

Every part of every pattern is entered under its rarest place, so that a message is only compared with
the parts one of whose rare words it contains.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

from knowledge.patterns import Part, Pattern
from understanding.hearing import Heard, Span
from understanding.lexicon import Lexicon
from understanding.scope import Status

Key = TypeVar("Key", bound=Hashable)

_MEANT = Status.UNCERTAIN
"""The most doubtful a present anchor may be."""
_SCENE = Status.HYPOTHETICAL
"""The most doubtful what sets the scene may be: anything that is not denied, an operation of long ago too."""


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """A pattern of `key` that is filled.

    `status` is its most doubtful anchor's, uncertain where every anchor is a guess by sound; `independent`
    says that two anchors stand on different words;
    `quotes` are the patient's own words, anchors first.
    """

    key: Key
    pattern: Pattern
    status: Status
    independent: bool
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Compiled(Generic[Key]):
    key: Key
    pattern: Pattern
    anchors: tuple[int, ...]
    scene: tuple[int, ...]


class Matcher(Generic[Key]):
    """Patterns, grouped by key, compiled against a lexicon that knows their names and phrases."""

    def __init__(self, lexicon: Lexicon, patterns: Mapping[Key, Iterable[Pattern]]) -> None:
        self._parts = lexicon.index()
        self._by_part: dict[int, list[_Compiled[Key]]] = {}
        self._asked: dict[Key, list[_Compiled[Key]]] = {}
        for key, alternatives in patterns.items():
            for pattern in alternatives:
                compiled = _Compiled(
                    key=key,
                    pattern=pattern,
                    anchors=tuple(self._enter(lexicon, part) for part in pattern.anchors),
                    scene=tuple(self._enter(lexicon, part) for part in pattern.scene),
                )
                self._asked.setdefault(key, []).append(compiled)
                for part in set(compiled.anchors + compiled.scene):
                    self._by_part.setdefault(part, []).append(compiled)

    def _enter(self, lexicon: Lexicon, part: Part) -> int:
        places, ordered = lexicon.part(part)
        return self._parts.add(places, ordered=ordered)

    def match(self, message: Heard, before: Sequence[Heard] = (), *, doubtful: Status = _MEANT) -> list[Match[Key]]:
        """Every filled pattern to which `message` contributes an anchor; `before` is what was said earlier.

        Anchors up to `doubtful` count. What a later message adds to an earlier one is found, an
        earlier one alone is not.
        """
        here = self._parts.found(message)
        patterns = {id(item): item for part in here for item in self._by_part.get(part, ())}
        earlier: list[tuple[Heard, dict[int, list[Span]]]] | None = None
        matches = []
        for item in patterns.values():
            missing = [part for part in item.anchors + item.scene if part not in here]
            if missing and not before:
                continue
            if missing and earlier is None:
                earlier = [(heard, self._parts.found(heard)) for heard in before]
            match = self._filled(item, message, here, earlier or (), doubtful)
            if match is not None:
                matches.append(match)
        return matches

    def _filled(
        self,
        item: _Compiled[Key],
        message: Heard,
        here: dict[int, list[Span]],
        earlier: Sequence[tuple[Heard, dict[int, list[Span]]]],
        doubtful: Status,
    ) -> Match[Key] | None:
        stood: list[tuple[Heard, Span]] = []
        contributes = False
        for part in item.anchors:
            found = _best(part, message, here, doubtful)
            if found is not None:
                contributes = True
            else:
                found = next((best for heard, spans in earlier if (best := _best(part, heard, spans, doubtful))), None)
            if found is None:
                return None
            stood.append(found)
        if not contributes:
            return None
        around = []
        for part in item.scene:
            found = _best(part, message, here, _SCENE) or next(
                (best for heard, spans in earlier if (best := _best(part, heard, spans, _SCENE))), None
            )
            if found is None:
                return None
            around.append(found)
        status = max(span[2] for _, span in stood)
        return Match(
            key=item.key,
            pattern=item.pattern,
            status=max(status, Status.UNCERTAIN) if all(heard.is_guess(span) for heard, span in stood) else status,
            independent=any(_apart(one, other) for one, other in combinations(stood, 2)),
            quotes=tuple(dict.fromkeys(heard.normal.quote(span[0], span[1]) for heard, span in stood + around)),
        )

    def presence(self, message: Heard, key: Key) -> Status | None:
        """How `key` is meant in one message: its least doubtful filled pattern; `None`: not mentioned."""
        here = self._parts.found(message)
        found = [
            match.status
            for item in self._asked.get(key, ())
            if (match := self._filled(item, message, here, (), Status.ABSENT)) is not None
        ]
        return min(found, default=None)


def _best(part: int, heard: Heard, spans: dict[int, list[Span]], doubtful: Status) -> tuple[Heard, Span] | None:
    found = spans.get(part)
    if not found or found[0][2] > doubtful:
        return None
    return heard, found[0]


def _apart(one: tuple[Heard, Span], other: tuple[Heard, Span]) -> bool:
    return one[0] is not other[0] or one[1][1] <= other[1][0] or other[1][1] <= one[1][0]
