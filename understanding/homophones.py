"""Words that sound like a word that matters: 胸门 → 胸闷, 昏到 → 昏倒.

A hit adds a reading, it replaces nothing. It counts only where the written characters are no words of
their own and enough of the term is written correctly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import ahocorasick
import rjieba
from pypinyin.pinyin_dict import pinyin_dict

_TONES = str.maketrans(
    {
        **dict.fromkeys("āáǎà", "a"),
        **dict.fromkeys("ēéěèêếề", "e"),
        **dict.fromkeys("īíǐì", "i"),
        **dict.fromkeys("ōóǒò", "o"),
        **dict.fromkeys("ūúǔùǘǚǜü", "u"),
        **dict.fromkeys("ńňǹ", "n"),
        "ḿ": "m",
    }
)
_ALIKE = ((re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"([aei])ng$"), r"\1n"))
"""Flat and retroflex initials, front and back nasals: what accents and recognisers mix up."""
_FIRST_CODE = 0xE000
_CHINESE = re.compile(r"[一-鿿]{2,}")
_IDEOGRAPHS = range(0x4E00, 0xA000)
_LONG = 4


class Homophones:
    """Finds what sounds like one of `terms` (two Chinese characters or more)."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._sounds = ahocorasick.Automaton()
        by_sound: dict[str, list[str]] = {}
        table = _syllables()
        self._terms = frozenset(term for term in terms if _CHINESE.fullmatch(term))
        for term in sorted(self._terms):
            by_sound.setdefault(term.translate(table), []).append(term)
        for sound, alike in by_sound.items():
            self._sounds.add_word(sound, tuple(alike))
        self._sounds.make_automaton()

    def find(self, text: str) -> tuple[tuple[int, str], ...]:
        """Start and reading of every likely miswriting in `text`, left to right, not overlapping."""
        if not self._terms:
            return ()
        found: list[tuple[int, str]] = []
        words: list[tuple[int, int]] | None = None
        for last, alike in self._sounds.iter(text.translate(_syllables())):
            size = len(alike[0])
            start = last + 1 - size
            written = text[start : last + 1]
            if written in self._terms:
                continue
            for term in alike:
                wrong = [start + place for place in range(size) if written[place] != term[place]]
                if len(wrong) > (size // 2 if size >= _LONG else 1):
                    continue
                words = _words(text) if words is None else words
                if not any(first <= place < end for first, end in words for place in wrong):
                    found.append((start, term))
                    break
        return _apart(found)


def _apart(found: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The longest reading wins where two overlap."""
    taken: list[tuple[int, str]] = []
    for start, term in sorted(found, key=lambda item: (-len(item[1]), item[0])):
        if all(start + len(term) <= other or other + len(said) <= start for other, said in taken):
            taken.append((start, term))
    return tuple(sorted(taken))


def _words(text: str) -> list[tuple[int, int]]:
    """Where words of two characters and more stand."""
    spans = []
    at = 0
    for word in rjieba.cut(text, hmm=False):
        if len(word) > 1:
            spans.append((at, at + len(word)))
        at += len(word)
    return spans


@cache
def _syllables() -> dict[int, str]:
    """Each Chinese character as one private character that stands for how it sounds."""
    codes: dict[str, int] = {}
    table: dict[int, str] = {}
    for code, readings in pinyin_dict.items():
        if code not in _IDEOGRAPHS:
            continue
        sound = readings.split(",")[0].translate(_TONES)
        for pattern, plain in _ALIKE:
            sound = pattern.sub(plain, sound)
        table[code] = chr(_FIRST_CODE + codes.setdefault(sound, len(codes)))
    return table
