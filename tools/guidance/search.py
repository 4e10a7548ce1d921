"""Finds the section of the guide that answers a question, or nothing.

An entry is weighed by BM25 over its fields (topics count most, then title and headings, then text), times the
share of the question it explains: what a question is about and the guide never mentions pulls every entry down.
Below `THRESHOLD` nothing is returned, because a wrong quotation is worse than none. Of the entry that wins, the
section is chosen whose heading and text fit the question best. Everything is in memory.

The constants were chosen on `tests/guidance/questions/tuning.tsv`; results hardly move around them. `*_WEIGHT`
weigh the fields; `PAIR_PART` is what a pair of characters counts of its word, `UNKNOWN_PART` what a word the
guide never uses counts against an answer, `PHRASE_PART` how much of the score rests on matching one whole topic,
`ASKING_PART` what "where" or "how much" counts in finding the entry and `ASKING_BOOST` in choosing its section.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.ports import Passage
from knowledge.guidebook import GuideEntry, GuideSection
from tools.guidance.terms import Word, words

TOPIC_WEIGHT = 4.0
TITLE_WEIGHT = 3.0
HEADING_WEIGHT = 2.0
TEXT_WEIGHT = 0.5
PAIR_PART = 0.6
UNKNOWN_PART = 0.7
PHRASE_PART = 0.8
ASKING_PART = 0.25
ASKING_BOOST = 3.0
THRESHOLD = 0.25
READING_THRESHOLD = 0.06
READING_ENTRIES = 4
_SATURATION = 1.2
_LENGTH_PART = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """An entry with the weight of each of its terms, over all its fields and per section.

    `phrases` are its title and topics, each as the names in it and what they weigh together.
    """

    entry: GuideEntry
    weights: Mapping[str, float]
    phrases: tuple[tuple[tuple[str, ...], float], ...]
    sections: tuple[Mapping[str, float], ...]


class GuideSearch:
    """Search over the hospital's own texts by their words."""

    def __init__(self, entries: Iterable[GuideEntry], *, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        weighed = [(entry, _entry_weights(entry)) for entry in entries]
        mean = sum(sum(weights.values()) for _, weights in weighed) / len(weighed)
        spread = Counter(term for _, weights in weighed for term in weights)
        self._rarity = {term: math.log(1 + len(weighed) / count) for term, count in spread.items()}
        self._unknown = UNKNOWN_PART * math.log(1 + len(weighed))
        self._subjects = tuple(
            _Subject(
                entry=entry,
                weights=_saturated(weights, mean),
                phrases=tuple(
                    (names, sum(map(self._weight, names)))
                    for topic in (entry.title, *entry.topics)
                    if (names := _names(topic))
                ),
                sections=tuple(_section_weights(section) for section in entry.sections),
            )
            for entry, weights in weighed
        )
        self._postings: dict[str, list[int]] = {}
        for number, subject in enumerate(self._subjects):
            for term in subject.weights:
                self._postings.setdefault(term, []).append(number)

    def search(self, question: str, *, limit: int = 3) -> tuple[Passage, ...]:
        """The best section of each entry that answers, best first; empty when nothing is good enough."""
        asked = tuple(dict.fromkeys(words(question)))
        return tuple(
            _passage(subject.entry, max(fits, key=fits.__getitem__), score)
            for subject, fits, score in self._ranked(asked, limit, self._threshold)
        )

    def sections(self, question: str, *, limit: int) -> tuple[Passage, ...]:
        """Sections that may have to do with the question, best first, of the few entries nearest to it.

        A section that shares no word with the question still has its entry's subject: 「停车怎么算」 is answered
        under 「多少钱」.
        """
        asked = tuple(dict.fromkeys(words(question)))
        found = [
            _passage(subject.entry, number, score * (1 + fit / (max(fits.values()) or 1.0)) / 2)
            for subject, fits, score in self._ranked(asked, READING_ENTRIES, READING_THRESHOLD)
            for number, fit in fits.items()
        ]
        return tuple(sorted(found, key=lambda one: -one.score)[:limit])

    def _ranked(
        self, asked: Sequence[Word], limit: int, threshold: float
    ) -> Iterator[tuple[_Subject, dict[int, float], float]]:
        """The best entries with how well each of their sections fits, and the entry's score."""
        about = tuple(word for word in asked if not word.asks) or tuple(asked)
        total = sum(self._weight(word.text) for word in about)
        names = [name for word in about for name in (word.text, *word.pairs)]
        said = {name for word in asked for name in (word.text, *word.pairs)}
        candidates = {number for name in names for number in self._postings.get(name, ())}
        scored = sorted(
            (
                (self._score(self._subjects[number], asked, about, said, total, threshold), -number)
                for number in candidates
            ),
            reverse=True,
        )
        for score, number in scored[:limit]:
            if score >= threshold:
                subject = self._subjects[-number]
                fits = [sum(self._fit(word, weights) for word in asked) for weights in subject.sections]
                yield subject, dict(enumerate(fits)), score

    def _weight(self, term: str) -> float:
        return self._rarity.get(term, self._unknown)

    def _found(self, word: Word, weights: Mapping[str, float]) -> float:
        """How firmly the word stands in a text, 0–1; by its pairs when not by itself."""
        whole = weights.get(word.text, 0.0)
        if whole or not word.pairs:
            return whole
        return PAIR_PART * max(weights.get(pair, 0.0) for pair in word.pairs)

    def _score(
        self,
        subject: _Subject,
        asked: Sequence[Word],
        about: Sequence[Word],
        said: Container[str],
        total: float,
        threshold: float,
    ) -> float:
        found = {word: self._found(word, subject.weights) for word in asked}
        explained = sum(self._weight(word.text) for word in about if found[word]) / total
        matched = sum(self._weight(word.text) * found[word] * _part(word, about) for word in asked) / total
        score = explained * matched
        if score < threshold:
            return 0.0
        return score * (1 - PHRASE_PART + PHRASE_PART * self._phrase(subject, said))

    def _phrase(self, subject: _Subject, said: Container[str]) -> float:
        """How much of the best-matching topic the question says, 0-1."""
        parts = (sum(self._weight(name) for name in names if name in said) / total for names, total in subject.phrases)
        return max(parts, default=0.0)

    def _fit(self, word: Word, weights: Mapping[str, float]) -> float:
        """How well a section takes the word up; the entry being found, what is asked counts most."""
        return (ASKING_BOOST * self._unknown if word.asks else self._weight(word.text)) * self._found(word, weights)


def _passage(entry: GuideEntry, number: int, score: float) -> Passage:
    section = entry.sections[number]
    return Passage(id=entry.id, title=entry.title, section=section.heading, text=section.text, score=round(score, 3))


def _entry_weights(entry: GuideEntry) -> dict[str, float]:
    weights: dict[str, float] = {}
    for topic in entry.topics:
        _add(weights, topic, TOPIC_WEIGHT, once=True)
    _add(weights, entry.title, TITLE_WEIGHT)
    for section in entry.sections:
        _add(weights, section.heading, HEADING_WEIGHT)
        _add(weights, section.text, TEXT_WEIGHT)
    return weights


def _section_weights(section: GuideSection) -> dict[str, float]:
    weights: dict[str, float] = {}
    _add(weights, section.heading, HEADING_WEIGHT)
    _add(weights, section.text, TEXT_WEIGHT)
    return _saturated(weights, sum(weights.values()))


def _part(word: Word, about: Container[Word]) -> float:
    """What is asked only tips the balance; what it is about decides."""
    return 1.0 if word in about else ASKING_PART


def _names(text: str) -> tuple[str, ...]:
    return tuple(word.text for word in words(text))


def _add(weights: dict[str, float], text: str, weight: float, *, once: bool = False) -> None:
    names = [name for word in words(text) for name in (word.text, *word.pairs)]
    for name in set(names) if once else names:
        weights[name] = weights.get(name, 0.0) + weight


def _saturated(weights: Mapping[str, float], mean: float) -> dict[str, float]:
    """BM25's diminishing returns: between 0 and 1 for each term, less in a longer text."""
    length = 1 - _LENGTH_PART + _LENGTH_PART * sum(weights.values()) / mean
    return {term: weight / (weight + _SATURATION * length) for term, weight in weights.items()}
