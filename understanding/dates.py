"""The days a patient would come: 明天, 大后天, 下周三, 这周末, 月底, 25号, 12月3日, 下个月初, 三天后.

Weeks begin on Monday. 「下周三」 is the Wednesday of the next week, 「这周三」 the one of this week, 「周三」
alone the coming one (today counts). A day of the month that is past means the next month's.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.scheduling import Period
from understanding.numbers import EXACT, exact

_WEEK = r"(?:周|星期|礼拜)"
_DAYS_AHEAD = {"今": 0, "今儿": 0, "明": 1, "明儿": 1, "后": 2, "后儿": 2, "大后": 3}
_WEEKDAYS = "一二三四五六日"
_NOON, _EARLY = 12, 6
_MORNING, _AFTERNOON = re.compile("早|上午|凌晨"), re.compile("下午|晚")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """Inclusive days and where they stand in the text."""

    first: date
    last: date
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a message says about time: days, half of the day, clock time; `soonest` is 「越早越好」."""

    first: date | None = None
    last: date | None = None
    period: Period | None = None
    hour: float | None = None
    soonest: bool = False


def find(text: str, today: date) -> tuple[DateRange, ...]:
    """Every future day or stretch of days a text names, left to right."""
    if not _HINT.search(text):
        return ()
    found = sorted(_all(text, today), key=lambda one: (one.start, -one.end))
    kept: list[DateRange] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def read(text: str, now: datetime) -> When:
    """When the patient would come; `now` is in the hospital's zone.

    Two days joined by 「到」 are a stretch, by 「或」 or 「和」 the stretch over both; otherwise the last
    one said counts, because 「不要明天，后天吧」 is how people correct themselves.
    """
    ranges = [one for one in find(text, now.date()) if not _REFUSED.search(text[: one.start])]
    first = last = None
    if ranges:
        first, last = ranges[-1].first, ranges[-1].last
        if len(ranges) > 1 and _JOINED.fullmatch(text[ranges[-2].end : ranges[-1].start]):
            first, last = min(first, ranges[-2].first), max(last, ranges[-2].last)
        after = text[ranges[-1].end :]
        if _BEFORE.match(after):
            first = now.date()
        elif _AFTER.match(after):
            last = first + timedelta(days=14)
    hour, period = _clock(text), _period(text)
    if period is None and hour is not None:
        period = Period.MORNING if hour < _NOON else Period.AFTERNOON
    return When(first=first, last=last, period=period, hour=hour, soonest=bool(_SOONEST.search(text)))


_REFUSED = re.compile(r"(?:不要|不想|不是|别|除了|不能|没空|来不了)$")
_JOINED = re.compile(r"(?:到|至|-|~|～|—|或者?|和|跟|、|，)(?:是)?")
_BEFORE = re.compile(r"(?:之前|以前|前)")
_AFTER = re.compile(r"(?:之后|以后|开始|起)")
_SOONEST = re.compile(
    r"越[早快]越好|最早|最近(?:的|一个|能)|尽[早快]|赶紧|越快|早点(?:的|看|约|挂)|马上(?:能|就)|最快|第一个能|有号就行|能早就早|随便哪天|哪天都行|什么时候都行|都行"
)
_PERIOD = re.compile(
    r"(?P<am>上午|早上|早晨|清早|一早|大早|早间|早(?=\d|[七八九十]点)|(?<=[今明后])早)|(?P<pm>下午|午后|傍晚|晚上|中午后|后半晌|夜里|晚间|今晚|明晚)|(?P<noon>中午)"
)
_OCLOCK = re.compile(
    rf"(?P<h>{EXACT})(?:点钟?|时(?!候|间))(?P<half>半|(?P<min>{EXACT})分?|一刻|三刻)?(?!滴|药|水|几|五分|个)|(?<!\d)(?P<hh>\d{{1,2}})[:：](?P<mm>\d{{2}})(?!\d)"
)
_HINT = re.compile(r"[天日号月周今明后\d]|星期|礼拜")


def _clock(text: str) -> float | None:
    """The hour of the day in 「八点左右」 「下午3点半」 「14:30」; 「三点」 without more is the afternoon."""
    for match in _OCLOCK.finditer(text):
        if match["hh"] is not None:
            hour, minutes = float(match["hh"]), float(match["mm"])
        else:
            hour = exact(match["h"]) or 0
            minutes = {"半": 30, "一刻": 15, "三刻": 45}.get(match["half"] or "", 0) or (
                exact(match["min"]) or 0 if match["min"] else 0
            )
        if not 0 < hour < 24 or minutes >= 60:  # noqa: PLR2004 - hours and minutes of a clock
            continue
        around = text[max(0, match.start() - 4) : match.start()]
        if hour < _NOON and (_AFTERNOON.search(around) or (hour <= _EARLY and not _MORNING.search(around))):
            hour += _NOON
        return hour + minutes / 60
    return None


def _period(text: str) -> Period | None:
    """Half of the day; of several the last one, unless it is refused (「上午没空，下午」)."""
    said: Period | None = None
    for match in _PERIOD.finditer(text):
        if _REFUSED.search(text[: match.start()]) or re.match(
            r"(?:不行|没空|来不了|有事|没时间|不方便)", text[match.end() :]
        ):
            continue
        if match["noon"]:
            continue
        said = Period.MORNING if match["am"] else Period.AFTERNOON
    return said


def _single(day: date) -> tuple[date, date]:
    return day, day


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _next_month(today: date) -> tuple[int, int]:
    return (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)  # noqa: PLR2004 - December


def _relative(match: re.Match[str], today: date) -> tuple[date, date]:
    return _single(today + timedelta(days=_DAYS_AHEAD[match["day"]]))


def _weekday(match: re.Match[str], today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    weeks, name = match["weeks"] or "", match["name"]
    if name == "末":
        saturday = monday + timedelta(days=5 + 7 * weeks.count("下"))
        return max(saturday, today), saturday + timedelta(days=1)
    place = _place(name)
    day = monday + timedelta(days=place + 7 * weeks.count("下"))
    if not weeks and day < today:
        day += timedelta(days=7)
    if match["to"]:
        last = day + timedelta(days=(_place(match["to"]) - place) % 7)
        return day, last
    return _single(day)


def _place(name: str) -> int:
    return int(name) - 1 if name.isdigit() else _WEEKDAYS.index(name.replace("天", "日"))


def _week(match: re.Match[str], today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * match["weeks"].count("下"))
    first, last = max(monday, today), monday + timedelta(days=6)
    part = match["part"]
    if part == "初":
        last = monday + timedelta(days=2)
    elif part in {"末", "底"}:
        first = max(monday + timedelta(days=4), today)
    return first, max(first, last)


def _month(match: re.Match[str], today: date) -> tuple[date, date]:
    year, month = _next_month(today) if "下" in (match["month"] or "") else (today.year, today.month)
    first, last = date(year, month, 1), _month_end(year, month)
    match match["part"]:
        case "初":
            last = first.replace(day=10)
        case "中" | "中旬":
            first, last = first.replace(day=11), first.replace(day=20)
        case "底" | "末":
            first = first.replace(day=min(25, last.day - 4))
        case _:
            pass
    return max(first, today), max(last, today)


def _day_of_month(match: re.Match[str], today: date) -> tuple[date, date] | None:
    day = exact(match["d"])
    to = exact(match["to"]) if match["to"] else day
    if day is None or to is None or not 1 <= day <= to <= 31:  # noqa: PLR2004 - days of a month
        return None
    if match["month"]:
        named = match["month"]
        month_number = exact(named.rstrip("月份.-/")) if not named.startswith(("下", "这", "本")) else None
        if month_number is not None:
            year, month = today.year, int(month_number)
            if not 1 <= month <= 12:  # noqa: PLR2004
                return None
            if (month, to) < (today.month, today.day):
                year += 1
        else:
            year, month = _next_month(today) if "下" in named else (today.year, today.month)
    else:
        year, month = (today.year, today.month) if to >= today.day else _next_month(today)
    try:
        return date(year, month, int(day)), date(year, month, int(to))
    except ValueError:
        return None


def _in_days(match: re.Match[str], today: date) -> tuple[date, date] | None:
    amount = exact(match["n"])
    if amount is None:
        return None
    unit = 7 if match["unit"] in {"周", "星期", "礼拜"} else 1
    day = today + timedelta(days=int(amount * unit))
    if match["within"]:
        return today, day
    return (day, day + timedelta(days=6)) if unit > 1 else _single(day)


def _next_days(match: re.Match[str], today: date) -> tuple[date, date]:
    return today, today + timedelta(days=2 if match[0].endswith("两天") else 4)


def _named_month(match: re.Match[str], today: date) -> tuple[date, date]:
    """「月底」 without saying which month: this one, and for 「月初」 past the tenth the next."""
    last = _month_end(today.year, today.month)
    match match["bare"]:
        case "初":
            year, month = (today.year, today.month) if today.day <= 10 else _next_month(today)  # noqa: PLR2004
            return max(date(year, month, 1), today), date(year, month, 10)
        case "中旬":
            return max(today.replace(day=11), today), max(today.replace(day=20), today)
        case _:
            return max(last - timedelta(days=6), today), last


_NO_PLACE = "(?!楼|线|码|院|诊|窗|床|门|房|机)"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], tuple[date, date] | None]], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (r"(?P<day>大后|后儿?|明儿?|今儿?)(?:天|个|日(?!期))", _relative),
        (r"(?<![说聪文证发光])(?P<day>明儿?|今儿?)(?=早|晚|上午|下午)", _relative),
        (
            (
                rf"(?<!上)(?<!上个)(?P<weeks>(?:下个?)+|这个?|本)?{_WEEK}(?P<name>[一二三四五六日天末1-7])(?![个天年周])"
                rf"(?:(?:到|至|-|~){_WEEK}?(?P<to>[一二三四五六日天]))?"
            ),
            _weekday,
        ),
        (rf"(?P<weeks>(?:下个?)+|这个?|本){_WEEK}(?P<part>初|末|底)?(?![一二三四五六日天末])", _week),
        (r"(?P<month>下个?月|这个?月|本月)(?P<part>初|中旬?|底|末)?(?![\d一二三])", _month),
        (r"(?<![\d个下这本])月(?P<bare>初|中旬|底|末)", _named_month),
        (
            (
                rf"(?P<month>{EXACT}月份?|下个?月|这个?月|本月)?(?P<d>{EXACT})(?:[日号]{_NO_PLACE})?"
                rf"(?:(?:到|至|-|~)(?P<to>{EXACT}))?[日号]{_NO_PLACE}"
            ),
            _day_of_month,
        ),
        (
            (
                r"(?<![\d/.])(?P<month>(?:1[0-2]|[1-9])[./-])(?P<d>[12]\d|3[01]|0?[1-9])(?P<to>)"
                r"(?=号|日|上午|下午|的号|那天|，|。|$)"
            ),
            _day_of_month,
        ),
        (rf"(?P<month>{EXACT}月)(?P<d>{EXACT})(?P<to>)(?![\d个天次年月日号])", _day_of_month),
        (rf"(?P<n>{EXACT})个?(?P<unit>天|周|星期|礼拜)(?:(?:之|以)?后|(?P<within>之?内|以内))", _in_days),
        (r"(?:这|最近|近)(?:两|几)天", _next_days),
    )
)


def _all(text: str, today: date) -> Iterator[DateRange]:
    for pattern, resolve in _RULES:
        for match in pattern.finditer(text):
            days = resolve(match, today)
            if days is not None and days[1] >= today:
                yield DateRange(first=days[0], last=days[1], start=match.start(), end=match.end())
