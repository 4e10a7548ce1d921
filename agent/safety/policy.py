"""What may never be said to a patient: rules N1–N12 as a judgement over outgoing sentences.

The rules are those of the clinical content draft, §8.1. They run over everything a model, a template or a
person words; the hospital's fixed texts and verbatim guide quotes are exempt. A hit is read in its clause: what
is forbidden ("不要自己停药"), asked ("吃过退烧药吗？"), reported back ("您说吃了布洛芬") or left to a doctor is told
apart from advice. In doubt a sentence is blocked; the patient reads the fixed text `Violation.instead`.

N10 (keep to the emergency block) is also kept by the conversation itself, N13 (hand over after two unclear
turns) only there; N11 depends on the mood, so its caller says when it is `grave`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.safety.rules import RULES, Rule, Spared
from agent.safety.sentences import split

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]")
_NOT_PUNCTUATION = re.compile(r"[^，。、！？；：（）]+")
_BROKEN_WORD = re.compile(r"(?<=[\u4e00-\u9fff])[ \t*_`·~|]+(?=[\u4e00-\u9fff])")
_CLAUSE_EDGE = re.compile(r"[,，:：;；。!！?？\n()（）「」“”\"]")

_NOT_A_NEGATION = re.compile(
    r"不但|不仅|不过|不久|不同|不适|不舒服|不断|不时|不少|不止|不好意思|差不多|对不起|要不然?|不然|不妨|不论|不管|"
    r"特别|区别|级别|性别|分别|个别|别人|别的|没准|未来|有没有|是不是|能不能|会不会|要不要|该不该|可不可以|无论"
)
_NEGATION = re.compile(
    r"不要|不能|不可以?|不得|不应该?|不该|不宜|不建议|不推荐|不许|不准|不让|不会|不敢|不想|不是|不用|不必|切勿|勿|别|"
    r"禁止|严禁|避免|防止|未经|没有|没|未|无法|无权|并非|拒绝|不"
)
_PERMISSION = re.compile(r"(?<![不别])(?:可以|应该|建议|最好|不妨|就(?=[停减换加吃])|请(?!不|别|勿))")
_URGING = re.compile(r"可以|应该|建议|最好|不妨|让|推荐")
_ON_ONES_OWN = re.compile(
    r"自己|自行|擅自|随便|随意|私自|盲目|胡乱|乱|贸然|突然|同时|一起|混着|过量|多吃|再吃|再用|过期|别人的|他人的"
)
_TAG = re.compile(
    r"(?:[,，]?(?:对吗|对吧|是吧|是吗|好吗|行吗|可以吗|知道吗|明白吗|懂吗|记住了吗|怎么样|好不好|行不行|可以不|吧|嘛))+[?？。!！]*$"
)
_QUESTION = re.compile(
    r"吗|有没有|是不是|是否|能不能|会不会|要不要|该不该|可不可以|用不用|吃不吃|停不停|换不换|多少|几[次片粒天个点]|"
    r"(?<!没)什么(?!时候都|都)|哪[个些种里]|怎么(?!都|也)|如何|[?？]$"
)
_CONDITION = re.compile(r"如果|要是|假如|假若|倘若|若|万一|一旦|的话")
_REPORT_BACK = re.compile(
    r"(?:您|你)(?:刚才|之前|前面|自己)?(?:说|提到|提过|告诉我|讲)(?![的得])|(?:已经|刚才?|曾经?|以前|之前|过去|既往)[^,，]{0,6}(?:吃|服|用|打|得|患|查|诊断|确诊)|"
    r"(?:吃|服|用|打|得|患|确诊)过|病史"
)
_LEFT_TO_A_DOCTOR = re.compile(
    r"(?:医生|医师|大夫|药师|护士|专科|麻醉师)[^,，。]{0,8}(?:决定|判断|说了算|告诉|评估|安排|指导|同意|交代|才能|来定|定|说明|说清|要求)|"
    r"遵医嘱|按医嘱|(?:听|按|照|按照|遵)(?:医生|医师|大夫|药师|护士|医院|说明书)|(?:问|咨询|联系|告诉)(?:一?下)?(?:给您|您的)?"
    r"(?:[^,，。]{0,4}的)?(?:医生|医师|大夫|药师|护士)|由(?:[^,，。]{0,6})?(?:医生|医师|大夫|药师)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule a sentence breaks: its id and name, the offending words, and the fixed text to say instead."""

    rule: str
    name: str
    quote: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """A match in its surroundings: `clause` holds it, `before` is what the clause says ahead of it."""

    clause: str
    before: str
    quote: str


def judge(sentence: str, *, grave: bool = False) -> tuple[Violation, ...]:
    """Every rule the sentence breaks, in the order of the table; empty when it may be said.

    `grave` is set while the patient speaks of a death, abuse, suicide or a lost child.
    """
    plain = _plain(sentence)
    found: list[Violation] = []
    for rule in RULES:
        if rule.grave and not grave:
            continue
        for match in rule.pattern.finditer(plain):
            if not _spared(rule, _surroundings(plain, match)):
                found.append(Violation(rule=rule.id, name=rule.name, quote=match[0], instead=rule.instead))
                break
    return tuple(found)


def judge_reply(text: str, *, exempt: Sequence[str] = (), grave: bool = False) -> tuple[Violation, ...]:
    """Judge a whole reply: each sentence, and each pair of neighbours, since advice can be spread over two.

    `exempt` holds what was said verbatim by id (fixed texts, guide quotes); it is taken out first.
    """
    for allowed in sorted(filter(None, exempt), key=len, reverse=True):
        text = text.replace(allowed, "\n")
    sentences = split(text)
    joined = [first.rstrip(" \n。！；") + second for first, second in pairwise(sentences)]
    found = [violation for part in (*sentences, *joined) for violation in judge(part, grave=grave)]
    return tuple(dict.fromkeys(found))


def _plain(sentence: str) -> str:
    """The sentence as its reader sees it: one width, no hidden characters, no gaps inside words, small letters."""
    narrow = _NOT_PUNCTUATION.sub(lambda run: unicodedata.normalize("NFKC", run[0]), sentence)
    visible = _INVISIBLE.sub("", narrow)
    return _BROKEN_WORD.sub("", visible).lower().strip()


def _surroundings(plain: str, match: re.Match[str]) -> _Hit:
    start = max((edge.end() for edge in _CLAUSE_EDGE.finditer(plain, 0, match.start())), default=0)
    edge = _CLAUSE_EDGE.search(plain, match.end())
    end = edge.end() if edge else len(plain)
    return _Hit(clause=plain[start:end], before=plain[start : match.start()], quote=match[0])


def _spared(rule: Rule, hit: _Hit) -> bool:
    """Whether the clause is read in a way the rule allows."""
    if rule.unless and rule.unless.search(hit.clause):
        return True
    readings = (
        (Spared.NEGATED, lambda: _negated(hit.before)),
        (Spared.CAUTIONED, lambda: _negated(hit.before) and _ON_ONES_OWN.search(hit.before + hit.quote)),
        (Spared.ASKED, lambda: _QUESTION.search(_TAG.sub("", hit.clause))),
        (Spared.CONDITIONAL, lambda: _CONDITION.search(hit.clause)),
        (Spared.REPORTED, lambda: _REPORT_BACK.search(hit.clause)),
        (Spared.DEFERRED, lambda: _LEFT_TO_A_DOCTOR.search(hit.clause) and not _URGING.search(hit.before)),
    )
    return any(reading in rule.spared and holds() for reading, holds in readings)


def _negated(before: str) -> bool:
    """Whether what follows `before` is denied or forbidden: an odd number of negations since the last permission."""
    scope = _PERMISSION.split(_NOT_A_NEGATION.sub("", before))[-1]
    return len(_NEGATION.findall(scope)) % 2 == 1
