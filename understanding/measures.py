"""Numbers that are a concept by themselves: 烧到39度, 血氧只有八十几, 出生十二天, 吃了二十片."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.lexicon import Measure
from understanding.numbers import NUMERAL, parse

_NUMERAL = re.compile(NUMERAL)
_UNITS = frozenset("天岁月周片粒颗瓶盒板丸下处口度℃多个分+")
"""What may follow a lone digit that measures something; 「一下」, 「一直」 are met in every message."""
_BEFORE = 9
_AFTER = 6


def measured(text: str, measures: Sequence[Measure]) -> list[tuple[str, int, int]]:
    """Concept name, start and end of every number in `text` that is one of `measures`."""
    found: list[tuple[str, int, int]] = []
    for match in _NUMERAL.finditer(text):
        start, end = match.span()
        if end - start == 1 and text[end : end + 1] not in _UNITS:
            continue
        number = parse(match[0])
        if number is None:
            continue
        before, after = text[max(start - _BEFORE, 0) : start], text[end : end + _AFTER]
        found += [
            (measure.name, start, end)
            for measure in measures
            if measure.low <= number.low <= measure.high
            and measure.unit.match(after)
            and (measure.before is None or measure.before.search(before))
        ]
    return found
