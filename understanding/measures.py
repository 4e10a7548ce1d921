"""Numbers that are a concept by themselves: 烧到39度, 血氧只有八十几, 出生十二天, 吃了二十片."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from knowledge.lexicon import Measure
from understanding.numbers import NUMERAL, STARTS, parse

_NUMERAL = re.compile(NUMERAL)
_STARTS = re.compile(STARTS)
_UNITS = frozenset("天岁月周片粒颗瓶盒板丸下处口度℃多个分+")
"""What may follow a lone digit that measures something; 「一下」, 「一直」 are met in every message."""
_BEFORE = 9
_AFTER = 6


class Measures:
    """The measures of a lexicon, those a word announces and those known by their unit alone.

    Either are looked at only where one of their words stands.
    """

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._announced = tuple(measure for measure in measures if measure.before is not None)
        self._bare = tuple(measure for measure in measures if measure.before is None)
        self._every = tuple(measures)
        self._words = _any(measure.before for measure in measures if measure.before is not None)
        self._units = _any(measure.unit for measure in self._bare)

    def find(self, text: str) -> list[tuple[str, int, int]]:
        """Concept name, start and end of every number in `text` that is a measure."""
        found: list[tuple[str, int, int]] = []
        at = 0
        while first := _STARTS.search(text, at):
            match = _NUMERAL.match(text, first.start())
            at = match.end() if match else first.end()
            if match is None:
                continue
            start, end = match.span()
            if end - start == 1 and text[end : end + 1] not in _UNITS:
                continue
            before, after = text[max(start - _BEFORE, 0) : start], text[end : end + _AFTER]
            announced, bare = self._words.search(before), self._units.match(after)
            measures = (self._every if bare else self._announced) if announced else self._bare
            if (announced or bare) and (number := parse(match[0])) is not None:
                found += [
                    (measure.name, start, end)
                    for measure in measures
                    if measure.low <= number.low <= measure.high
                    and measure.unit.match(after)
                    and (measure.before is None or measure.before.search(before))
                ]
        return found


def _any(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """What any of `patterns` matches; nothing if there is none."""
    return re.compile("|".join(dict.fromkeys(f"(?:{one.pattern})" for one in patterns)) or r"(?!)")
