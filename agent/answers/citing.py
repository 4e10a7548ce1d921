"""Takes a model's sentences apart into what is said and what it cites, and cleans them of markup. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CITED = re.compile(r"[\[【［〔](?:资料|来源|出处)?\s*(\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)\s*[\]】］〕]")
_FIRST = re.compile(rf"^\s*(?:{_CITED.pattern}\s*)+")
_LISTED = re.compile(r"^\s*(?:[-*•·>#]+|\d{1,2}[.、)）](?!\d)|[（(]\d{1,2}[)）])\s*")
_MARKUP = re.compile(r"\*\*|__|`+|~~")
_ENDS: Final = "。！？；!?;…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One sentence without its marks, and the numbers it cites, none when it cites nothing."""

    text: str
    numbers: tuple[int, ...] = ()


class Citations:
    """Feed it sentences as they come; citations may stand within a sentence or right after it.

    A sentence that cites nothing yet is held back until the next one shows whether its citation follows.
    """

    def __init__(self) -> None:
        self._held: str | None = None

    def feed(self, sentence: str) -> tuple[Cited, ...]:
        """The sentences whose citations are known now."""
        ready: list[Cited] = []
        if self._held is not None:
            first = _FIRST.match(sentence)
            ready.append(_cited(self._held, first[0] if first else ""))
            sentence = sentence[first.end() :] if first else sentence
            self._held = None
        if not _clean(sentence):
            return tuple(ready)
        if _CITED.search(sentence):
            ready.append(_cited(sentence, ""))
        else:
            self._held = sentence
        return tuple(ready)

    def flush(self) -> tuple[Cited, ...]:
        """The end of the reply: the sentence held back, if there is one."""
        held, self._held = self._held, None
        return (_cited(held, ""),) if held is not None else ()


def _cited(sentence: str, after: str) -> Cited:
    """The sentence with the numbers cited in it and in the marks `after` it."""
    named = [number for match in _CITED.finditer(sentence + after) for number in re.findall(r"\d+", match[1])]
    return Cited(text=_clean(sentence), numbers=tuple(dict.fromkeys(map(int, named))))


def _clean(sentence: str) -> str:
    """The sentence as it is said: no citations, no list marks, no markup; it ends with a mark."""
    bare = _MARKUP.sub("", _LISTED.sub("", _CITED.sub("", sentence))).strip()
    if not bare.strip(_ENDS + "，,、：: "):
        return ""
    return bare if bare[-1] in _ENDS else f"{bare.rstrip('，,、：:')}。"
