"""The numbers of an answer against the limit a label sets: 「38度」 does not meet ≥38.5℃, 「吐了三次」 two and more."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from understanding import severity
from understanding.numbers import NUMERAL, exact, parse
from understanding.reading import Readings


class Unit(StrEnum):
    """What a limit counts."""

    CELSIUS = "celsius"
    OXYGEN = "oxygen"
    GLUCOSE = "glucose"
    PRESSURE = "pressure"
    TIMES = "times"
    DAYS = "days"
    AGO = "ago"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Limit:
    """`low` and `high` are inclusive unless `open_low`; days for times, °C, %, mmol/L, mmHg or a count."""

    unit: Unit
    low: float = float("-inf")
    high: float = float("inf")

    @property
    def speaks_for_itself(self) -> bool:
        """Whether the number alone says what it is a number of."""
        return self.unit in {Unit.CELSIUS, Unit.OXYGEN, Unit.GLUCOSE, Unit.PRESSURE}


_N = r"(?P<n>\d+(?:\.\d+)?|[一两二三四五六七八九十]+)"
LIMIT = re.compile(
    rf"(?:近|过去|最近)?(?P<less><|≤|低于|不到|少于|不满)?(?P<more>≥|>|超过|高于|大于|满|到)?{_N}(?:/\d+)?"
    r"(?P<unit>℃|度|次|回|分钟|小时|天|日|周|个月|月|年)?(?P<bound>以上|或更高|或更低|以下|以内|内|前|后)?"
)
_MOMENT = 1 / 24
"""「一分钟内」 is how it came, not how long ago: no number is needed for it."""
_DAYS = {"分钟": 1 / 1440, "小时": 1 / 24, "天": 1, "日": 1, "周": 7, "个月": 30, "月": 30, "年": 365}
_READ = ((Unit.OXYGEN, "血氧"), (Unit.GLUCOSE, "血糖"), (Unit.PRESSURE, "血压"))
_COUNT = re.compile(rf"(?P<n>{NUMERAL})(?:来|多)?(?:次|回|遍|趟)")
_BARE_TEMPERATURE = re.compile(
    r"(?:大概|差不多|有|就|才|到)?(?P<n>3[5-9]|4[01])(?P<rest>[.点]\d)?(?:多|左右|吧|了)?[。]?"
)
_SOFT = re.compile(r"有一?点|一点点?|稍微|略微|轻微|有些|偶尔|一点儿|不太|不怎么|不大")


@dataclass(frozen=True, slots=True)
class Measured:
    """What an answer says in numbers; `soft` says that it plays down, `severe` that it is bad."""

    readings: Readings = field(default_factory=Readings)
    duration: timedelta | None = None
    count: float | None = None
    soft: bool = False
    severe: bool = False

    @classmethod
    def of(cls, said: str, readings: Readings, duration: timedelta | None) -> Measured:
        """The numbers of one answer."""
        counted = [number.value for match in _COUNT.finditer(said) if (number := parse(match["n"])) is not None]
        score = severity.read(said)
        if (bare := _BARE_TEMPERATURE.fullmatch(said)) and readings == Readings():
            readings = Readings(temperature_celsius=float(bare["n"] + (bare["rest"] or "").replace("点", ".")))
        return cls(
            readings=readings,
            duration=duration,
            count=max(counted, default=None),
            soft=_SOFT.search(said) is not None,
            severe=score is not None and score >= severity.SEVERE,
        )

    def meets(self, limit: Limit) -> bool | None:
        """Whether what was measured is within the limit; `None` when it was not measured."""
        value = self._value(limit.unit)
        return None if value is None else limit.low <= value <= limit.high

    def _value(self, unit: Unit) -> float | None:
        match unit:
            case Unit.CELSIUS:
                return self.readings.temperature_celsius
            case Unit.OXYGEN:
                return self.readings.oxygen_saturation_percent
            case Unit.GLUCOSE:
                return self.readings.glucose_mmol_per_litre
            case Unit.PRESSURE:
                return self.readings.systolic_mmhg
            case Unit.TIMES:
                return self.count
            case Unit.DAYS | Unit.AGO:
                return None if self.duration is None else self.duration / timedelta(days=1)
            case Unit.OTHER:
                return None


def limit_of(text: str) -> Limit | None:
    """The limit a part of a label sets, if it does."""
    for match in LIMIT.finditer(text):
        amount = exact(match["n"])
        if amount is None:
            continue
        unit, scale = _unit(text, match)
        below = bool(match["less"]) or match["bound"] in {"或更低", "以下"}
        within = match["bound"] in {"以内", "内"} or match[0].startswith(("近", "过去", "最近"))
        if unit is None or not (below or within or match["more"] or match["bound"]):
            continue
        if unit is Unit.DAYS and within and amount * scale < _MOMENT:
            return Limit(unit)
        if unit is Unit.DAYS and (within or below):
            return Limit(Unit.AGO, high=amount * scale)
        return Limit(unit, high=amount) if below else Limit(unit, low=amount * scale)
    return None


def _unit(text: str, match: re.Match[str]) -> tuple[Unit | None, float]:
    written = match["unit"]
    if written in {"℃", "度"}:
        return Unit.CELSIUS, 1.0
    if written in {"次", "回"}:
        return Unit.TIMES, 1.0
    if written in _DAYS:
        return Unit.DAYS, _DAYS[written]
    return next(((unit, 1.0) for unit, word in _READ if word in text), (Unit.OTHER if match["more"] else None, 1.0))
