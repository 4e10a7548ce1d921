"""A body weight a message states: 体重62公斤, 今天称了124斤, 60.5kg."""

from __future__ import annotations

import re

from understanding.numbers import EXACT, parse

RANGE_KG = (2.0, 300.0)
_WEIGHT = re.compile(
    rf"(?:体重|称了?|重)(?:现在|今天|早上|是|有|大概|还是|到了?|：|:|，|\s)*(?P<n>{EXACT})\s*(?P<unit>公斤|千克|kg|KG|Kg|斤)?"
    rf"|(?P<m>{EXACT})\s*(?P<alone>公斤|千克|kg|KG|Kg)"
)
_JIN = 0.5


def read(text: str) -> float | None:
    """The weight in kilograms; `None` when none, or none a person has, is stated."""
    for match in _WEIGHT.finditer(text):
        number = parse(match["n"] or match["m"])
        if number is None:
            continue
        value = number.value * (_JIN if match["unit"] == "斤" else 1.0)
        if RANGE_KG[0] <= value <= RANGE_KG[1]:
            return value
    return None
