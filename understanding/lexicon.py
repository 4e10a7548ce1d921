"""The compiled lexicon: every wording of the pack in one automaton, and what a text mentions.

`Lexicon.hear(text)` is the one pass everything else works on: the normal form, every mention of every
concept with how it is meant, and the raw words behind it. It is pure and linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ahocorasick

from knowledge.lexicon import Kind, Vocabulary
from knowledge.patterns import Part, Pattern, Term, terms
from understanding.hearing import Heard, Parts, Placed, Span
from understanding.homophones import Homophones
from understanding.measures import measured
from understanding.normalise import normalise
from understanding.scope import Cue, Region, Status, regions, status_of

_HIDDEN_BY_FORMS = frozenset(
    {"negation", "negation_near", "negation_back", "fear", "history_weak", "unknown", "condition"}
)
_SOUNDS_MATTER = frozenset({Kind.SYMPTOM})
_SHORT = 2
_PARTICLES = re.compile(r"[着了得的地不没上下起来出过大小有]")
_RARER_WITH_LENGTH = 20.0
_REPAIR_CONTEXT = 24
_DEEPEST = 3
_LONGEST_FORM = 14


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one surface form stands for."""

    size: int
    concepts: tuple[int, ...]
    own: tuple[int, ...]
    cues: tuple[str, ...]
    guard: bool
    reaches: bool
    latin: bool


class Lexicon:
    """The vocabulary, compiled with the literal phrases of every pattern that will be matched."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        patterns: Iterable[Pattern] = (),
        *,
        departments: Mapping[str, Iterable[str]] | None = None,
        complaints: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.names: list[str] = list(vocabulary.concepts)
        self._ids: dict[str, int] = {name: number for number, name in enumerate(self.names)}
        self.concepts = list(vocabulary.concepts.values())
        self._named = frozenset(
            number for number, concept in enumerate(self.concepts) if concept.kind in {Kind.DISEASE, Kind.PROCEDURE}
        )
        self._clinical = frozenset(
            number for number, concept in enumerate(self.concepts) if concept.kind is not Kind.WORD
        )
        self._classes = self._memberships()
        every = [*patterns, *(pattern for item in vocabulary.compositions for pattern in item.patterns)]
        literals = [term.text for term in terms(every) if term.literal]
        self.department_ids = self._labels("department", departments or {})
        self.complaint_ids = self._labels("complaint", complaints or {})
        self._commonness: dict[int, float] = {}
        self._automaton = self._build(literals, departments or {}, complaints or {})
        self._layers = self._layered()
        self._noise = ahocorasick.Automaton()
        for row in vocabulary.noise:
            self._noise.add_word(row.wrong, row)
        self._noise.make_automaton()
        self._homophones = Homophones(self._sounding(literals))

    def id_of(self, name: str) -> int:
        """The number of a concept.

        Raises:
            KeyError: it is none.
        """
        return self._ids[name]

    def part(self, part: Part) -> Placed:
        """A part of a pattern as concept numbers."""
        return tuple(frozenset(self._id(term) for term in place.terms) for place in part.places), part.ordered

    def index(self) -> Parts:
        """An empty index for parts of patterns over this lexicon."""
        return Parts(self._commonness)

    def hear(self, raw: str) -> Heard:
        """Everything `raw` mentions."""
        normal = normalise(raw)
        heard = Heard(normal=normal)
        self._scan(heard, normal.text, None)
        self._repair(heard)
        self._compose(heard)
        return heard

    def _id(self, term: Term) -> int:
        return self._ids["=" + term.text if term.literal else term.text]

    def _labels(self, kind: str, labelled: Mapping[str, Iterable[str]]) -> dict[int, str]:
        labels = {}
        for label in labelled:
            labels[self._new(f"{kind}:{label}")] = label
        return labels

    def _new(self, name: str) -> int:
        number = self._ids.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number

    def _memberships(self) -> list[tuple[int, ...]]:
        """For each concept itself and every class that includes it, however deep."""
        parents: dict[int, set[int]] = {number: set() for number in range(len(self.concepts))}
        for number, concept in enumerate(self.concepts):
            for member in concept.members:
                parents[self._ids[member]].add(number)
        found = []
        for number in range(len(self.concepts)):
            reached, todo = {number}, [number]
            while todo:
                for parent in parents[todo.pop()] - reached:
                    reached.add(parent)
                    todo.append(parent)
            found.append((number, *sorted(reached - {number})))
        return found

    def _build(
        self, literals: Iterable[str], departments: Mapping[str, Iterable[str]], complaints: Mapping[str, Iterable[str]]
    ) -> Any:
        forms: dict[str, list[int]] = {}
        for number, concept in enumerate(self.concepts):
            for form in concept.forms:
                forms.setdefault(_plain(form), []).append(number)
        for literal in literals:
            forms.setdefault(_plain(literal), []).append(self._new("=" + literal))
        for kind, labelled in (("department", departments), ("complaint", complaints)):
            for label, aliases in labelled.items():
                for alias in aliases:
                    forms.setdefault(_plain(alias), []).append(self._ids[f"{kind}:{label}"])
        return self._compiled(forms)

    def _compiled(self, forms: Mapping[str, list[int]]) -> Any:
        cues: dict[str, list[str]] = {}
        for kind, words in self.vocabulary.cues.items():
            for word in words:
                cues.setdefault(word, []).append(kind)
        automaton = ahocorasick.Automaton()
        guards = self.vocabulary.guards
        for form in forms.keys() | cues.keys() | guards.keys():
            own = tuple(dict.fromkeys(forms.get(form, ())))
            reached = dict.fromkeys(
                member
                for number in own
                for member in (self._classes[number] if number < len(self._classes) else (number,))
            )
            for number in reached:
                self._commonness[number] = self._commonness.get(number, 0) + _RARER_WITH_LENGTH ** (1 - len(form))
            entry = _Entry(
                size=len(form),
                concepts=tuple(reached),
                own=own,
                cues=tuple(cues.get(form, ())),
                guard=form in guards,
                reaches=guards.get(form, False),
                latin=form[0].isascii() or form[-1].isascii(),
            )
            automaton.add_word(form, entry)
        automaton.make_automaton()
        return automaton

    def _sounding(self, literals: Iterable[str]) -> Iterable[str]:
        """Forms whose homophones are worth finding: of what is clinical, and longer ones of word classes."""
        for concept in self.concepts:
            for form in concept.forms:
                if len(form) > _SHORT or (concept.kind in _SOUNDS_MATTER and not _PARTICLES.search(form)):
                    yield form
        yield from (literal for literal in literals if len(literal) > _SHORT)

    def _scan(self, heard: Heard, text: str, places: list[tuple[int, int]] | None) -> None:
        """Add what `text` mentions to `heard`; `places` maps its characters to the normal text's."""
        hits: list[tuple[int, int, _Entry]] = []
        guards: list[tuple[int, int, bool]] = []
        cued: list[tuple[int, int, _Entry]] = []
        for last, entry in self._automaton.iter(text):
            end = last + 1
            start = end - entry.size
            if entry.latin and _inside_word(text, start, end):
                continue
            if entry.guard:
                guards.append((start, end, entry.reaches))
            if entry.cues:
                cued.append((start, end, entry))
            if entry.concepts:
                hits.append((start, end, entry))
        names = [(start, end, False) for start, end, entry in hits if not self._named.isdisjoint(entry.own)]
        if names:
            hits = [hit for hit in hits if hit[1] - hit[0] > 1 or not _covered(hit[0], hit[1], names)]
        if guards:
            hits = [hit for hit in hits if not _covered(hit[0], hit[1], guards)]
            cued = [cue for cue in cued if not _covered(cue[0], cue[1], guards)]
        governing = self._governing(text, cued, hits) if cued else ()
        heard.regions = heard.regions or governing
        if places is None:
            heard.covered += [(start, end) for start, end, _ in [*guards, *cued, *hits]]
        heard.educational = heard.educational or any("education" in entry.cues for _, _, entry in cued)
        self._mention(heard, hits, governing, places)
        for name, start, end in measured(text, self.vocabulary.measures):
            span = (start, end, status_of(start, end, governing))
            self._add(heard, self._ids[name], _placed(span, places))

    def _governing(
        self, text: str, cued: list[tuple[int, int, _Entry]], hits: list[tuple[int, int, _Entry]]
    ) -> tuple[Region, ...]:
        clinical = self._clinical
        return regions(
            text,
            _cues(cued, hits),
            ((start, end) for start, end, _ in hits),
            ((start, end) for start, end, entry in hits if not clinical.isdisjoint(entry.own)),
        )

    def _mention(
        self,
        heard: Heard,
        hits: list[tuple[int, int, _Entry]],
        governing: tuple[Region, ...],
        places: list[tuple[int, int]] | None,
    ) -> None:
        spans, named = heard.spans, self._named
        for start, end, entry in hits:
            status = Status.PRESENT
            if governing:
                status = status_of(start, end, governing, named=not named.isdisjoint(entry.own))
            span = (start, end, status) if places is None else _placed((start, end, status), places)
            for concept in entry.concepts:
                if concept in spans:
                    spans[concept].append(span)
                else:
                    spans[concept] = [span]
            for concept in entry.own:
                heard.own.append((concept, span))

    def _add(self, heard: Heard, concept: int, span: Span) -> None:
        heard.own.append((concept, span))
        for number in self._classes[concept]:
            heard.spans.setdefault(number, []).append(span)

    def _repair(self, heard: Heard) -> None:
        """Read around every likely miswriting again, with the miswriting put right."""
        text = heard.normal.text
        repairs = [(start, start + len(term), term) for start, term in self._homophones.find(text)]
        for last, row in self._noise.iter(text):
            if row.context is None or row.context.search(text):
                repairs.append((last + 1 - len(row.wrong), last + 1, row.right))
        for start, end, right in repairs:
            first, last = max(start - _REPAIR_CONTEXT, 0), min(end + _REPAIR_CONTEXT, len(text))
            places = [(place, place + 1) for place in range(first, start)]
            places += [(start, end)] * len(right)
            places += [(place, place + 1) for place in range(end, last)]
            self._scan(heard, text[first:start] + right + text[end:last], places)

    def _compose(self, heard: Heard) -> None:
        for parts, composed in self._layers:
            for number, spans in parts.found(heard).items():
                for concept in composed[number]:
                    for span in spans:
                        self._add(heard, concept, span)
            heard.forget()

    def _layered(self) -> list[tuple[Parts, dict[int, list[int]]]]:
        """Compositions by depth: those over plain words first, those over compositions after them."""
        uses: dict[int, set[int]] = {}
        for item in self.vocabulary.compositions:
            concept = self._ids[item.name]
            for pattern in item.patterns:
                places, _ = self.part(pattern.anchors[0])
                uses.setdefault(concept, set()).update(*places)
        derived = {member: concept for concept in uses for member in self._classes[concept]}
        depth = dict.fromkeys(uses, 0)
        for _ in range(_DEEPEST):
            for concept, used in uses.items():
                below = {derived[other] for other in used if other in derived} - {concept}
                depth[concept] = 1 + max((depth[other] for other in below), default=-1)
        layers: list[tuple[Parts, dict[int, list[int]]]] = []
        for level in sorted(set(depth.values())):
            parts = self.index()
            composed: dict[int, list[int]] = {}
            for item in self.vocabulary.compositions:
                concept = self._ids[item.name]
                if depth[concept] == level:
                    for pattern in item.patterns:
                        places, ordered = self.part(pattern.anchors[0])
                        composed.setdefault(parts.add(places, ordered=ordered), []).append(concept)
            layers.append((parts, composed))
        return layers


def _plain(form: str) -> str:
    return form.lower() if form.isascii() else normalise(form).text


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin form or number is only a piece of a longer one."""
    return _same_sort(text[start - 1 : start], text[start]) or _same_sort(text[end - 1], text[end : end + 1])


def _same_sort(one: str, other: str) -> bool:
    """Whether both are digits, or both are Latin letters."""
    if not one.isascii() or not other.isascii():
        return False
    return (one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha())


def _covered(start: int, end: int, longer: list[tuple[int, int, bool]]) -> bool:
    """Whether something longer covers `start` to `end`, or, where it reaches over its edge, holds its beginning."""
    for first, last, reaches in longer:
        if first <= start < last and last - first > end - start and end <= last:
            return True
        if reaches and first < start < last:
            return True
    return False


def _cues(cued: list[tuple[int, int, _Entry]], hits: list[tuple[int, int, _Entry]]) -> list[Cue]:
    """The cues that are no piece of a longer cue, nor, where that matters, of a finding."""
    bounds, forms = _reaches(cued), _reaches(hits)
    found = []
    for start, end, entry in cued:
        if _reached(start, end, bounds):
            continue
        hidden = _reached(start, end, forms)
        found += [Cue(kind, start, end) for kind in entry.cues if not (hidden and kind in _HIDDEN_BY_FORMS)]
    return found


def _reaches(hits: list[tuple[int, int, _Entry]]) -> dict[int, int]:
    """For each start the furthest end."""
    found: dict[int, int] = {}
    for start, end, _ in hits:
        if end > found.get(start, 0):
            found[start] = end
    return found


def _reached(start: int, end: int, reaches: dict[int, int]) -> bool:
    """Whether a longer hit covers `start` to `end`."""
    if reaches.get(start, 0) > end:
        return True
    return any(reaches.get(earlier, 0) >= end for earlier in range(max(start - _LONGEST_FORM, 0), start))


def _placed(span: Span, places: list[tuple[int, int]] | None) -> Span:
    if places is None:
        return span
    start, end, status = span
    return places[start][0], places[end - 1][1], status
