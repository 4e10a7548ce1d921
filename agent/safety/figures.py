"""Every number a text states, with what it counts, so that two texts can be compared. Pure.

「八点半」 and 「8:30」 are one time, 「半小时」 and 「30 分钟」 one length, 「三块五」 and 「3.5 元」 one price. A
range is borne out by the same range only; its ends by themselves are borne out by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.safety import hours
from agent.safety.figure import TO, Figure, counted, same, uncounted
from understanding.numbers import EXACT, exact

_READ = "\0"
_A_LITTLE = re.compile(r"[早晚快慢多少近远好大小差有轻重高低等稍]一点")
_CODE = re.compile(r"(?<!\d)(?:\d{3,4}-\d{3,8}(?:-\d{3,8})?|\d{7,})(?!\d)")
_SHARE = re.compile(rf"({EXACT})(?:{TO}({EXACT}))?%|百分之({EXACT})")
_PRICE = re.compile(
    rf"¥({EXACT})(?:元|块钱?)?|({EXACT})(?:{TO}({EXACT}))?(?:元|块钱?)(?:({EXACT})[角毛]|([一二三四五六七八九])(?![一-龥]?[天日月年人次个]))?"
)
_DIME = re.compile(rf"({EXACT})[角毛](?:钱)?")
_UNIT = r"秒钟?|分钟|刻钟|小时|钟头|天|日|周岁|周|星期|礼拜|月|年|岁"
_LENGTH = re.compile(rf"(?<!第)(?:({EXACT})(?:{TO}({EXACT}))?(?:个?(半))?|(半))个?({_UNIT})(半)?")
_FLOOR = re.compile(rf"(负|地下|b)?({EXACT})(?:{TO}({EXACT}))?[楼层]|b(\d)(?!\d)")
_VAGUE = re.compile(r"[一二两三四五六七八九]?[十百千]几|几[十百千万]|数[十百千]|几(?=个?[天小分周月年元块])")
_NUMBER = re.compile(rf"(第)?({EXACT})(?:{TO}({EXACT}))?((?:次性|毫升|公里|厘米|毫米|毫克|公斤|千克|[一-龥℃]|[a-z]+)?)")

_SECONDS: Final = {"秒": 1, "秒钟": 1, "分钟": 60, "刻钟": 900, "小时": 3600, "钟头": 3600}
_DAYS: Final = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_MEASURES: Final = frozenset("个位种名项次张份人号区米斤度片粒颗袋支瓶盒杯口步件条部台辆把间床寸升克级期倍座栋排枚针块")
_AFTER_ONE: Final = frozenset("个位种名项下些点起样般定直边旦律共切会度份张件条部口步台把间块")
"""After 「一」 these count nothing."""
_DISPOSABLE = "次性"
_EMERGENCY: Final = frozenset({"120", "110", "119"})
"""Whom to call in danger may always be said."""


def figures(text: str) -> tuple[Figure, ...]:
    """Every number stated in a `plain` text; no character is read twice."""
    found: list[Figure] = []
    for pattern, read in _READERS:
        place, pieces = 0, []
        for match in pattern.finditer(text):
            if (stated := read(match)) is None:
                continue
            found += stated
            pieces += [text[place : match.start()], _READ * len(match[0])]
            place = match.end()
        text = "".join((*pieces, text[place:]))
    return tuple(found)


def _value(numeral: str | None) -> float | None:
    return exact(numeral) if numeral else None


def _a_little(_: re.Match[str]) -> tuple[Figure, ...]:
    """「早一点」 counts nothing."""
    return ()


def _code(match: re.Match[str]) -> tuple[Figure, ...]:
    """A phone number or a number of a card, digit by digit."""
    return same(match[0], "code " + re.sub(r"\D", "", match[0]))


def _ranged(quote: str, unit: str, *numerals: str | None, times: float = 1.0) -> tuple[Figure, ...] | None:
    values = [value for numeral in numerals if (value := _value(numeral)) is not None]
    return counted(quote, unit, *values, times=times) if values else None


def _share(match: re.Match[str]) -> tuple[Figure, ...] | None:
    return _ranged(match[0], "percent", *match.groups())


def _price(match: re.Match[str]) -> tuple[Figure, ...] | None:
    marked, low, high, dimes, tail = match.groups()
    values = [value for one in (marked, low, high) if (value := _value(one)) is not None]
    if not values:
        return None
    values[-1] += (_value(dimes or tail) or 0.0) / 10
    return counted(match[0], "cents", *values, times=100)


def _dime(match: re.Match[str]) -> tuple[Figure, ...] | None:
    return _ranged(match[0], "cents", match[1], times=10)


def _length(match: re.Match[str]) -> tuple[Figure, ...] | None:
    low, high, and_half, half, unit, half_more = match.groups()
    values = [value for one in (low, high) if (value := _value(one)) is not None] or ([0.5] if half else [])
    if not values:
        return None
    if and_half or half_more:
        values[-1] += 0.5
    if unit in _SECONDS:
        return counted(match[0], "seconds", *values, times=_SECONDS[unit])
    if unit in _DAYS:
        return counted(match[0], "days", *values, times=_DAYS[unit])
    return counted(match[0], {"周岁": "岁"}.get(unit, unit), *values)


def _floor(match: re.Match[str]) -> tuple[Figure, ...] | None:
    below, low, high, basement = match.groups()
    return _ranged(match[0], "floor", basement or low, high, times=-1.0 if below or basement else 1.0)


def _vague(match: re.Match[str]) -> tuple[Figure, ...]:
    return same(match[0], f"vague {match[0]}")


def _number(match: re.Match[str]) -> tuple[Figure, ...] | None:
    """Whatever number is left; a Chinese numeral only where it counts or orders something."""
    nth, low, high, unit = match.groups()
    values = [value for one in (low, high) if (value := _value(one)) is not None]
    measured = unit if unit in _MEASURES or len(unit) > 1 or unit.isascii() else ""
    if not values or unit == _DISPOSABLE or (low in _EMERGENCY and not measured):
        return None
    if nth:
        return same(match[0], *(f"nth {value:g}" for value in values))
    if low == "一" and (unit in _AFTER_ONE or not measured):
        return None
    if measured:
        return counted(match[0], measured, *values)
    return tuple(one for value in values for one in uncounted(match[0], value)) if low[0].isdigit() else None


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[Figure, ...] | None]], ...]] = (
    (_A_LITTLE, _a_little),
    (_CODE, _code),
    (_VAGUE, _vague),
    (hours.TIME, hours.time_of_day),
    (hours.WEEKDAYS, hours.weekdays),
    (hours.WORKDAYS, hours.workdays),
    (hours.WEEKEND, hours.weekend),
    (hours.DATE, hours.date),
    (_SHARE, _share),
    (_PRICE, _price),
    (_DIME, _dime),
    (_LENGTH, _length),
    (_FLOOR, _floor),
    (_NUMBER, _number),
)
