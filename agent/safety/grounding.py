"""Whether a sentence a model wrote rests on the text it cites. Pure.

It does when every number, time, price and day, every department, doctor, place and drug in it stands in that text
too, and its words do; what a sentence allows is looked at twice. In doubt a sentence does not rest on anything:
the hospital's own words are said in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from agent.safety.figure import plain
from agent.safety.figures import figures
from agent.safety.names import names
from agent.safety.support import supported

Lack = Literal["number", "name", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Texts a sentence may rest on, read once. `known` are names of departments and doctors to look for."""

    text: str
    gives: frozenset[str]
    known: frozenset[str] = field(default_factory=frozenset)


NAMES_AT_LEAST: Final = 2
"""A shorter name is a surname at best."""


def ground(texts: Sequence[str], known: Iterable[str] = ()) -> Ground:
    """What these texts bear out together."""
    text = "\n".join(map(plain, texts))
    return Ground(
        text=text,
        gives=frozenset(key for figure in figures(text) for key in figure.gives),
        known=frozenset(plain(name) for name in known if len(name) >= NAMES_AT_LEAST),
    )


def lacks(sentence: str, under: Ground) -> tuple[Lack, ...]:
    """What of the sentence the ground does not bear out; nothing when it may go out."""
    said = plain(sentence)
    found: list[Lack] = []
    stated = figures(said)
    if any(under.gives.isdisjoint(figure.keys) for figure in stated):
        found.append("number")
    if any(name not in under.text for name in names(said, under.known)):
        found.append("name")
    for figure in stated:
        said = said.replace(figure.quote, " ", 1)
    if not supported(said, under.text):
        found.append("words")
    return tuple(found)
