"""The departments a message leads to: one score over everything it mentions.

A mention counts `kind × status × length`, less where it only sets the scene (「高血压十年了，最近膝盖疼」), and
not at all where it is a syllable of another word (「血红蛋白」 is no redness). It counts in full for the first
department of its concept and less for each further one; of several mentions that lead to a department the
strongest counts in full, the others in part. 1.0 is about one symptom, plainly named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import rjieba

from domain.clinical import DepartmentId
from knowledge.lexicon import Concept, Kind
from understanding.hearing import Heard, Span
from understanding.reading import DepartmentHint
from understanding.scope import Status

KIND_WEIGHTS = {
    Kind.SYMPTOM: 1.0,
    Kind.DISEASE: 1.9,
    Kind.PROCEDURE: 1.7,
    Kind.WISH: 1.6,
    Kind.TEST: 1.1,
    Kind.DRUG: 1.1,
    Kind.SENSATION: 0.5,
    Kind.PART: 0.35,
}
_STATUS_WEIGHTS = {
    Status.PRESENT: 1.0,
    Status.RESOLVED: 0.8,
    Status.UNCERTAIN: 0.9,
    Status.UNKNOWN: 0.5,
    Status.HISTORY: 0.5,
    Status.HYPOTHETICAL: 0.7,
    Status.ABSENT: 0.0,
}
_RANK_WEIGHTS = (1.0, 0.55, 0.35, 0.25)
_FURTHER = 0.6
"""What each further mention counts beside the strongest that leads to the same department."""
_SCENE_FACTOR = 0.3
_EMERGENCY = DepartmentId("D01")
_EMERGENCY_WEIGHT = 0.5
"""Red flags send people there; what may also be seen there is no reason by itself."""
_ORGANS = frozenset({"eye", "ear", "nose", "mouth", "throat", "breast", "male", "female", "perineum", "anus"})
"""Regions with a department of their own: what is seen on them belongs there, not to the skin clinic."""
_SKIN = DepartmentId("D39")
_PLAIN_WORDS = frozenset({Kind.PART, Kind.SENSATION, Kind.SYMPTOM})
_WORDS = frozenset({Kind.PART, Kind.SENSATION})
_SHORT = 2
_NEAR = 10
_ORGAN_FACTOR, _SKIN_FACTOR = 2.5, 0.25
_PER_CHARACTER = 0.12
_LONGEST = 8
_MOST_HINTS = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """One concept where it is mentioned; `number` is the concept's in the lexicon."""

    number: int
    concept: Concept
    span: Span

    @property
    def weight(self) -> float:
        """How much it says by itself."""
        start, end, status = self.span
        return KIND_WEIGHTS[self.concept.kind] * _STATUS_WEIGHTS[status] * specific(end - start)

    def literal(self, text: str) -> bool:
        """Whether it stands there as one of its forms, not pieced together or put right."""
        return text[self.span[0] : self.span[1]] in self.concept.forms

    def within(self, other: Mention) -> bool:
        """Whether it is a piece of a longer mention."""
        (start, end, _), (first, last, _) = self.span, other.span
        return first <= start and end <= last and last - first > end - start


def specific(characters: int) -> float:
    """Longer wordings say more."""
    return 1 + _PER_CHARACTER * (min(characters, _LONGEST) - 2)


def hints(heard: Heard, mentions: Sequence[Mention], scenery: Collection[str]) -> tuple[DepartmentHint, ...]:
    """The departments, best first; the concepts in `scenery` yield to whatever else is said."""
    led: dict[DepartmentId, list[tuple[float, Span]]] = {}
    for weight, mention in _weighed(heard.normal.text, mentions, scenery):
        for rank, department in zip(_RANK_WEIGHTS, mention.concept.departments, strict=False):
            share = weight * rank * (_EMERGENCY_WEIGHT if department == _EMERGENCY else 1.0)
            if share > 0:
                led.setdefault(department, []).append((share, mention.span))
    found = []
    for department, shares in led.items():
        shares.sort(key=lambda item: (-item[0], item[1]))
        (first, span), further = shares[0], sum(share for share, _ in shares[1:])
        quote = heard.normal.quote(*span[:2])
        found.append(DepartmentHint(id=department, weight=round(first + _FURTHER * further, 3), quote=quote))
    found.sort(key=lambda hint: (-hint.weight, hint.id))
    return tuple(found[:_MOST_HINTS])


def _weighed(text: str, mentions: Sequence[Mention], scenery: Collection[str]) -> Iterable[tuple[float, Mention]]:
    """The strongest mention of each concept, with what it counts here."""
    cuts = _cuts(text, mentions)
    whole = [mention for mention in mentions if not _torn(mention, cuts)]
    said = {id(mention): mention.literal(text) for mention in whole}
    longer = [mention for mention in whole if said[id(mention)] and mention.concept.kind is not Kind.PART]
    whole = [mention for mention in whole if not any(mention.within(other) for other in longer)]
    organs = [mention.span for mention in whole if mention.concept.group in _ORGANS or _named(mention)]
    seen = [mention.span for mention in whole if _of_the_skin(mention)]
    subject = any(
        mention.concept.name not in scenery and mention.concept.kind not in _WORDS and mention.weight > 0
        for mention in whole
    )
    strongest: dict[int, tuple[float, Mention]] = {}
    for mention in whole:
        weight = mention.weight
        if not said[id(mention)]:
            weight = min(weight, KIND_WEIGHTS[mention.concept.kind])
        if subject and mention.concept.name in scenery:
            weight *= _SCENE_FACTOR
        if _of_the_skin(mention) and _near(mention.span, organs):
            weight *= _SKIN_FACTOR
        elif mention.concept.group in _ORGANS and _near(mention.span, seen):
            weight *= _ORGAN_FACTOR
        if weight > strongest.get(mention.number, (0.0, mention))[0]:
            strongest[mention.number] = (weight, mention)
    return strongest.values()


def _cuts(text: str, mentions: Sequence[Mention]) -> Collection[int]:
    """The places inside words of everyday Chinese; nothing clinical begins or ends there."""
    if not mentions:
        return ()
    inner: set[int] = set()
    at = 0
    for word in rjieba.cut(text, hmm=False):
        inner.update(range(at + 1, at + len(word)))
        at += len(word)
    return inner


def _torn(mention: Mention, cuts: Collection[int]) -> bool:
    """Whether a part, a sensation or a symptom is torn out of a longer word, or a short name out of two.

    「癫痫」 in 「癫痫病」 is none; 「上感」 in 「龟头上感觉」 is.
    """
    start, end, _ = mention.span
    if start not in cuts and end not in cuts:
        return False
    across = any(place not in cuts for place in range(start + 1, end))
    return mention.concept.kind in _PLAIN_WORDS or (across and end - start <= _SHORT)


def _of_the_skin(mention: Mention) -> bool:
    concept = mention.concept
    return concept.kind in {Kind.SENSATION, Kind.SYMPTOM} and concept.departments[:1] == (_SKIN,)


def _named(mention: Mention) -> bool:
    """Whether an illness or a treatment of some other department is named."""
    concept = mention.concept
    return concept.kind in {Kind.DISEASE, Kind.PROCEDURE} and _SKIN not in concept.departments


def _near(span: Span, others: Iterable[Span]) -> bool:
    return any(abs(span[0] - other[0]) <= _NEAR for other in others)
