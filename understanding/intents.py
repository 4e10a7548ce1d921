"""Which intents a message carries, in the order they stand, each with the words it rests on."""

from __future__ import annotations

import re

from knowledge.intents import IntentBook
from understanding.phrases import Match, Phrases, clause_starts
from understanding.reading import Intent

_EDGES = " ，。！？；,!?;\n…"
_ALONE_CHARACTERS = 16
_SHORT_CHARACTERS = 12


class IntentReader:
    """The intents of a pack, compiled once."""

    def __init__(self, book: IntentBook) -> None:
        self._specs = {spec.id: spec for spec in book.intents}
        self._order = {spec.id: place for place, spec in enumerate(book.intents)}
        self._phrases: Phrases[tuple[str, bool]] = Phrases(
            (
                ((spec.id, counts), pattern)
                for spec in book.intents
                for counts, patterns in ((True, spec.heard), (False, spec.unless))
                for pattern in patterns
            ),
            book.words,
        )
        self._asks = re.compile("|".join(map(re.escape, book.words["asks"])))
        self._alone = tuple((spec.id, _only(spec.alone, book.fillers)) for spec in book.intents if spec.alone)

    def read(self, text: str) -> tuple[Intent, ...]:
        """Every intent of `text`, each once, in the order they stand; the quote is the clause."""
        heard: list[Match[tuple[str, bool]]] = []
        taken_back: set[tuple[str, int]] = set()
        for match in self._phrases.find(text):
            name, counts = match.key
            if counts:
                heard.append(match)
            else:
                taken_back.add((name, match.clause))
        kept = [match for match in heard if (match.key[0], match.clause) not in taken_back]
        starts = [*clause_starts(text), len(text)]
        if len(text) > _SHORT_CHARACTERS:
            kept = [match for match in kept if self._asked(match, text, starts)]
        replaced = {(name, match.clause) for match in kept for name in self._specs[match.key[0]].over}
        kept = [match for match in kept if (match.key[0], match.clause) not in replaced]
        kept.sort(key=lambda match: (match.start, match.start - match.end, self._order[match.key[0]]))
        intents: dict[str, Intent] = {}
        for match in kept:
            quote = text[starts[match.clause] : starts[match.clause + 1]].strip(_EDGES)
            intents.setdefault(match.key[0], Intent(id=match.key[0], quote=quote, start=match.start))
        if len(text) <= _ALONE_CHARACTERS:
            for name, only in self._alone:
                if only.fullmatch(text) is not None:
                    intents.setdefault(name, Intent(id=name, quote=text.strip(_EDGES), start=0))
        return tuple(intents.values())

    def _asked(self, match: Match[tuple[str, bool]], text: str, starts: list[int]) -> bool:
        if not self._specs[match.key[0]].asked:
            return True
        return self._asks.search(text, starts[match.clause], starts[min(match.clause + 2, len(starts) - 1)]) is not None


def _only(phrases: tuple[str, ...], fillers: tuple[str, ...]) -> re.Pattern[str]:
    """A text of nothing but these phrases and fillers, with one phrase at least."""
    said, around = _either(phrases), _either(fillers)
    return re.compile(rf"(?:{around}|\W)*(?:{said})(?:{said}|{around}|\W)*", re.IGNORECASE)


def _either(phrases: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
