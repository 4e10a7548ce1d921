"""Times of day, days of the week and dates stated in a text: 「下午1点半到5点」 is 13:30 to 17:00. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from agent.safety.figure import TO, Figure, same
from understanding.numbers import EXACT, exact

_LATER = r"中午|下午|午后|傍晚|晚上|晚间|夜里|夜间|夜晚|晚"
_PERIOD = rf"(?:凌晨|清晨|清早|早上|早晨|上午|早|{_LATER})"
_HAN_HOUR = r"[零〇一二两三四五六七八九十]{1,3}"
_DECIMAL = r"[零〇一二三四五六七八九]{1,3}(?:元|块|倍|度|个?小时|千?米|公里|厘米|毫?升|%)"
_MINUTES = r"(?:半|[一三]刻|[0-9零〇一二三四五六七八九十]{1,3}分?)"
_CLOCK = rf"(?:\d{{1,2}}:\d{{2}}(?!\d)|(?:\d{{1,2}}|{_HAN_HOUR})(?:点(?!{_DECIMAL})钟?|时(?![候间段刻]))整?{_MINUTES}?)"
TIME = re.compile(rf"(?P<early>{_PERIOD})?(?P<a>{_CLOCK})(?:{TO}(?P<late>{_PERIOD})?(?P<b>{_CLOCK}))?")
_PARTS = re.compile(rf"(?P<hour>\d{{1,2}}|{_HAN_HOUR})(?::|点钟?|时)整?(?P<rest>.*)")
_QUARTERS: Final = {"": 0, "半": 30, "一刻": 15, "三刻": 45}
_A_LITTLE = "一点"
"""No time of day unless something beside it says so."""
_NOON = 12 * 60
_EARLY_HOURS = 6

_WEEK = r"(?:周|星期|礼拜)"
_DAY = "[一二三四五六日天]"
WEEKDAYS = re.compile(
    rf"{_WEEK}(?P<first>{_DAY})(?:{TO}{_WEEK}?(?P<last>{_DAY})|(?P<more>(?:[、,和或]{_WEEK}?{_DAY}(?![一-龥]?[次个天楼层]))*))"
)
_NAMES: Final = "一二三四五六日"
WORKDAYS = re.compile(r"工作日")
WEEKEND = re.compile(r"周末|双休日")
DATE = re.compile(rf"(?:(?P<year>\d{{4}})年)?(?P<month>{EXACT})月(?:份|(?P<day>{EXACT})[日号])")


def time_of_day(match: re.Match[str]) -> tuple[Figure, ...] | None:
    """One time, or from one to another; a word for the part of day before the first holds for both."""
    if match["a"] == _A_LITTLE and not (match["early"] or match["b"]):
        return None
    starts = _minutes(match["a"], match["early"])
    if not match["b"]:
        return same(match[0], *(f"time {one}" for one in starts))
    ends = _minutes(match["b"], match["late"] or match["early"])
    ranges = frozenset(f"times {first}-{last}" for first in starts for last in ends)
    single = frozenset(f"time {one}" for one in (*starts, *ends))
    return (Figure(quote=match[0], keys=ranges, gives=ranges | single),)


def _minutes(clock: str, period: str | None) -> tuple[int, ...]:
    """Minutes after midnight a time can mean; early hours without a word for the part of day mean either half."""
    match = _PARTS.fullmatch(clock)
    hour = exact(match["hour"]) if match else None
    if match is None or hour is None:
        return ()
    rest = match["rest"].removesuffix("分")
    at = int(hour) * 60 + (_QUARTERS[rest] if rest in _QUARTERS else int(exact(rest) or 0))
    later = at + _NOON
    if period is None:
        return (at, later) if 1 <= hour <= _EARLY_HOURS and ":" not in clock else (at,)
    afternoon = re.fullmatch(_LATER, period) and at < _NOON and not (period == "中午" and hour > _EARLY_HOURS)
    return (later,) if afternoon else (at,)


def weekdays(match: re.Match[str]) -> tuple[Figure, ...]:
    """Each day named, and each within a range."""
    first = _day(match["first"])
    if match["last"]:
        last = _day(match["last"])
        days = [*range(first, last + 1)] if first <= last else [*range(first, 7), *range(last + 1)]
    else:
        days = [first, *(_day(one) for one in re.sub(_WEEK, "", match["more"]) if one in _NAMES or one == "天")]
    return _each(match[0], days)


def workdays(match: re.Match[str]) -> tuple[Figure, ...]:
    """Monday to Friday."""
    return _each(match[0], range(5))


def weekend(match: re.Match[str]) -> tuple[Figure, ...]:
    """Saturday and Sunday."""
    return _each(match[0], (5, 6))


def date(match: re.Match[str]) -> tuple[Figure, ...]:
    """A day of a month, or a month; a year that is said counts."""
    parts = (exact(match[name]) if match[name] else None for name in ("month", "day"))
    said = "-".join(f"{part:g}" for part in parts if part is not None)
    keys = {f"date {match['year']}-{said}"} if match["year"] else {f"date {said}"}
    return (Figure(quote=match[0], keys=frozenset(keys), gives=frozenset({*keys, f"date {said}"})),)


def _each(quote: str, days: Iterable[int]) -> tuple[Figure, ...]:
    return tuple(one for day in days for one in same(quote, f"weekday {day}"))


def _day(character: str) -> int:
    return _NAMES.index("日" if character == "天" else character)
