"""A number as a text states it, and the form texts are compared in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_GAP = re.compile(r"(?<=\d)[ \t]+(?=[一-龥a-z%℃¥])|(?<=[一-龥¥])[ \t]+(?=\d)")
_JOINT = re.compile(r"(?<=[\d点])[ \t]*([-~—–:])[ \t]*(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
TO = r"(?:到|至|-|~|—|–|——)"
"""Fragment of a regular expression: what stands between the ends of a range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One statement. Any of `keys` among what another text `gives` bears it out."""

    quote: str
    keys: frozenset[str]
    gives: frozenset[str]


def plain(text: str) -> str:
    """The text as figures and names are looked for: one width, small letters, no gaps."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return _THOUSANDS.sub("", _JOINT.sub(r"\1", _GAP.sub("", narrow)))


def same(quote: str, *keys: str) -> tuple[Figure, ...]:
    """A statement that gives exactly what it needs; none without a key."""
    return (Figure(quote=quote, keys=frozenset(keys), gives=frozenset(keys)),) if keys else ()


def counted(quote: str, unit: str, *values: float, times: float = 1.0) -> tuple[Figure, ...]:
    """So many of a unit that is `times` the `unit` compared in, or from the first to the last value.

    A number the other text gives no unit for bears it out too.
    """
    each = [f"{unit} {value * times:g}" for value in values]
    bare = [f"number {value:g}" for value in values]
    if len(values) == 1:
        return (Figure(quote=quote, keys=frozenset({*each, f"any {values[0]:g}"}), gives=frozenset({*each, *bare})),)
    whole = f"{unit} {'-'.join(f'{value * times:g}' for value in values)}"
    return (Figure(quote=quote, keys=frozenset({whole}), gives=frozenset({*each, *bare, whole})),)


def uncounted(quote: str, value: float) -> tuple[Figure, ...]:
    """A number nobody says the unit of."""
    key = f"number {value:g}"
    return (Figure(quote=quote, keys=frozenset({key}), gives=frozenset({key, f"any {value:g}"})),)
