"""The compiled lexicon: every wording of the pack in one automaton, and what a text mentions.

`Lexicon.hear(text)` is the one pass everything else works on: the normal form, every mention of every
concept with how it is meant, and the raw words behind it. It is pure and linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import ahocorasick

from knowledge.lexicon import Kind, Vocabulary
from knowledge.patterns import Part, Pattern, Term, terms
from understanding.compositions import Compositions
from understanding.hearing import Heard, Parts, Placed, Span
from understanding.homophones import Homophones
from understanding.measures import Measures
from understanding.normalise import normalise
from understanding.parted import Parted
from understanding.scope import Region, Status, governing, status_of
from understanding.surface import Automaton, Forms, Surface, plain

_SOUNDS_MATTER = frozenset({Kind.SYMPTOM})
_NAMED = frozenset({Kind.DISEASE, Kind.PROCEDURE})
_SHORT = 2
_PARTICLES = re.compile(r"[着了得的地不没上下起来出过大小有]")
_DEGREE_BY_DE = re.compile(r"(?<=.)得(?=[^\s])")
_RARER_WITH_LENGTH = 20.0
_REPAIR_CONTEXT = 24
_HEARD_KEPT = 24
"""Texts whose mentions are kept for a moment: those of some sessions that speak at once."""


class Lexicon:
    """The vocabulary, compiled with every pattern that will be matched over it.

    `complaints` are further words for complaints, by complaint id.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        patterns: Iterable[Pattern] = (),
        *,
        complaints: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.concepts = list(vocabulary.concepts.values())
        self._ids: dict[str, int] = {name: number for number, name in enumerate(vocabulary.concepts)}
        self._classes = self._memberships()
        used = terms(
            [
                *patterns,
                *(pattern for item in vocabulary.compositions for pattern in item.patterns),
            ]
        )
        literals = sorted(term.text for term in used if term.literal)
        labelled = complaints or {}
        self.complaint_ids = {self._new(f"complaint:{label}"): label for label in labelled}
        forms = self._forms(literals, labelled)
        self._clinical = frozenset(
            number for number, concept in enumerate(self.concepts) if concept.kind is not Kind.WORD
        )
        self._kept = frozenset(self._keep(term.text for term in used if not term.literal))
        self._automaton = self._compiled(forms)
        self._commonness = self._common(forms)
        self._compositions = Compositions(
            (
                (self._ids[item.name], self.part(pattern.anchors[0]))
                for item in vocabulary.compositions
                for pattern in item.patterns
            ),
            classes=self._classes,
            commonness=self._commonness,
        )
        symptoms = {number for number, concept in enumerate(self.concepts) if concept.kind is Kind.SYMPTOM}
        self._noise = ahocorasick.Automaton()
        for row in vocabulary.noise:
            self._noise.add_word(row.wrong, row)
        self._noise.make_automaton()
        self._measures = Measures(vocabulary.measures)
        self._homophones = Homophones(
            self._sounding(literals),
            words=self._single(kind for kind in Kind if kind is not Kind.WORD),
            parts=self._single([Kind.PART]),
        )
        self._parted = Parted(
            {form: [number for number in numbers if number in symptoms] for form, numbers in forms.items()}
        )
        self._heard = lru_cache(_HEARD_KEPT)(self._hear)

    def __len__(self) -> int:
        """How many different wordings it knows."""
        return len(self._automaton)

    def id_of(self, name: str) -> int:
        """The number of a concept.

        Raises:
            KeyError: it is none.
        """
        return self._ids[name]

    def part(self, part: Part) -> Placed:
        """A part of a pattern as concept numbers.

        Raises:
            ValueError: the lexicon was not compiled with this pattern.
        """
        return tuple(frozenset(self._number(term) for term in place.terms) for place in part.places), part.ordered

    def index(self) -> Parts:
        """An empty index for parts of patterns over this lexicon."""
        return Parts(self._commonness)

    def hear(self, raw: str) -> Heard:
        """Everything `raw` mentions; shared with whoever hears the same soon again, so nobody changes it.

        One message is heard on receipt, by the guard, by the reader, and with the messages that follow it.
        """
        return self._heard(raw)

    def _hear(self, raw: str) -> Heard:
        normal = normalise(raw)
        heard = Heard(normal=normal)
        surface = self._scan(heard, normal.text)
        heard.words = surface.words
        heard.educational = any(cue.kind == "education" for cue in surface.cues)
        self._repair(heard)
        for start, end, denied in self._parted.find(normal.text):
            for concept in denied:
                self._add(heard, concept, (start, end, Status.ABSENT))
        for mentions in self._compositions.layers(heard):
            for concept, span in mentions:
                self._add(heard, concept, span)
            if mentions:
                heard.forget()
        return heard

    def _number(self, term: Term) -> int:
        number = self._ids.get("=" + term.text if term.literal else term.text)
        if number is None or not (term.literal or number in self._kept):
            raise ValueError(f"the lexicon was compiled without 「{term.text}」")
        return number

    def _new(self, name: str) -> int:
        return self._ids.setdefault(name, len(self._ids))

    def _keep(self, names: Iterable[str]) -> Iterator[int]:
        """Concepts whose mentions are kept: word classes, and what a pattern names."""
        yield from (number for number, concept in enumerate(self.concepts) if concept.kind is Kind.WORD)
        yield from (self._ids[name] for name in names)
        yield from range(len(self.concepts), len(self._ids))

    def _memberships(self) -> dict[int, tuple[int, ...]]:
        """For each concept itself and every class that includes it, however deep."""
        parents: dict[int, set[int]] = {number: set() for number in range(len(self.concepts))}
        for number, concept in enumerate(self.concepts):
            for member in concept.members:
                parents[self._ids[member]].add(number)
        found = {}
        for number in parents:
            reached, todo = {number}, [number]
            while todo:
                for parent in parents[todo.pop()] - reached:
                    reached.add(parent)
                    todo.append(parent)
            found[number] = (number, *sorted(reached - {number}))
        return found

    def _forms(self, literals: Iterable[str], complaints: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, ...]]:
        forms: dict[str, dict[int, None]] = {}
        for number, concept in enumerate(self.concepts):
            for form in concept.forms:
                for spelling in _spellings(plain(form)):
                    forms.setdefault(spelling, {})[number] = None
        for literal in literals:
            forms.setdefault(plain(literal), {})[self._new("=" + literal)] = None
        for label, aliases in complaints.items():
            for alias in aliases:
                forms.setdefault(plain(alias), {})[self._ids[f"complaint:{label}"]] = None
        return {form: tuple(numbers) for form, numbers in forms.items()}

    def _compiled(self, forms: Mapping[str, tuple[int, ...]]) -> Automaton:
        cues: dict[str, list[str]] = {}
        for kind, words in self.vocabulary.cues.items():
            for word in words:
                cues.setdefault(word, []).append(kind)
        return Automaton(
            Forms(
                concepts=forms,
                classes=self._classes,
                kept=self._kept,
                named=frozenset(number for number, concept in enumerate(self.concepts) if concept.kind in _NAMED),
                clinical=self._clinical,
                cues={word: tuple(kinds) for word, kinds in cues.items()},
                guards=self.vocabulary.guards,
            )
        )

    def _common(self, forms: Mapping[str, tuple[int, ...]]) -> dict[int, float]:
        """How often a concept is likely to be met: by how many forms it has and how short they are."""
        commonness: dict[int, float] = {}
        for form, own in forms.items():
            share = _RARER_WITH_LENGTH ** (1 - len(form))
            for number in {member for concept in own for member in self._classes.get(concept, (concept,))}:
                commonness[number] = commonness.get(number, 0.0) + share
        return commonness

    def _sounding(self, literals: Iterable[str]) -> Iterator[str]:
        """Forms whose homophones are worth finding: of symptoms, and longer ones that are no everyday phrase."""
        for concept in self.concepts:
            short = _SHORT if concept.kind in _SOUNDS_MATTER else _SHORT + 1
            for form in concept.forms:
                if len(form) >= short and len(_PARTICLES.findall(form)) <= len(form) - short:
                    yield form
        yield from (literal for literal in literals if len(literal) > _SHORT)

    def _single(self, kinds: Iterable[Kind]) -> frozenset[str]:
        """Single characters that are a form of these kinds."""
        wanted = frozenset(kinds)
        return frozenset(
            form for concept in self.concepts if concept.kind in wanted for form in concept.forms if len(form) == 1
        )

    def _scan(self, heard: Heard, text: str, places: list[tuple[int, int]] | None = None) -> Surface:
        """Add what `text` mentions to `heard`; `places` maps its characters to the normal text's."""
        surface = self._automaton.read(text)
        regions = _governing(text, surface) if surface.cues else ()
        heard.regions = heard.regions or regions
        spans, named, present = heard.spans, heard.named, Status.PRESENT
        governed = bytearray(len(text))
        for region in regions:
            governed[region.start : region.end] = b"\1" * (region.end - region.start)
        for start, end, entry in surface.hits:
            status = status_of(start, end, regions, named=entry.named) if governed[start] else present
            span = (start, end, status) if places is None else _placed((start, end, status), places)
            for concept in entry.concepts:
                if concept in spans:
                    spans[concept].append(span)
                else:
                    spans[concept] = [span]
            if entry.clinical:
                named.append((entry.clinical, span))
        for name, start, end in self._measures.find(text):
            span = (start, end, status_of(start, end, regions))
            self._add(
                heard,
                self._ids[name],
                span if places is None else _placed(span, places),
            )
        return surface

    def _add(self, heard: Heard, concept: int, span: Span) -> None:
        if concept in self._clinical:
            heard.named.append(((concept,), span))
        for number in self._classes[concept]:
            heard.spans.setdefault(number, []).append(span)

    def _repair(self, heard: Heard) -> None:
        """Read around every likely miswriting again, with the miswriting put right."""
        text = heard.normal.text
        repairs = [(start, start + len(term), term) for start, term in self._homophones.find(text)]
        heard.guessed = [(start, end) for start, end, _ in repairs]
        for last, row in self._noise.iter(text):
            if row.context is None or row.context.search(text):
                repairs.append((last + 1 - len(row.wrong), last + 1, row.right))
        for start, end, right in repairs:
            first, last = (
                max(start - _REPAIR_CONTEXT, 0),
                min(end + _REPAIR_CONTEXT, len(text)),
            )
            places = [(place, place + 1) for place in range(first, start)]
            places += [(start, end)] * len(right)
            places += [(place, place + 1) for place in range(end, last)]
            self._scan(heard, text[first:start] + right + text[end:last], places)


def _spellings(form: str) -> tuple[str, ...]:
    """A form as written, and with 的 where many write it for 得 (疼的厉害)."""
    other = _DEGREE_BY_DE.sub("的", form)
    return (form,) if other == form else (form, other)


def _governing(text: str, surface: Surface) -> tuple[Region, ...]:
    """How stretches of the text are meant; hits come by their ends, the longest to an end first."""
    hits = surface.hits
    return governing(
        text,
        surface.cues,
        longest={start: end for start, end, _ in hits},
        before={end: start for start, end, entry in reversed(hits) if entry.clinical},
        names=((start, end) for start, end, entry in hits if entry.named or text[end - 1] == "病"),
    )


def _placed(span: Span, places: list[tuple[int, int]]) -> Span:
    start, end, status = span
    return places[start][0], places[end - 1][1], status
