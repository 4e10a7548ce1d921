"""From a sentence to the words the guide is searched by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import rjieba

from tools.guidance.vocabulary import ASKING, FILLERS, SAME

_PAIR = 2
_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z]+|[0-9]+")
_ASKED: Final = frozenset(name for _, name in ASKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that says something, and the pairs of characters inside a longer one: 停车 finds 停车场."""

    text: str
    pairs: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it is what is asked (where, how much …) rather than what about."""
        return self.text in _ASKED


def words(text: str) -> tuple[Word, ...]:
    """The words of `text` that say something, in order; fillers are left out."""
    return tuple(Word(text=word, pairs=_pairs(word)) for word in _words(text))


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    for pattern, name in ASKING:
        plain = pattern.sub(f" {name} ", plain)
    for pattern, name in SAME:
        plain = pattern.sub(name, plain)
    for piece in plain.split():
        if piece in _ASKED:
            yield piece
            continue
        for run in _RUN.findall(piece):
            yield from (word for word in rjieba.cut(run, hmm=False) if word not in FILLERS)


def _pairs(word: str) -> tuple[str, ...]:
    if len(word) <= _PAIR or word in _ASKED or word.isascii():
        return ()
    return tuple(word[index : index + _PAIR] for index in range(len(word) - 1))
