"""What is said to be as it should be is a denial of the signs that would make it otherwise.

「能吃能喝」 is no word of any sign, yet it denies not eating and not drinking. The denied concepts become
absent mentions of the message, so that findings, charts and answers to a card profit alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from domain.clinical import ConceptId, Finding, Presence
from knowledge.lexicon import Kind
from knowledge.normality import Normality
from understanding.hearing import Heard, Span
from understanding.lexicon import Lexicon
from understanding.scope import Status

_ANY_WORD_FOR = "类"
"""抽搐类 is every word for 抽搐."""
_STATES = frozenset({Kind.SYMPTOM, Kind.DISEASE})
_PRESENCE = {Status.ABSENT: Presence.ABSENT, Status.HYPOTHETICAL: Presence.HYPOTHETICAL}
_PRESENCE |= {Status.HISTORY: Presence.HISTORY, Status.UNKNOWN: Presence.UNKNOWN}
_UNSAID = re.compile(
    r"(?:不|没|没有|未|难以|才|怎么|如何|是否|能否|是不是|有没有|如果|要是|之前|以前|原来|昨天)(?:是|太|怎么|很|能|再|会|那么|都|还|的|时候)*$"
)
_REACH = 6
_ASKED = re.compile(r"(?:吗|么|不[。，]|没有[。，]|才|就好|过来)")


class Normalities:
    """The statements of normality of one pack over one compiled lexicon."""

    def __init__(self, lexicon: Lexicon, rows: Sequence[Normality]) -> None:
        self._rows = tuple((row.expression, tuple(map(lexicon.id_of, row.denies))) for row in rows)
        self._any = re.compile("|".join(f"(?:{row.expression.pattern})" for row in rows) or r"(?!)")
        denied = {number for _, numbers in self._rows for number in numbers}
        concepts = lexicon.vocabulary.concepts
        states = {name for name, concept in concepts.items() if concept.kind in _STATES}
        self._named = {
            number: name
            for name in concepts
            if (number := lexicon.id_of(name)) in denied or name.removesuffix(_ANY_WORD_FOR) in states
        }

    def deny(self, heard: Heard) -> Heard:
        """The message with what its statements of normality deny; what is itself denied or asked says nothing.

        The one given stays as it is.
        """
        text = heard.normal.text
        if not self._any.search(text):
            return heard
        spans = {concept: list(found) for concept, found in heard.spans.items()}
        for expression, concepts in self._rows:
            for match in expression.finditer(text):
                start, end = match.span()
                if _UNSAID.search(text[max(0, start - _REACH) : start]) or _ASKED.match(text[end:]):
                    continue
                span = (start, end, Status.ABSENT)
                for concept in concepts:
                    spans.setdefault(concept, []).append(span)
        return replace(heard, spans=spans, _merged={})

    def mentions(self, heard: Heard) -> tuple[Finding, ...]:
        """Every mention of a state, with the classes it belongs to and its place in the normal text."""
        return tuple(
            self._mention(heard, number, span)
            for number, spans in heard.spans.items()
            if number in self._named
            for span in spans
        )

    def _mention(self, heard: Heard, number: int, span: Span) -> Finding:
        start, end, status = span
        return Finding(
            concept=ConceptId(self._named[number]),
            presence=_PRESENCE.get(status, Presence.PRESENT),
            quote=heard.normal.text[start:end],
            start=start,
            end=end,
        )
