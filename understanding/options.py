"""Which offered options a free-text answer ticks, denies or leaves unsure: by words, concepts and places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.session import Option
from understanding.numbers import EXACT, exact

Concepts = Callable[[str], frozenset[str]]
"""What a text is about: the concepts of its present findings, however they are worded."""

NONE_LABEL = re.compile(
    r"^(?:以上|全|全部)?(?:都|全|均|皆)(?:没有|无|不是|没)(?:这些|以上)?(?:情况)?$|^没有以上|^以上没有"
)
UNSURE_LABEL = re.compile(r"^(?:不清楚|说不清|不知道|不确定|不好说)$")

_CLAUSE = re.compile(r"[，。！？；,!?;\n]+|(?:但是?|不过|只是|可是|然后|而且|就是(?!说)|还有|倒是|另外)")
_DENIED = re.compile(
    r"没有?(?!错|事|劲|力|精神|胃口|尿|准)|不(?!舒服|停|住|得不|过|清楚|知道|确定|能|敢|动|完整)|无(?!力)|未|并非|冇|莫得|从来没"
)
_DENIED_AFTER = re.compile(
    r"^(?:倒|也|都|是|这个|那个|这种|的情况|症状|情况)*(?:没有|没|不存在|否|无|不算|不是)(?:$|的|过|啊|吧|呢|出现)"
)
_UNSURE = re.compile(r"不清楚|不知道|不确定|说不好|不好说|不太清楚|没注意|记不清|不晓得|拿不准")
_NOT_DENIED = re.compile(r"不是没有?|没有不|有没有|不得不|是不是|能不能|会不会")
_ALTERNATIVE = re.compile(r"[、，,/；;（）()：:]|或者?|以及|(?<=[^温])和|且")
_NOISE = re.compile(r"[的了着得地个是在会就很也都还又把被儿现时太]|有点|一点|有些|感觉|觉得|比较|特别|非常|突然|明显")
_SAME = (
    ("疼痛", "疼"),
    ("痛", "疼"),
    ("发热", "发烧"),
    ("昏倒", "晕倒"),
    ("晕过去", "晕倒"),
    ("晕厥", "晕倒"),
    ("昏过去", "晕倒"),
    ("冒冷汗", "出冷汗"),
    ("一身冷汗", "出冷汗"),
    ("冒虚汗", "出冷汗"),
    ("出虚汗", "出冷汗"),
    ("喘不上气", "气短"),
    ("喘不过气", "气短"),
    ("上不来气", "气短"),
    ("呼吸困难", "气短"),
    ("憋气", "气短"),
    ("拉肚子", "拉稀"),
    ("腹泻", "拉稀"),
    ("肚子", "腹"),
    ("腹部", "腹"),
    ("胸口", "胸"),
    ("心口", "胸"),
    ("脑袋", "头"),
    ("手机", ""),
    ("血丝", "血"),
    ("呕吐", "吐"),
    ("钟头", "小时"),
)
_COVERED = 0.5
_TOUCHED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionMatch:
    """Values of the options an answer says hold, do not hold, or cannot say."""

    ticked: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def match_options(
    text: str,
    options: Sequence[Option],
    *,
    present: frozenset[str] = frozenset(),
    absent: frozenset[str] = frozenset(),
    concepts: Concepts | None = None,
) -> OptionMatch:
    """Match an answer to the options of a card on which several may hold.

    `present` and `absent` are the concepts found in the answer, `concepts` reads a label. A denial holds
    for the options of its own clause only; 「都没有」 and 「都有」 are for the caller.
    """
    offered = [
        option for option in options if not NONE_LABEL.match(option.label) and not UNSURE_LABEL.match(option.label)
    ]
    verdict: dict[str, str] = {}
    for clause in _clauses(text):
        for option in offered:
            place = _found(clause, option.label)
            if place is not None:
                said = _said(clause, *place)
                if verdict.get(option.value) != "ticked":
                    verdict[option.value] = said
    if concepts is not None:
        for option in offered:
            about = concepts(option.label)
            if option.value not in verdict and about & present:
                verdict[option.value] = "ticked"
            elif option.value not in verdict and about & absent and not about & present:
                verdict[option.value] = "denied"
    return OptionMatch(
        ticked=_having(verdict, "ticked"), denied=_having(verdict, "denied"), unsure=_having(verdict, "unsure")
    )


def choose(
    text: str, options: Sequence[Option], *, present: frozenset[str] = frozenset(), concepts: Concepts | None = None
) -> str | None:
    """The value of the one option an answer picks; `None` when none or several fit as well."""
    said = plain(text)
    scores: dict[str, float] = {}
    for option in options:
        label = plain(option.label)
        if label and label in said:
            scores[option.value] = 2 + len(label) / 100
            continue
        scores[option.value] = max((_coverage(part, said) for part in _alternatives(option.label)), default=0)
        if concepts is not None and present & concepts(option.label):
            scores[option.value] += _COVERED
    best = sorted(scores.items(), key=lambda item: -item[1])
    if not best or best[0][1] < _TOUCHED or (len(best) > 1 and best[1][1] >= best[0][1]):
        return None
    return best[0][0]


def by_duration(length: timedelta, options: Sequence[Option]) -> str | None:
    """The option whose span of time holds `length`: 「8周以上」, 「2到8周」, 「两周以内」, 「几小时」."""
    for option in options:
        span = _span(option.label)
        if span is not None and span[0] <= length <= span[1]:
            return option.value
    return None


def by_severity(score: float, options: Sequence[Option]) -> str | None:
    """The option 轻 (0–3), 中 (4–6) or 重 (7–10) a score falls in, as the complaint schema counts; 不重 is below 7."""
    words = ("轻", "不重") if score <= 3 else ("中", "不重") if score < 7 else ("重",)  # noqa: PLR2004 - the schema's bounds
    return next((option.value for option in options if option.label.startswith(words)), None)


def plain(text: str) -> str:
    """The text with synonyms levelled and words without content taken out, for comparing."""
    for word, same in _SAME:
        text = text.replace(word, same)
    return _NOISE.sub("", text).lower()


def _having(verdict: Mapping[str, str], said: str) -> tuple[str, ...]:
    return tuple(value for value, kind in verdict.items() if kind == said)


def _clauses(text: str) -> Iterator[str]:
    return (clause for clause in _CLAUSE.split(text) if clause)


def _alternatives(label: str) -> Iterator[str]:
    for part in _ALTERNATIVE.split(label):
        if cleaned := plain(part):
            yield cleaned


def _bigrams(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)] or [text]


def _coverage(part: str, said: str) -> float:
    """The share of a label part's character pairs that the answer says."""
    pairs = _bigrams(part)
    return sum(pair in said for pair in pairs) / len(pairs)


def _found(clause: str, label: str) -> tuple[int, int] | None:
    """Where a clause says what a label says: offsets in the plain clause."""
    said = plain(clause)
    best: tuple[int, int] | None = None
    for part in _alternatives(label):
        if _coverage(part, said) < _COVERED:
            continue
        places = [(said.find(pair), said.find(pair) + len(pair)) for pair in _bigrams(part) if pair in said]
        start, end = min(place[0] for place in places), max(place[1] for place in places)
        if best is None or end - start > best[1] - best[0]:
            best = start, end
    return best


def _said(clause: str, start: int, end: int) -> str:
    said = plain(clause)
    before, after = _NOT_DENIED.sub("", said[:start]), said[end:]
    if _UNSURE.search(said):
        return "unsure"
    if _DENIED.search(before) or _DENIED_AFTER.match(after):
        return "denied"
    return "ticked"


_TIME_UNITS = {
    "秒": 1 / 86_400,
    "分钟": 1 / 1440,
    "小时": 1 / 24,
    "天": 1.0,
    "周": 7.0,
    "星期": 7.0,
    "个月": 30.0,
    "月": 30.0,
    "年": 365.0,
}
_SPAN = re.compile(
    rf"(?P<more>超过|大于|满)?(?P<low>{EXACT}|几|半)(?:(?P<unit1>秒|分钟|小时|天|周|星期|个月|年)?(?:到|至|-|~)(?P<high>{EXACT}))?"
    r"(?P<unit>秒|分钟|小时|天|周|星期|个月|年)(?P<bound>以上|以内|之内|内|以下|不到)?"
)
_ONLY_SPAN = re.compile(r"(?:不到|不满|少于|小于|已经|或反复|左右|了|（[^）]*）)*")
"""What may stand round the span: 「现在还痛超过10分钟」 says more than how long."""
_LESS = re.compile(r"(?:不到|不满|少于|小于)$")
_EVER = timedelta(days=36_500)


def _span(label: str) -> tuple[timedelta, timedelta] | None:
    match = _SPAN.search(label)
    if match is None or not _ONLY_SPAN.fullmatch(label[: match.start()] + label[match.end() :]):
        return None
    unit = _TIME_UNITS[match["unit"]]
    if match["low"] == "几":
        low_amount, high_amount = (
            1.0,
            {"秒": 60.0, "分钟": 60.0, "小时": 24.0, "天": 7.0, "周": 5.0}.get(match["unit"], 12.0),
        )
        low, high = timedelta(days=low_amount * unit), timedelta(days=high_amount * unit)
        return (low, _EVER) if match["bound"] == "以上" else (low, high)
    amount = 0.5 if match["low"] == "半" else exact(match["low"])
    if amount is None:
        return None
    low = timedelta(days=amount * _TIME_UNITS[match["unit1"] or match["unit"]])
    if match["high"]:
        top = exact(match["high"])
        return None if top is None else (low, timedelta(days=top * unit))
    if match["bound"] == "以上" or match["more"]:
        return low, _EVER
    if match["bound"] or _LESS.search(label[: match.start()]):
        return timedelta(0), low
    return None
