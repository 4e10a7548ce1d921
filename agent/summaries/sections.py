"""Under which heading of an outpatient record a stretch of the patient's words belongs. Pure.

The headings are those of the outpatient record (主诉, 现病史, 既往史, 用药史, 过敏史); a stretch is one clause, or
neighbouring clauses of one heading. What asks, wishes or greets belongs under none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from agent.safety.vocabulary import DRUG
from domain.clinical import Presence
from domain.summaries import Section
from understanding.reading import Understanding

Read = Callable[[str], Understanding]

_CLAUSE = re.compile(r"[^，,。！？!?；;\n]+[，,。！？!?；;\n]*")
_EDGE = " \t\r\n，,。！!；;、"
_ASKS = re.compile(
    r"[?？]|吗$|呢$|么$|什么药|哪个科|什么科|怎么办|咋办|要不要|能不能|可不可以|可以[^，。]{0,6}吗|是不是|会不会|"
    r"该不该|用不用|怎么回事|严重不|多少钱|请问"
)
_ALLERGY = re.compile(r"过敏")
_NO_ALLERGY = re.compile(
    r"过敏性|抗过敏|过敏药|过敏[原源]|(?:脸|皮肤|身上|眼睛|嘴唇|手|脖子)[^，。]{0,2}过敏|是不是过敏|像过敏"
)
_TAKES = r"(?:吃|服|用|打|涂|抹|擦|喷|贴|输|挂|含|滴|塞|注射|停|加|换)"
_MEDICATION = re.compile(
    rf"{_TAKES}(?:了|过|着|的是|的|上)?[^，。]{{0,8}}{DRUG}|{DRUG}[^，。]{{0,6}}{_TAKES}|"
    rf"(?:没有?|未|不)(?:在)?{_TAKES}(?:过|任何|什么)*药|(?:在|一直|长期|天天|每天)(?:吃|服|用|打)|"
    r"(?:降压|降糖|降脂|抗凝|止痛|止疼|退烧|消炎|安眠)药|胰岛素|华法林"
)
_PAST = re.compile(
    r"得过|患过|犯过|病史|既往|慢性病|老毛病|手术史|开过刀|动过(?:刀|手术)|做过[^，。]{0,10}手术|做了[^，。]{0,8}(?:支架|搭桥)|"
    r"住过院|输过血|骨折过|确诊过?|查出来?是|[一二两三四五六七八九十几0-9]+年(?:前|的)[^，。]{0,6}(?:手术|住院|查出|得)"
)
_OTHER = re.compile(
    r"[有没]?月经|例假|末次|哺乳|喂奶|备孕|绝经|抽烟|吸烟|烟龄|喝酒|饮酒|戒烟|戒酒|"
    r"家族|遗传|打过[^，。]{0,6}疫苗|疫苗|去过|接触过|职业|[家里亲]人?也有"
)
_PREGNANT = re.compile(r"(?:怀孕|怀了|孕)(?:[0-9一二两三四五六七八九十半几多个]|周|月|天|了|有|期|妇)*$")
_SPOKEN = frozenset({Presence.PRESENT, Presence.ABSENT, Presence.UNKNOWN})
_ASKED_OF = (
    (Section.ALLERGIES, re.compile(r"过敏")),
    (Section.MEDICATION, re.compile(r"[吃用服][^，。？?]{0,8}药|药[^，。？?]{0,6}[吃用服]|用药|抗凝|胰岛素")),
    (Section.OTHER, re.compile(r"怀孕|孕周|月经|例假|哺乳|产后|抽烟|吸烟|喝酒|多大|几岁|年龄|性别|男[^，。]{0,3}女")),
    (Section.PAST_HISTORY, re.compile(r"得过|做过手术|病史|慢性病|以前(?:有|得)|基础(?:病|疾病)|长期(?:有|患)")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Words of one message that belong together; `start` is their offset. `symptom` says a finding is in them."""

    section: Section
    quote: str
    start: int
    symptom: bool


def stretches(text: str, understanding: Understanding, read: Read) -> tuple[Stretch, ...]:
    """The message's words by heading, in their order; `read` reads a clause by itself where that is needed."""
    spans = [match.span() for match in _CLAUSE.finditer(text)]
    headed = [_section(text[start:end], start, end, understanding, read) for start, end in spans]
    if any(headed):
        headed = [
            one or (Section.PRESENT_ILLNESS if _tells(text[start:end], start, end, understanding) else None)
            for one, (start, end) in zip(headed, spans, strict=True)
        ]
    found = []
    for section, group in groupby(zip(headed, spans, strict=True), key=lambda one: one[0]):
        spans = [span for _, span in group]
        if section is not None:
            found.append(_stretch(text, section, spans[0][0], spans[-1][1], understanding))
    return tuple(found)


def asks(text: str) -> bool:
    """Whether the words ask something rather than tell it."""
    return bool(_ASKS.search(text.strip()))


def section_asked(question: str) -> Section:
    """The heading an answer to this question belongs under; the present illness when it is none of the others."""
    return next((section for section, pattern in _ASKED_OF if pattern.search(question)), Section.PRESENT_ILLNESS)


def trimmed(text: str) -> str:
    """The text without the marks and gaps at its ends."""
    return text.strip(_EDGE)


def _findings(understanding: Understanding, start: int, end: int) -> bool:
    return any(start <= finding.start < end and finding.presence in _SPOKEN for finding in understanding.findings)


def _tells(clause: str, start: int, end: int, understanding: Understanding) -> bool:
    """Whether the clause tells something; beside a complaint that is its course (「吃完饭更厉害」)."""
    wishes = any(start <= intent.start < end for intent in understanding.intents)
    return not wishes and not asks(clause) and len(trimmed(clause)) > 1


def _section(clause: str, start: int, end: int, understanding: Understanding, read: Read) -> Section | None:
    asking = asks(clause)
    if _ALLERGY.search(clause) and not _NO_ALLERGY.search(clause) and not asking:
        return Section.ALLERGIES
    if _MEDICATION.search(clause) and not asking:
        return Section.MEDICATION
    history = any(
        start <= finding.start < end and finding.presence is Presence.HISTORY for finding in understanding.findings
    )
    held = bool(understanding.person.conditions) and bool(read(clause).person.conditions)
    if (history or held or _PAST.search(clause)) and not asking:
        return Section.PAST_HISTORY
    if _PREGNANT.search(trimmed(clause)) and not asking:
        return Section.OTHER
    if _findings(understanding, start, end):
        return Section.PRESENT_ILLNESS
    return Section.OTHER if _tells(clause, start, end, understanding) and _OTHER.search(clause) else None


def _stretch(text: str, section: Section, start: int, end: int, understanding: Understanding) -> Stretch:
    while start < end and text[start] in _EDGE:
        start += 1
    return Stretch(
        section=section,
        quote=trimmed(text[start:end]),
        start=start,
        symptom=_findings(understanding, start, end),
    )
