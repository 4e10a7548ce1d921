"""How lay speech is written down in the pack: a pattern over concepts, word classes and literal phrases.

    喝农药                    a literal phrase
    <胸口>                    a concept or word class of the lexicon
    <嘴>|<脸>..<歪>           `..`: the left before the right, within a short gap of the same clause
    <胸口>~<疼>               `~`: the same, in either order
    <胸痛> + <出冷汗>         `+`: two independent anchors, anywhere in the message or the recent ones
    <发热> & <化疗>           `&`: the right only sets the scene; it is needed, but is no anchor

`|` separates alternatives inside one place and binds tightest, then `..` and `~`, then `+` and `&`.
A list of patterns are alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_JOINT = re.compile(r"\s*([+&])\s*")
_LINK = re.compile(r"\s*(\.\.|~)\s*")
_NAME = re.compile(r"<([^<>|]+)>")
_RESERVED = re.compile(r"[<>|~+&\s]|\.\.")


@dataclass(frozen=True, slots=True)
class Term:
    """One alternative: a lexicon name, or a literal phrase."""

    text: str
    literal: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a sequence: any of its terms fills it."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Places that stand close together in one clause; `ordered` says left to right."""

    places: tuple[Place, ...]
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern: `anchors` carry the meaning, `scene` must be there as well; `text` is what was written."""

    text: str
    anchors: tuple[Part, ...]
    scene: tuple[Part, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Parse `text`.

        Raises:
            ValueError: it is not a pattern; the message says where it goes wrong.
        """
        pieces = _JOINT.split(text.strip())
        anchors = [_part(pieces[0])]
        scene: list[Part] = []
        for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            (anchors if joint == "+" else scene).append(_part(piece))
        return cls(text=text, anchors=tuple(anchors), scene=tuple(scene))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Anchors, then scene."""
        return self.anchors + self.scene


def _part(text: str) -> Part:
    pieces = _LINK.split(text.strip())
    links = set(pieces[1::2])
    if len(links) > 1:
        raise ValueError(f"「{text}」同时用了 .. 和 ~")
    return Part(places=tuple(_place(piece) for piece in pieces[::2]), ordered="~" not in links)


def _place(text: str) -> Place:
    return Place(terms=tuple(_term(piece.strip()) for piece in text.split("|")))


def _term(text: str) -> Term:
    if name := _NAME.fullmatch(text):
        return Term(text=name[1], literal=False)
    if not text:
        raise ValueError("缺少词语或 <名字>")
    if wrong := _RESERVED.search(text):
        raise ValueError(f"「{text}」里不能有「{wrong[0]}」")
    return Term(text=text, literal=True)


def terms(patterns: Iterable[Pattern]) -> frozenset[Term]:
    """Every term the patterns use."""
    return frozenset(
        term for pattern in patterns for part in pattern.parts for place in part.places for term in place.terms
    )
