"""Which one option an answer picks: by its words, its meaning, a span of time, a degree, a course or a plain no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from domain.session import Option
from understanding.labels import Mentions
from understanding.numbers import EXACT, exact
from understanding.options import COVERED, alternatives, coverage, plain

_TOUCHED = 0.3


def choose(
    text: str, options: Sequence[Option], *, present: frozenset[str] = frozenset(), mentions: Mentions | None = None
) -> str | None:
    """The value of the one option an answer picks; `None` when none or several fit as well."""
    said = plain(text)
    scores: dict[str, float] = {}
    for option in options:
        label = plain(option.label)
        if label and label in said:
            scores[option.value] = 2 + len(label) / 100
            continue
        scores[option.value] = max((coverage(part, said) for part in alternatives(option.label)), default=0)
        if mentions is not None and any(str(one.concept) in present for one in mentions(option.label)):
            scores[option.value] += COVERED
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
    days = length / timedelta(days=1)
    told = [
        option.value for option in options for words, limit in _SINCE if words.match(option.label) and days <= limit
    ]
    return told[0] if told else None


def by_severity(score: float, options: Sequence[Option]) -> str | None:
    """The option 轻 (0–3), 中 (4–6) or 重 (7–10) a score falls in, as the complaint schema counts; 不重 is below 7."""
    words = ("轻", "不重") if score <= 3 else ("中", "不重") if score < 7 else ("重",)  # noqa: PLR2004 - the schema's bounds
    return next((option.value for option in options if option.label.startswith(words)), None)


def by_course(text: str, options: Sequence[Option]) -> str | None:
    """The only option that tells the course the answer tells: all at once, slowly, in waves, without a stop."""
    for said, label in _COURSES:
        if said.search(text):
            fitting = [option.value for option in options if label.search(option.label)]
            if len(fitting) == 1:
                return fitting[0]
    return None


def as_usual(text: str, options: Sequence[Option], *, denies: bool) -> str | None:
    """The option that says nothing is wrong, for an answer that says so.

    `denies` says that the answer is a plain no or denies states without naming any.
    """
    if _AS_BEFORE.search(text):
        return next((option.value for option in options if _SAME_AS_BEFORE.search(option.label)), None)
    if denies or _NORMAL.search(text):
        return next((option.value for option in options if _NOTHING_WRONG.search(option.label)), None)
    return None


_COURSES = tuple(
    (re.compile(said), re.compile(label))
    for said, label in (
        (r"一阵一?阵|一会儿?.{1,4}一会儿?|时好时坏|断断续续|阵发|隔一会", r"一阵|时好时坏|断断续续|阵发"),
        (r"越来越|加重|更(?:厉害|重|疼|痛)了|一天比一天", r"越来越|加重|比以前"),
        (r"突然|一下子?就?|忽然|猛地|冷不丁|刚才好好的", r"突然|天旋地转|今天才"),
        (r"慢慢|逐渐|渐渐|不知不觉|一点一点", r"慢慢|逐渐|几周|几个月"),
        (r"一直|持续|没停|不停|没断|老是", r"一直|持续|没停"),
        (r"差不多|没变化|没加重|还那样|老样子", r"差不多|没变化|一样"),
        (r"(?:头一|第一)(?:次|回)|从来没|以前没|没这样过|没有过", r"第一次|第一回|头一次"),
    )
)
_AS_BEFORE = re.compile(
    r"(?:跟|和|同|像)?(?:以前|之前|往常|从前|过去|原来|上次)(?:都?是|也是?|的)?(?:一样|差不多|这样|没变)|老(?:样子|毛病)|没变化"
)
_SAME_AS_BEFORE = re.compile(r"以前一样|平时一样|平时差不多|差不多")
_NORMAL = re.compile(
    r"正常|没问题|没事|没影响|不影响|没什么|(?:跟|和)(?:平时|平常|往常)(?:一样|差不多)|好好的|挺好|没啥"
)
_NOTHING_WRONG = re.compile(r"平时一样|平时差不多|^完全没有|^没有|^没怀孕|^正常|^轻|^不重|^没影响|^不影响")


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
_SINCE = tuple(
    (re.compile(words), limit)
    for words, limit in (
        (r"今天(?:才开始|突然|才)?$|24小时内(?:痛过)?$|刚", 1.0),
        (r"这两三天$|几天(?:内加重|差不多)?$|1到3天$", 7.0),
        (r"一两周$", 21.0),
        (r"几个月(?:慢慢变)?$", 36_500.0),
    )
)
"""Spans told in words, the shortest first: options that begin so, and for how many days they hold."""
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
