"""The medical part of a message: findings, complaints, the departments the words lead to, what was not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.clinical import ConceptId, DepartmentId, Finding, Presence
from knowledge.lexicon import Concept, Kind
from understanding.hearing import Heard, Span
from understanding.lexicon import Lexicon
from understanding.reading import DepartmentHint, SymptomReading
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
_KIND_WEIGHTS = {
    Kind.SYMPTOM: 1.0,
    Kind.DISEASE: 1.4,
    Kind.PROCEDURE: 1.3,
    Kind.WISH: 1.2,
    Kind.TEST: 0.6,
    Kind.DRUG: 0.5,
    Kind.SENSATION: 0.6,
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
_EMERGENCY = DepartmentId("D01")
_EMERGENCY_WEIGHT = 0.5
"""Red flags send people there; what may also be seen there is no reason by itself."""
_ORGANS = frozenset({"eye", "ear", "nose", "mouth", "throat", "breast", "male", "female", "perineum", "anus"})
"""Regions with a department of their own: what is seen on them belongs there, not to the skin clinic."""
_SKIN = DepartmentId("D39")
_NEAR = 10
_ORGAN_FACTOR, _SKIN_FACTOR = 2.5, 0.25
_PER_CHARACTER = 0.12
_LONGEST = 8
_MOST_HINTS = 6

_FILLER = re.compile(
    r"请问|你好|您好|医生|大夫|谢谢|麻烦|帮忙|看看|一下|什么|怎么|这个|那个|这种|那种|感觉|觉得|一直|有点|有些|情况|"
    r"问题|原因|应该|可以|需要|还是|因为|所以|然后|而且|或者|以及|时候|之后|以后|之前|昨天|今天|明天|前天|晚上|早上|"
    r"中午|下午|现在|最近|已经|开始|出现|起来|回事|怎么办|严重|为什么|多久|去医院|想问|我们|自己|别的|比较|特别|非常|"
    r"[我你您他她它的了是有在就也都和跟吗呢吧啊呀哦嗯着过得地这那很太还又再被把让给对从到要会能想说看去来做用吃个些点次天"
    r"月年周岁日号里外前后上下左右不没无少多大小几一二两三四五六七八九十半百千0-9A-Za-z，。、:%.℃+]"
)
_CHINESE = re.compile(r"[一-鿿]{4,}")


@dataclass(frozen=True, slots=True)
class _Mention:
    number: int
    concept: Concept
    span: Span


class Symptoms:
    """Reads messages with one compiled lexicon; `departments` and `complaints` come from its tables."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, raw: str) -> SymptomReading:
        """The medical part of one message."""
        return self.read(self._lexicon.hear(raw))

    def read(self, heard: Heard) -> SymptomReading:
        """The medical part of a message that was heard already."""
        mentions = self._mentions(heard)
        return SymptomReading(
            findings=_findings(heard, mentions),
            complaint_ids=self._complaints(heard, mentions),
            departments=self._departments(heard, mentions),
            educational=heard.educational
            and not any(
                mention.concept.kind in _FINDINGS and mention.span[2] <= Status.UNCERTAIN for mention in mentions
            ),
            uncovered=_uncovered(heard),
        )

    def _mentions(self, heard: Heard) -> list[_Mention]:
        """What is mentioned, without short words inside longer ones."""
        concepts = self._lexicon.concepts
        every = {
            (number, span): _Mention(number, concepts[number], span)
            for numbers, span in heard.named
            for number in numbers
        }
        longer: dict[int, list[_Mention]] = {}
        for mention in every.values():
            if mention.concept.kind not in _WORDS:
                longer.setdefault(mention.span[0], []).append(mention)
        return [mention for mention in every.values() if not _hidden(mention, longer)]

    def _complaints(self, heard: Heard, mentions: Iterable[_Mention]) -> tuple[str, ...]:
        scores: dict[str, float] = {}
        for mention in mentions:
            if mention.concept.complaint and mention.span[2] <= Status.UNCERTAIN:
                complaint = mention.concept.complaint
                scores[complaint] = max(scores.get(complaint, 0.0), _weight(mention))
        for number, complaint in self._lexicon.complaint_ids.items():
            for start, end, status in heard.spans.get(number, ()):
                if status <= Status.UNCERTAIN:
                    scores[complaint] = max(scores.get(complaint, 0.0), _specific(end - start))
        return tuple(sorted(scores, key=lambda complaint: (-scores[complaint], complaint)))

    def _departments(self, heard: Heard, mentions: list[_Mention]) -> tuple[DepartmentHint, ...]:
        scores: dict[DepartmentId, float] = {}
        best: dict[DepartmentId, tuple[float, Span]] = {}
        strongest: dict[int, tuple[float, _Mention]] = {}
        organs = [mention.span for mention in mentions if mention.concept.group in _ORGANS]
        seen = [mention.span for mention in mentions if _of_the_skin(mention)]
        for mention in mentions:
            weight = _weight(mention)
            if _of_the_skin(mention) and _near(mention.span, organs):
                weight *= _SKIN_FACTOR
            elif mention.concept.group in _ORGANS and _near(mention.span, seen):
                weight *= _ORGAN_FACTOR
            if weight > strongest.get(mention.number, (0.0, mention))[0]:
                strongest[mention.number] = (weight, mention)
        for weight, mention in strongest.values():
            for rank, department in zip(_RANK_WEIGHTS, mention.concept.departments, strict=False):
                share = weight * rank * (_EMERGENCY_WEIGHT if department == _EMERGENCY else 1.0)
                scores[department] = scores.get(department, 0.0) + share
                if share > best.get(department, (0.0, mention.span))[0]:
                    best[department] = (share, mention.span)
        if not scores:
            return ()
        top = max(scores.values())
        ranked = sorted(scores, key=lambda department: (-scores[department], department))
        return tuple(
            DepartmentHint(
                id=department,
                weight=round(scores[department] / max(top, 1.0), 3),
                quote=heard.normal.quote(*best[department][1][:2]),
            )
            for department in ranked[:_MOST_HINTS]
        )


def _hidden(mention: _Mention, named: Mapping[int, list[_Mention]]) -> bool:
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


def _of_the_skin(mention: _Mention) -> bool:
    concept = mention.concept
    return concept.kind in {Kind.SENSATION, Kind.SYMPTOM} and concept.departments[:1] == (_SKIN,)


def _near(span: Span, others: Iterable[Span]) -> bool:
    return any(abs(span[0] - other[0]) <= _NEAR for other in others)


def _weight(mention: _Mention) -> float:
    start, end, status = mention.span
    return _KIND_WEIGHTS[mention.concept.kind] * _STATUS_WEIGHTS[status] * _specific(end - start)


def _specific(characters: int) -> float:
    """Longer wordings say more."""
    return 1 + _PER_CHARACTER * (min(characters, _LONGEST) - 2)


def _findings(heard: Heard, mentions: Iterable[_Mention]) -> tuple[Finding, ...]:
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
