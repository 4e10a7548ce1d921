"""The day a told reading is of: 昨天的血压150/95, 前天晚上血糖7.8, 昨晚，体温37.2.

The day counts where it is said in one breath with a figure, or alone right before one; 「昨天发烧了，今天150/95」 is
a reading of today. A message whose figures are of different days is not dated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_CLAUSE = re.compile(r"[^，。,；;！!？?\n]+")
_PART = r"早上|早晨|上午|早|中午|下午|傍晚|晚上|夜里|晚|夜"
_DAY = re.compile(
    rf"(?<![饭餐之以])(?P<day>大前|前|昨|今)(?:天|日|儿个?|个)?(?:的?(?P<part>{_PART}))?|现在|刚刚?|这会儿"
)
_SAID = re.compile(rf"(?:大前|前|昨|今)(?:天|日|儿|个|(?={_PART}))")
_ALONE = re.compile(r"[的是我呢啊]*")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百]{2,}")
_BACK = {"大前": 3, "前": 2, "昨": 1}
_HOURS = {"早": 8, "上": 9, "中": 12, "下": 15, "傍": 18, "晚": 20, "夜": 22}
_WORDS = {1: "昨天", 2: "前天", 3: "大前天"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    """A day before today: how it is called, and about when on it."""

    name: str
    at: datetime


def read(text: str, now: datetime) -> PastDay | None:
    """The one past day the figures of a message are of; `now` is in the hospital's zone.

    Without a part of the day it is the time of day it is now.
    """
    found: set[tuple[int, str]] = set()
    carried: tuple[int, str] | None = None
    for clause in _CLAUSE.findall(text):
        day = _day(clause)
        if _FIGURE.search(clause):
            found.add(day or carried or (0, ""))
            carried = day or carried
        else:
            carried = day if day is not None and _ALONE.fullmatch(_DAY.sub("", clause)) else None
    if len({back for back, _ in found}) != 1:
        return None
    back, part = max(found)
    if back == 0:
        return None
    at = now - timedelta(days=back)
    return PastDay(name=_WORDS[back], at=at.replace(hour=_HOURS[part], minute=0) if part else at)


def _day(clause: str) -> tuple[int, str] | None:
    """How many days back, and the first sign of the part of the day; nothing when the clause names none."""
    for match in _DAY.finditer(clause):
        if match["day"] is None:
            return 0, ""
        if _SAID.match(match[0]):
            return _BACK.get(match["day"], 0), (match["part"] or "")[:1]
    return None
