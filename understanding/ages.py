"""How old the patient is, in any wording: 8个月, 七十多, 高二, 三岁半, 满月, 刚出生三天, 六旬, 62年出生."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from understanding.numbers import EXACT, NUMERAL, exact, parse

MAX_AGE_YEARS = 120
_DAYS, _WEEKS, _MONTHS = 1 / 365.25, 7 / 365.25, 1 / 12
_NEARLY_YEARS = 2
_LEAST_BARE_YEARS = 10
_SCORE_OF_A_DECADE = 10

_CHILD = (
    r"(?:宝宝|宝贝|娃娃?|孩子|小孩|婴儿|幼儿|儿子|女儿|闺女|小子|丫头|孙子|孙女|外孙女?|男宝|女宝|大宝|二宝|小宝"
    r"|男孩|女孩)"
)
_STATING = (
    r"(?:他|她|它)?(?:今年|现在|目前|年龄|年纪|岁数|虚岁|周岁|是|有|才|刚|都|也|已经|快|将近|大概|大约|差不多|满"
    r"|[，,\s])*"
)
_PERSON = (
    r"(?:我|本人|自己|妈妈?|爸爸?|爹|娘|母亲|父亲|婆婆|公公|岳母|岳父|丈母娘|丈人|奶奶|爷爷|外婆|外公|姥姥|姥爷|"
    r"老人家?|老太太|老爷子|老伴儿?|老公|老婆|爱人|媳妇|丈夫|妻子|对象|先生|太太|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|姑姑?|舅舅?|"
    r"姨妈?|大爷|大妈|大娘|阿姨|同事|朋友|邻居|病人|患者|男|女|男的|女的|男性|女性)"
)
_NOT_AN_AGE = (
    r"(?![\d.点度℃个分天周月年日号次回点块元斤公厘毫层楼位家盒片粒颗针瓶支张人名秒小钟百千万比/%％:：辈年级出来去])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """An age in years (a day is 1/365.25) and where it stands; a range is represented by its middle."""

    years: float
    start: int
    end: int


def _years(match: re.Match[str]) -> float | None:
    number = parse(match["n"])
    if number is None:
        return None
    value = number.value + (0.5 if match["half"] else 0)
    if (months := match["months"]) is not None:
        value += (exact(months) or 0) * _MONTHS
    return value


def _part(unit: float) -> Callable[[re.Match[str]], float | None]:
    def years(match: re.Match[str]) -> float | None:
        number = parse(match["n"])
        half = 0.5 if match.groupdict().get("half") else 0
        return None if number is None else (number.value + half) * unit

    return years


def _nearly(match: re.Match[str]) -> float | None:
    value = exact(match["n"])
    return None if value is None else value - _NEARLY_YEARS


def _bare_years(match: re.Match[str]) -> float | None:
    """Years without 岁: from ten up only, so that 「我爸一直」 is nobody's age."""
    number = parse(match["n"])
    return number.value if number is not None and number.low >= _LEAST_BARE_YEARS else None


def _decades(match: re.Match[str]) -> float | None:
    value = exact(match["n"])
    return None if value is None else value * _SCORE_OF_A_DECADE


def _fixed(years: float) -> Callable[[re.Match[str]], float]:
    return lambda _match: years


def _school(first: float) -> Callable[[re.Match[str]], float]:
    return lambda match: first + "一二三四五六".index(match["grade"])


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], float | None]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"(?:快|将近|年近|近|奔|差不多)(?P<n>{EXACT})(?:岁|了)(?!多)", _nearly),
        (
            rf"(?P<n>{NUMERAL})(?:周?岁)(?P<half>半|多)?(?:零?(?P<months>{EXACT})个月)?(?!前|以前|开始|起|那年|的时候|时)",
            _years,
        ),
        (rf"(?P<n>{NUMERAL})个?(?P<half>半)?多?月(?:大|龄)", _part(_MONTHS)),
        (rf"(?P<n>{NUMERAL})个(?P<half>半)?多?月(?:左右)?的?(?:小|男|女)?{_CHILD}", _part(_MONTHS)),
        (rf"{_CHILD}{_STATING}(?P<n>{NUMERAL})个(?P<half>半)?多?月(?!.{{0,2}}(?:没|不见|治))", _part(_MONTHS)),
        (rf"(?P<n>{NUMERAL})(?:周|个?星期|个?礼拜)大?的?(?:小|男|女)?{_CHILD}", _part(_WEEKS)),
        (rf"(?P<n>{NUMERAL})(?:周|个?星期|个?礼拜)大(?!小)", _part(_WEEKS)),
        (rf"(?:刚?出生|生下来|落地|刚生)(?:才|刚|第|有|了|后|，|\s)*(?P<n>{NUMERAL})天", _part(_DAYS)),
        (rf"(?:刚?出生|生下来)(?:才|刚|有|了|，|\s)*(?P<n>{NUMERAL})(?:周|个?星期|个?礼拜)", _part(_WEEKS)),
        (rf"(?:刚?出生|生下来)(?:才|刚|有|了|，|\s)*(?P<n>{NUMERAL})个(?P<half>半)?多?月", _part(_MONTHS)),
        (rf"(?P<n>{NUMERAL})天大?的?(?:小|男|女|新生|奶)?{_CHILD}", _part(_DAYS)),
        (rf"(?P<n>{NUMERAL})天大(?!小)", _part(_DAYS)),
        (rf"{_CHILD}{_STATING}(?P<n>{NUMERAL})天(?:大|，|,|$)", _part(_DAYS)),
        (
            r"(?:没|未|不到|还差几天|还没|没出|未出)满?月(?:的|，|,|$|大)|(?:没|未|还没)(?:出)?满月|月子里的娃",
            _fixed(20 * _DAYS),
        ),
        (r"(?:刚|才)?满月(?!经)(?:的|了|，|,|宝|娃|$)", _fixed(30 * _DAYS)),
        (r"百天|百日宝?|一百天的", _fixed(100 * _DAYS)),
        (rf"(?:刚|才|快)?半岁|{_CHILD}半(?:周)?岁", _fixed(0.5)),
        (r"(?:刚|才)(?:满|过)?周岁|周岁(?:宝宝|的)", _fixed(1)),
        (r"刚(?:出生|生下来|落地)|新生儿|刚生的(?:宝宝|娃|孩子)", _fixed(_DAYS)),
        (r"(?:幼儿园)?(?:上|读|在|是|念)?小班(?:的|了|，|,|$)", _fixed(3.5)),
        (r"(?:幼儿园)?(?:上|读|在|是|念)?中班(?:的|了|，|,|$)", _fixed(4.5)),
        (r"(?:幼儿园)大班|(?:上|读|在|念)大班|学前班", _fixed(5.5)),
        (r"(?:小学)?(?P<grade>[一二三四五六])年级", _school(6.5)),
        (
            r"(?:上|读|念|在|是|刚|，|,|女儿|儿子|孩子|闺女)初(?P<grade>[一二三])|初(?P<g2>[一二三])(?:的|了|学生|男生|女生|孩子)",
            lambda m: 12.5 + "一二三".index(m["grade"] or m["g2"]),
        ),
        (r"高(?P<grade>[一二三])(?!点|些|倍)", _school(15.5)),
        (
            r"(?:上|读|念)大(?P<grade>[一二三四])(?!点|些)|大(?P<g2>[一二三四])(?:学生|新生|男生|女生|的学生|在读)",
            lambda m: 18.5 + "一二三四".index(m["grade"] or m["g2"]),
        ),
        (r"高中生", _fixed(16.5)),
        (r"大学生|大学新生", _fixed(20)),
        (r"花甲", _fixed(60)),
        (r"古稀", _fixed(70)),
        (r"耄耋", _fixed(85)),
        (r"(?:年过|年逾|已过)?(?P<n>[三四五六七八九])旬", _decades),
        (r"(?:年过|年逾|过了)(?P<n>[三四五六七八九]十)(?!天)", _part(1)),
        (
            r"(?:已经|都|快|也)?(?P<n>(?:[二三四五六七八九]十|[2-9]0)(?:好几|出头|多|几))(?:了|的人|，|,|。|$)",
            _part(1),
        ),
        (rf"{_PERSON}{_STATING}(?P<n>{NUMERAL})(?:了|的|多)?{_NOT_AN_AGE}", _bare_years),
        (rf"(?:今年|年龄|年纪|虚岁|芳龄)(?:是|有|已经|都|快|大概|：|:|\s)*(?P<n>{NUMERAL}){_NOT_AN_AGE}", _part(1)),
        (rf"(?<![\d.])(?P<n>{EXACT})(?:岁|，|,|、|\s)?(?:的)?(?:男|女)(?:性|的|生)?(?:，|,|。|\s|$)", _part(1)),
    )
)

_BORN = re.compile(
    r"(?<!\d)(?:出生于|生于|出生日期|生日)?[是：:\s]*(?P<y>(?:19|20)?\d\d)年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:出生|生的|生人)"
)
_HINT = re.compile(r"[\d一二两三四五六七八九十百几半岁旬满新花古耄学]|刚(?:出生|生下|落地)")


def find(text: str, today: date | None = None) -> tuple[Age, ...]:
    """Every age a text states, most telling wording first. A year of birth counts only with `today`."""
    if not _HINT.search(text):
        return ()
    return tuple(_all(text, today))


def read(text: str, today: date | None = None) -> Age | None:
    """The age a text states of the patient, or nothing where a guess would not be safe."""
    return next(_all(text, today), None) if _HINT.search(text) else None


def bare(text: str) -> float | None:
    """The age in an answer to 「多大年龄？」, where 「八个月」 and 「七十多」 need no further words. In years."""
    age = read(text)
    if age is not None:
        return age.years
    match = _BARE.search(text)
    if match is None:
        return None
    number = parse(match["n"])
    if number is None:
        return None
    unit = {"月": _MONTHS, "天": _DAYS, "周": _WEEKS}.get(match["unit"] or "", 1)
    years = (number.value + (0.5 if match["half"] else 0)) * unit
    return years if years <= MAX_AGE_YEARS else None


_BARE = re.compile(rf"(?P<n>{NUMERAL})个?(?P<half>半)?(?P<unit>月|天|周)?")


def _all(text: str, today: date | None) -> Iterator[Age]:
    for pattern, reader in _RULES:
        for match in pattern.finditer(text):
            years = reader(match)
            if years is not None and 0 <= years <= MAX_AGE_YEARS:
                yield Age(years=years, start=match.start(), end=match.end())
    born = _BORN.search(text)
    if today is not None and born is not None:
        year = int(born["y"])
        if year < 100:  # noqa: PLR2004 - two digits name a year of the century just past
            year += 1900 if year > today.year % 100 else 2000
        if 0 <= today.year - year <= MAX_AGE_YEARS:
            yield Age(years=today.year - year, start=born.start(), end=born.end())
