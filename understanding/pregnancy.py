"""Pregnant, how far, or lately delivered: 怀孕8周, 怀孕三个月, 孕28周+3, 产后20天, 刚生完, 没怀孕."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from understanding.numbers import EXACT, NUMERAL, exact, parse

WEEKS_PER_MONTH = 4.0
"""Lay months of pregnancy are counted in fours: 「三个月」 is 12 weeks."""
LONGEST_WEEKS = 43.0
POSTPARTUM_DAYS = 42.0

_WEEKS = re.compile(
    rf"(?:怀孕|怀了|孕|怀着|怀上|停经|怀|孕期)(?:有|了|已经|到|第|大概|差不多|都|快|满|，|\s|孩子|宝宝|二胎)*"
    rf"(?P<n>{NUMERAL})(?P<plus>\+\d)?(?P<half>个半)?(?:个)?(?P<more>多)?(?P<unit>周|星期|礼拜|月|天)(?P<tail>半)?"
)
_WEEKS_AFTER = re.compile(rf"(?P<n>{EXACT})(?P<plus>\+\d)?(?P<unit>周|个月)(?:的)?(?:孕|身孕|孕妇|胎)")
_ONLY_WEEKS = re.compile(
    r"(?:^|[，。,])我?(?:现在|目前|今天|已经|刚)?(?P<n>[23]\d|4[0-2]|[二三]十[一二三四五六七八九]?|四十[一二]?)(?P<plus>\+\d)?(?P<unit>周)[了多]?(?=[，。,]|$)"
)
"""Twenty weeks and more, said alone: nobody counts an illness so."""
_NOT_YET = re.compile(
    r"(?:没有?|未|不|没有?在|确定没|肯定没|还没)(?:怀孕|怀上|怀(?!疑)|孕)|(?:验|测)(?:了|过)?(?:孕)?.{0,4}(?:阴性|一道杠|没怀)|(?:不可能|没可能)(?:是)?怀"
)
_MAYBE = re.compile(
    r"(?:备孕|想怀|准备怀|要怀|打算怀|怀不上|怀疑怀|可能怀|是不是怀|会不会怀|会不会是怀|是不是有了|不会是怀|怕怀|能不能怀|能怀|怎么怀|避孕|不孕|试管|怀没怀|预防怀|"
    r"以前怀|怀过|上次怀|前年怀|去年怀)"
)
_PREGNANT = re.compile(
    r"怀孕|怀上|怀了(?!疑)|怀着|孕妇|有喜|身孕|有宝宝了|大着肚子|孕(?:早|中|晚)期|孕[零〇一二三四五六七八九十\d]+周|怀双胎|怀(?:的)?(?:二胎|双胞胎|三胎)|预产期|快生了|要生了|足月了|两道杠|孕检|产检"
)
_POSTPARTUM = re.compile(
    rf"(?:产后|生完(?:孩子)?|剖腹产|剖宫产|顺产|剖完|分娩|生产|刚生了?(?:孩子|娃|宝宝)?|生了(?:孩子|娃|宝宝))(?:完|后|以后|才|刚|有|已经|了|到现在|到今天|第|\s)*"
    rf"(?:(?P<n>{NUMERAL})(?:个)?(?P<half>半)?(?P<unit>天|周|星期|礼拜|月|年|岁))?"
)
_MONTH_OF_LYING_IN = re.compile(r"坐月子|月子里|还没出月子|在月子|月子期")
_PAST_LYING_IN = re.compile(r"出(?:了)?月子|月子病|产后(?:修复|康复|抑郁量表)|以前剖|剖腹产过|做过剖")
_DELIVERED = re.compile(r"产后(?!抑郁|修复|康复|.{0,3}年)|生完|刚生|剖完|剖腹产后|剖宫产后|分娩后")
_FAMILY = re.compile(r"(?:孕|产)前")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pregnancy:
    """`None` is not said. `postpartum` means within 42 days of delivery."""

    pregnant: bool | None = None
    weeks: float | None = None
    postpartum: bool | None = None


def read(text: str, today: date | None = None) -> Pregnancy:
    """What a message says about pregnancy and delivery; a wish, a fear or a guess says nothing.

    「预产期12月3日」 is read against `today`.
    """
    if "孕" not in text and "怀" not in text and "产" not in text and not _OTHER.search(text):
        return Pregnancy()
    postpartum = _postpartum(text)
    if _NOT_YET.search(text):
        return Pregnancy(pregnant=False, postpartum=postpartum)
    if _MAYBE.search(text):
        return Pregnancy(postpartum=postpartum)
    weeks = _gestation(text)
    if weeks is None and today is not None:
        weeks = _from_due_date(text, today)
    if weeks is not None and "停经" in text and not _PREGNANT.search(text):
        return Pregnancy(postpartum=postpartum)
    pregnant = True if weeks is not None or (_PREGNANT.search(text) and postpartum is None) else None
    if postpartum and pregnant is None:
        pregnant = False
    return Pregnancy(pregnant=pregnant, weeks=weeks, postpartum=postpartum)


_OTHER = re.compile(
    r"[\d十一二三四五六七八九]周|月子|生完|刚生|剖|有喜|两道杠|快生了|要生了|足月|停经|身孕|生了|大着肚子|有宝宝了"
)
_DUE = re.compile(rf"预产期(?:是|在|为|：|:)*(?:(?P<y>\d{{4}})年)?(?P<m>{EXACT})月(?P<d>{EXACT})")
_DAYS_OF_PREGNANCY = 280


def _gestation(text: str) -> float | None:
    for pattern in (_WEEKS, _WEEKS_AFTER, _ONLY_WEEKS):
        for match in pattern.finditer(text):
            number = parse(match["n"])
            if number is None:
                continue
            groups = match.groupdict()
            value = number.value + (0.5 if groups.get("half") or groups.get("tail") else 0)
            unit = match["unit"]
            if unit in {"月", "个月"}:
                value *= WEEKS_PER_MONTH
            elif unit == "天":
                value /= 7
            elif match["plus"]:
                value += int(match["plus"][1]) / 7
            if 0 < value <= LONGEST_WEEKS:
                return round(value, 1)
    return None


def _from_due_date(text: str, today: date) -> float | None:
    match = _DUE.search(text)
    if match is None:
        return None
    month, day = exact(match["m"]), exact(match["d"])
    if month is None or day is None:
        return None
    try:
        due = date(int(match["y"] or today.year), int(month), int(day))
        if not match["y"] and (due - today).days < -_DAYS_OF_PREGNANCY // 10:
            due = due.replace(year=due.year + 1)
    except ValueError:
        return None
    weeks = (_DAYS_OF_PREGNANCY - (due - today).days) / 7
    return round(weeks, 1) if 0 < weeks <= LONGEST_WEEKS else None


def _postpartum(text: str) -> bool | None:
    if _PAST_LYING_IN.search(text):
        return False
    if _MONTH_OF_LYING_IN.search(text):
        return True
    for match in _POSTPARTUM.finditer(text):
        if match["n"] is None:
            continue
        number = parse(match["n"])
        if number is None:
            continue
        unit = {"天": 1, "月": 30, "年": 365, "岁": 365}.get(match["unit"], 7)
        return (number.value + (0.5 if match["half"] else 0)) * unit <= POSTPARTUM_DAYS
    return True if _DELIVERED.search(text) and not _FAMILY.search(text) else None
