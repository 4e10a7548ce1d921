"""What a reply says of the symptoms its question asked about: 「有没有胸闷、气短？」 「没有」.

Pure. A question asks about a symptom when it asks whether it is there; what it takes for granted
(「高血压吃药了吗？」, 「咳嗽厉害吗？」), explains or tells is not asked, so no reply denies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from domain.clinical import ConceptId, Finding, Presence
from understanding.polarity import alone

Read: TypeAlias = "Callable[[str], Sequence[Finding]]"
"""The findings of one sentence, with their places in it."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_CLAUSE = re.compile(r"[，,、。！？!?；;\s]+")
_ASKS = re.compile(
    r"有没有|有无|是否|是不是|会不会|吗|么(?:[？?。，,]|$)|[？?]|没有?(?:呢|啊)?[。，,]*$|(.)[不没]\1|[有会肿疼痛烧热吐咳晕]不[。，,]*$"
)
_PIECE = re.compile(r"[^，,、：:。！？!?；;\n或]+")
_PAUSE = re.compile(r"[，,：:]")
_ABOUT_ANYTHING = re.compile(r"症状|表现|不舒服|不适|感觉|怎么样|难受|情况")
_NOT_SO = re.compile(r"^(?:嗯|恩|那|目前|现在|平时|就|是|也|都|从来|，|,)*(?:没有?|不)(?!有)")
_HELD = "\ue000"
"""Stands for a stretch that a symptom's words take up."""
_LINK = (
    r"(?:[、，,/和与及或跟并伴等啊呀呢吗么？?]|还有|以及|或者|还是|有没有|有无|是否|有|没有|没|无|比如|例如|"
    r"什么|其他|其它|别的|明显|感觉|出现|症状|情况|不适|不舒服|疾病|的|了|过)*"
)
_CHAIN = re.compile(rf"{_HELD}+(?:{_LINK}{_HELD}+)*")
_TAIL = re.compile(
    r"(?:的|这些|这种|这样|那种|此类|之类|等|什么|其他|其它|症状|情况|现象|感觉|表现|问题|不适|毛病|病史|疾病|过|啊|方面)*"
    r"(?:没有过?|没|不|是吗|是吧|对吗|对吧|有没有|有无|吗|么|嘛|吧|否|呢|啊|呀|哦|医生|[，,。！!？?\s])*"
)
_PRESUMED = re.compile(
    r"因为|由于|引起|导致|造成|如果|要是|的时候|之后|以后|什么时候|多久|多长|治疗|预防|治好|好转|减轻|缓解|加重|消退|"
    r"消失|吃.{0,3}药|查.{0,2}出|还是因|为什么|怎么"
)
_COURSE = re.compile(r"消退|好转|减轻|缓解|加重|好些|好一?点|退了|消了|变")
_CHOICE = re.compile(r"还是")
_NOTHING_ELSE = re.compile(
    r"除了.{0,16}(?:没|都正常|都好|都还好|不)|没有?(?:什么)?(?:别的|其他|其它)|"
    r"(?:别的|其他|其它|其余|另外)(?:的|方面|症状|地方|情况)*(?:都|也|倒|还|全)*(?:没|无|正常|还好|挺好|好)"
)
_ONLY = re.compile(r"只有|只是|光是?(?!说)|仅仅?|单纯")
_STEM = frozenset("疼痛闷慌晕烧热咳嗽吐泻肿喘累痒麻胀憋抖困乏短")
_SAME_STEM = {
    "疼": "疼痛",
    "痛": "疼痛",
    "烧": "烧热",
    "热": "烧热",
    "嗽": "咳",
    "咳": "咳",
    "乏": "乏累",
    "累": "乏累",
}
_OPENING = r"(?:就是|就|是|好像|感觉|觉得|目前|现在|平时|一般|倒是|倒|也|还|都|这个|我|他|她|孩子|宝宝|人|一直|从来)*"
_DENIES = r"(?:不会|不|没有|没|未|无|从不|从没)(?:觉得|感觉|感到|出现|发|再|会|了)*"
_ENDS = r"(?:过|了|的|啊|呀|哦|呢|哈|吧|现象|症状|感觉|情况)*"
_DEGREE = r"(?:有一?点儿?|有些|稍微|略|偶尔|有时候?|一直|经常|总是?|会|很|挺|还是?|也|在|有)*"
_HEAVY = r"(?:得?厉害|得慌|得很|死了|得要命|得难受)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The symptoms a question asks about.

    `last` are those of its last sentences, which a bare yes or no answers; `whole` says that it asks for
    nothing the lexicon does not know.
    """

    text: str = ""
    findings: tuple[Finding, ...] = ()
    last: frozenset[ConceptId] = frozenset()
    whole: bool = False

    def __bool__(self) -> bool:
        return bool(self.findings)


def asks_anything(text: str) -> bool:
    """Whether a turn holds a question of any kind."""
    return any(_ASKS.search(sentence) for sentence in _SENTENCE.findall(text))


def asked(text: str, read: Read) -> Asked:
    """The symptoms `text` asks about, one sentence after the other."""
    findings: list[Finding] = []
    last: list[ConceptId] = []
    whole = True
    for sentence in _SENTENCE.findall(text):
        if not _ASKS.search(sentence):
            continue
        here = _asked_in(sentence, read(sentence))
        if not here and not _ABOUT_ANYTHING.search(sentence):
            last = []
        findings += here
        last += [finding.concept for finding in here]
        whole = whole and all(any(one.quote in piece for one in here) for piece in _PIECE.findall(sentence))
    return Asked(text=text, findings=tuple(findings), last=frozenset(last), whole=whole and bool(findings))


def replied(question: Asked, reply: str, said: Mapping[ConceptId, Presence]) -> dict[ConceptId, Presence]:
    """What `reply` says of the symptoms asked about beyond those it mentions itself.

    `said` is what the reply mentions. A symptom the reply passes over while it affirms another stays open,
    unless the reply says that there is nothing else.
    """
    open_ = [one for one in question.findings if said.get(one.concept) not in _SPOKEN]
    if not open_:
        return {}
    clauses = [clause for clause in _CLAUSE.split(reply) if clause]
    settled = {one.concept: holds for one in open_ if (holds := _echoed(one.quote, clauses)) is not None}
    affirms = any({**said, **settled}.get(one.concept) is Presence.PRESENT for one in question.findings)
    rest = [one.concept for one in open_ if one.concept in question.last and one.concept not in settled]
    alone_said = {alone(clause, question=question.text) for clause in clauses} - {None}
    nothing_else = _NOTHING_ELSE.search(reply) or (_ONLY.search(reply) and Presence.PRESENT in said.values())
    if alone_said == {False} or nothing_else:
        settled |= dict.fromkeys(rest, Presence.ABSENT)
    elif alone_said == {True} and not affirms and not _leads(question.text):
        settled |= dict.fromkeys(rest, Presence.PRESENT)
    return settled


def verdict(question: Asked, reply: str, said: Mapping[ConceptId, Presence]) -> bool | None:
    """Whether a reply affirms any symptom asked about, denies all it asks, or leaves some open."""
    known = {**said, **replied(question, reply, said)}
    values = {known.get(one.concept) for one in question.findings}
    if Presence.PRESENT in values:
        return True
    return False if question.whole and values == {Presence.ABSENT} else None


_SPOKEN = frozenset({Presence.PRESENT, Presence.ABSENT})


def _leads(text: str) -> bool:
    """Whether a yes to a question may mean either: it offers a choice, or expects a no (「没有发烧吗？」)."""
    return any(_CHOICE.search(one) or _NOT_SO.match(one) for one in _SENTENCE.findall(text) if _ASKS.search(one))


def _asked_in(sentence: str, found: Sequence[Finding]) -> list[Finding]:
    """The findings of one asking sentence that it asks about."""
    if not found or _COURSE.search(sentence):
        return []
    held = list(sentence)
    for one in found:
        held[one.start : one.end] = _HELD * (one.end - one.start)
    marked = "".join(held)
    kept: list[tuple[int, int]] = []
    for chain in _CHAIN.finditer(marked):
        before = _PAUSE.split(marked[: chain.start()])[-1]
        rest = _PAUSE.split(marked[chain.end() :], maxsplit=1)[0]
        if _TAIL.fullmatch(rest) and not _PRESUMED.search(before):
            kept.append(chain.span())
    return [one for one in found if any(start <= one.start and one.end <= end for start, end in kept)]


def _echoed(quote: str, clauses: Sequence[str]) -> Presence | None:
    """What a clause says with the last word of the question alone: 「头晕吗？」 「不晕」, 「有点晕」."""
    if quote[-1:] not in _STEM:
        return None
    denied, affirmed = _echoes(quote)
    for clause in clauses:
        if denied.fullmatch(clause):
            return Presence.ABSENT
        if affirmed.fullmatch(clause):
            return Presence.PRESENT
    return None


@lru_cache(maxsize=1024)
def _echoes(quote: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How what a question calls `quote` is denied and affirmed again in a clause of its own."""
    stem = f"[{_SAME_STEM.get(quote[-1], quote[-1])}]+"
    word = f"(?:{re.escape(quote)}|(?:{re.escape(quote[:-1])})?{stem})"
    apart = f"{re.escape(quote[:-1])}(?:也|都|倒|就)?(?:不|没有?)(?:会|再|觉得)*{stem}"
    return (
        re.compile(rf"{_OPENING}(?:{_DENIES}{word}|{apart}){_ENDS}"),
        re.compile(rf"{_OPENING}{_DEGREE}{word}{_HEAVY}{_ENDS}"),
    )
