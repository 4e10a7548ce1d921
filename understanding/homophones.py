"""Words that sound like a word that matters: 胸门 → 胸闷, 昏到 → 昏倒.

A hit adds a reading, it replaces nothing, and is in doubt. It counts only where the wrong characters are no
words of their own, no everyday word reaches into the stretch, and the less of the term is written right, the
more exactly the rest sounds like it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache, lru_cache

import ahocorasick
import rjieba

os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # read by the import: phrases take 0.3 s and 40 MiB
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
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
_TONE_MARKS = "\u0304\u0301\u030c\u0300"
_FIRST_CODE = 0xE000
_CHINESE = re.compile(r"[一-鿿]{2,}")
_IDEOGRAPHS = range(0x4E00, 0xA000)
_PUNCTUATION = "，。、:"
"""What no word reaches over."""
_SHORT, _LONG = 2, 5
_EVERYDAY = frozenset(
    "的地得了着过个是有在不没无也都还就又再才很太更最只先后前上下左右里外中大小多少一二两三四五六七八九十半几第每"
    "我你您他她它们这那哪谁什么怎样吗呢吧啊呀哦嘛和与及或跟同并且但而因为所以于以已把被将让给对从到向往由"
    "要想会能可该应做作用去来进出回看说问叫换穿带吃喝查种微时候年月日天周岁次点分早晚今明昨刚正像如若其此各另"
    "长张开关好坏新老高低快慢使便反患等当成变发生得自己人家手"
)
"""Characters so common by themselves that they are hardly ever a slip for another."""


class Homophones:
    """Finds what sounds like one of `terms` (two Chinese characters or more).

    `words` are single characters that mean something by themselves (疼, 冻): short of a long term, they are
    written on purpose. `parts` are those that are a part of the body: always so, and beside one a slip is
    likelier (胸门).
    """

    def __init__(self, terms: Iterable[str], words: Collection[str] = (), parts: Collection[str] = ()) -> None:
        self._sounds = ahocorasick.Automaton()
        by_sound: dict[str, list[str]] = {}
        table = _syllables()
        self._terms = frozenset(term for term in terms if _CHINESE.fullmatch(term))
        self._parts = frozenset(parts)
        self._meant = _EVERYDAY | self._parts
        self._words = self._meant.union(words)
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
        for last, alike in self._sounds.iter(text.translate(_syllables())):
            start, end = last + 1 - len(alike[0]), last + 1
            written = text[start:end]
            if written in self._terms:
                continue
            likely = [term for term in alike if self._likely(written, term)]
            if not likely:
                continue
            words = _words_around(text, start, end)
            term = next((one for one in likely if _stands_apart(start, written, one, words)), None)
            if term is not None:
                found.append((start, term))
        return _apart(found)

    def _likely(self, written: str, term: str) -> bool:
        """Whether so few characters are wrong, and sound so much alike, that `term` was meant."""
        wrong = [(one, other) for one, other in zip(written, term, strict=True) if one != other]
        short = len(term) == _SHORT
        if len(wrong) > (1 if len(term) < _LONG else 2):
            return False
        if any(one in (self._words if short else self._meant) for one, _ in wrong):
            return False
        exact = short and not any(one in self._parts for one, other in zip(written, term, strict=True) if one == other)
        return max(_unlike(one, other) for one, other in wrong) <= (0 if exact else 1)


def _stands_apart(start: int, written: str, term: str, words: list[tuple[int, int]]) -> bool:
    """Whether no everyday word holds a wrong character or reaches over an end of the stretch.

    Where all that is written right is a word of its own (宝宝穿 for 宝宝喘), the wrong character alone tells
    what was meant, and must sound exactly so.
    """
    end = start + len(written)
    wrong = [start + place for place, one in enumerate(written) if one != term[place]]
    for first, last in words:
        if last <= start or end <= first:
            continue
        if first < start or end < last or any(first <= place < last for place in wrong):
            return False
        right = last - first == len(written) - len(wrong)
        if right and any(_unlike(written[place - start], term[place - start]) for place in wrong):
            return False
    return True


def _apart(found: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The longest reading wins where two overlap."""
    taken: list[tuple[int, str]] = []
    for start, term in sorted(found, key=lambda item: (-len(item[1]), item[0])):
        if all(start + len(term) <= other or other + len(said) <= start for other, said in taken):
            taken.append((start, term))
    return tuple(sorted(taken))


def _words_around(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where words of two characters and more stand between the punctuation on either side of a stretch."""
    before = text[:start]
    at = max(map(before.rfind, _PUNCTUATION)) + 1
    last = min((stop for mark in _PUNCTUATION if (stop := text.find(mark, end)) >= 0), default=len(text))
    spans = []
    for word in rjieba.cut(text[at:last], hmm=False):
        if len(word) > 1:
            spans.append((at, at + len(word)))
        at += len(word)
    return spans


@lru_cache(maxsize=4096)
def _unlike(one: str, other: str) -> int:
    """How unlike two characters sound: 0 the same, 1 by tone or by accent alone, 2 by both."""
    mine, others = _readings(one), _readings(other)
    if mine & others:
        return 0
    if {sound.translate(_TONES) for sound in mine} & {sound.translate(_TONES) for sound in others}:
        return 1
    tones = {(_accented(sound.translate(_TONES)), _tone(sound)) for sound in mine}
    return 1 if tones & {(_accented(sound.translate(_TONES)), _tone(sound)) for sound in others} else 2


def _readings(character: str) -> frozenset[str]:
    return frozenset(pinyin_dict.get(ord(character), "").split(","))


def _tone(sound: str) -> int:
    marked = unicodedata.normalize("NFD", sound)
    return next((tone for tone, mark in enumerate(_TONE_MARKS, 1) if mark in marked), 0)


@cache
def _accented(sound: str) -> str:
    for pattern, plain in _ALIKE:
        sound = pattern.sub(plain, sound)
    return sound


@cache
def _syllables() -> dict[int, str]:
    """Each Chinese character as one private character that stands for how it sounds."""
    codes: dict[str, int] = {}
    table: dict[int, str] = {}
    for code, readings in pinyin_dict.items():
        if code not in _IDEOGRAPHS:
            continue
        sound = _accented(readings.split(",")[0].translate(_TONES))
        table[code] = chr(_FIRST_CODE + codes.setdefault(sound, len(codes)))
    return table
