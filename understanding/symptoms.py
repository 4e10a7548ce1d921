"""The medical part of a message: findings, complaints, the departments the words lead to, what was not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from domain.clinical import ConceptId, Finding, Presence
from knowledge.lexicon import Kind
from understanding.evidence import Mention, hints, specific
from understanding.hearing import Heard
from understanding.lexicon import Lexicon
from understanding.reading import SymptomReading
from understanding.scope import Status

_PRESENCE = {
    Status.PRESENT: Presence.PRESENT,
    Status.RESOLVED: Presence.PRESENT,
    Status.UNCERTAIN: Presence.PRESENT,
    Status.UNKNOWN: Presence.UNKNOWN,
    Status.HISTORY: Presence.HISTORY,
    Status.HYPOTHETICAL: Presence.HYPOTHETICAL,
    Status.ABSENT: Presence.ABSENT,
}
_FINDINGS = frozenset({Kind.SYMPTOM, Kind.DISEASE})
_NAMES = frozenset({Kind.DISEASE, Kind.PROCEDURE, Kind.TEST, Kind.WISH, Kind.DRUG})
_WORDS = frozenset({Kind.PART, Kind.SENSATION})
_SCENERY = "只是背景"
"""The word class of what patients mention only beside something else: long-standing illnesses, check-ups."""
_LONGEST = 8
_NEAR = 4
"""So many characters may stand between a part of the body and what it feels."""

_FILLER = re.compile(
    r"请问|你好|您好|医生|大夫|谢谢|麻烦|帮忙|看看|一下|什么|怎么|这个|那个|这种|那种|感觉|觉得|一直|有点|有些|情况|"
    r"问题|原因|应该|可以|需要|还是|因为|所以|然后|而且|或者|以及|时候|之后|以后|之前|昨天|今天|明天|前天|晚上|早上|"
    r"中午|下午|现在|最近|已经|开始|出现|起来|回事|怎么办|严重|为什么|多久|去医院|想问|我们|自己|别的|比较|特别|非常|"
    r"[我你您他她它的了是有在就也都和跟吗呢吧啊呀哦嗯着过得地这那很太还又再被把让给对从到要会能想说看去来做用吃个些点次天"
    r"月年周岁日号里外前后上下左右不没无少多大小几一二两三四五六七八九十半百千0-9A-Za-z，。、:%.℃+]"
)
_CHINESE = re.compile(r"[一-鿿]{4,}")
_UNWELL = "不适说法"
"""The word class that says only that somebody feels bad."""


class Symptoms:
    """Reads messages with one compiled lexicon; `departments` and `complaints` come from its tables."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        scenery = lexicon.vocabulary.concepts.get(_SCENERY)
        self._scenery = frozenset(scenery.members if scenery else ())
        kinds = {lexicon.id_of(name): one.kind for name, one in lexicon.vocabulary.concepts.items()}
        self._parts = frozenset(number for number, kind in kinds.items() if kind is Kind.PART)
        self._sensations = frozenset(number for number, kind in kinds.items() if kind is Kind.SENSATION)
        self._unwell = (
            frozenset((lexicon.id_of(_UNWELL),)) if _UNWELL in lexicon.vocabulary.concepts else frozenset[int]()
        )

    def __call__(self, raw: str) -> SymptomReading:
        """The medical part of one message."""
        return self.read(self._lexicon.hear(raw))

    def read(self, heard: Heard) -> SymptomReading:
        """The medical part of a message that was heard already."""
        mentions = self._mentions(heard)
        return SymptomReading(
            findings=_findings(heard, mentions),
            complaint_ids=self._complaints(heard, mentions),
            departments=hints(heard, mentions, self._scenery),
            educational=heard.educational
            and not any(
                mention.concept.kind in _FINDINGS and mention.span[2] <= Status.UNCERTAIN for mention in mentions
            ),
            feels=self._feels(heard),
            unwell=any(status <= Status.UNCERTAIN for _, _, status in heard.at(self._unwell)),
            uncovered=_uncovered(heard),
        )

    def _feels(self, heard: Heard) -> bool:
        """Whether a sensation is told right behind a part of the body."""
        parts = [end for _, end, status in heard.at(self._parts) if status <= Status.UNCERTAIN]
        return any(
            status <= Status.UNCERTAIN and any(0 <= start - end <= _NEAR for end in parts)
            for start, _, status in heard.at(self._sensations)
        )

    def _mentions(self, heard: Heard) -> list[Mention]:
        """What is mentioned, without short words inside longer ones."""
        concepts = self._lexicon.concepts
        every = {
            (number, span): Mention(number, concepts[number], span)
            for numbers, span in heard.named
            for number in numbers
        }
        longer: dict[int, list[Mention]] = {}
        for mention in every.values():
            if mention.concept.kind not in _WORDS:
                longer.setdefault(mention.span[0], []).append(mention)
        return [mention for mention in every.values() if not _hidden(mention, longer)]

    def _complaints(self, heard: Heard, mentions: Iterable[Mention]) -> tuple[str, ...]:
        scores: dict[str, float] = {}
        for mention in mentions:
            if mention.concept.complaint and mention.span[2] <= Status.UNCERTAIN:
                complaint = mention.concept.complaint
                scores[complaint] = max(scores.get(complaint, 0.0), mention.weight)
        named = self._lexicon.complaint_ids
        for number in named.keys() & heard.spans.keys():
            complaint = named[number]
            for start, end, status in heard.spans[number]:
                if status <= Status.UNCERTAIN:
                    scores[complaint] = max(scores.get(complaint, 0.0), specific(end - start))
        return tuple(sorted(scores, key=lambda complaint: (-scores[complaint], complaint)))


def _hidden(mention: Mention, named: Mapping[int, list[Mention]]) -> bool:
    """Whether it is only a piece of a `named` one, by start: a single character, a body part, or a name's piece."""
    start, end, _ = mention.span
    piece = mention.concept.kind in _WORDS or end - start == 1
    return any(
        end - first <= longer.span[1] - first <= _LONGEST
        and longer.span[1] - first > end - start
        and (piece or longer.concept.kind in _NAMES)
        for first in range(max(end - _LONGEST, 0), start + 1)
        for longer in named.get(first, ())
    )


def _findings(heard: Heard, mentions: Iterable[Mention]) -> tuple[Finding, ...]:
    """One finding of each concept and presence; what is present somewhere is not absent elsewhere."""
    found: dict[tuple[str, Presence], Finding] = {}
    for mention in sorted(mentions, key=lambda mention: mention.span):
        if mention.concept.kind not in _FINDINGS:
            continue
        start, end, status = mention.span
        presence = _PRESENCE[status]
        if status is Status.UNCERTAIN and mention.concept.kind is Kind.DISEASE:
            presence = Presence.HYPOTHETICAL
        first, last = heard.normal.span(start, end)
        found.setdefault(
            (mention.concept.name, presence),
            Finding(
                concept=ConceptId(mention.concept.name),
                presence=presence,
                quote=heard.normal.raw[first:last],
                start=first,
                end=last,
            ),
        )
    present = {name for name, presence in found if presence is Presence.PRESENT}
    return tuple(
        finding for (name, presence), finding in found.items() if presence is not Presence.ABSENT or name not in present
    )


def _uncovered(heard: Heard) -> tuple[str, ...]:
    """Raw stretches of four Chinese characters and more that no word of the lexicon and no filler accounts for."""
    text = list(heard.normal.text)
    for last, entry in heard.words:
        text[last + 1 - entry.size : last + 1] = " " * entry.size
    blank = _FILLER.sub(lambda match: " " * len(match[0]), "".join(text))
    return tuple(heard.normal.quote(*match.span()) for match in _CHINESE.finditer(blank))
