"""Which of the shown appointments is meant: 「九点那个」 「王医生的」 「周五上午的」 「最便宜的」.

Labels are read as they were shown: 「12月3日 周四 上午 09:00 王建国 主任医师 50元」.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from domain.scheduling import Period
from domain.session import Option
from understanding import dates
from understanding.booking import read_doctor
from understanding.numbers import EXACT, exact

_CHOOSES = re.compile(r"(?:那|这)(?:一|几)?[个位号条]|的那|就(?!诊|是疼)|选|要|吧|的(?:号)?[。！!]?$|最")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_FEE = re.compile(r"(\d+(?:\.\d+)?)元")
_WANTED_FEE = re.compile(rf"(?P<n>{EXACT})(?:块钱?|元)(?!以内|以下|之内)")
_EARLIEST = re.compile(r"最早|最近|最前|最先|第一时间")
_LATEST = re.compile(r"最晚|最后|最迟")
_CHEAPEST = re.compile(r"最便宜|便宜的那|最低价|最省")
_EXPERT_LABEL = re.compile(r"主任医师")
_WANTS_EXPERT = re.compile(r"专家(?:的|那)|主任(?:的那|那个)")
_MINUTES = 60
_Keeps: TypeAlias = "Callable[[str], bool]"


def choose_slot(text: str, options: Sequence[Option], now: datetime) -> str | None:
    """The value of the one shown option the words single out; `None` when none or several fit.

    A day or a half of the day alone is a new wish, not a choice, unless the words choose (那个, 就, 吧, 的).
    """
    if not options or not _CHOOSES.search(text):
        return None
    left = list(options)
    named = False
    for keeps in (
        _by_time(text, now),
        _by_day(text, now),
        _by_period(text, now),
        _by_doctor(text, options),
        _by_fee(text),
    ):
        if keeps is not None:
            left = [option for option in left if keeps(option.label)]
            named = True
    if _WANTS_EXPERT.search(text):
        left = [option for option in left if _EXPERT_LABEL.search(option.label)]
        named = True
    best = _superlative(text, left)
    if best is not None:
        return best
    return left[0].value if named and len(left) == 1 else None


def _superlative(text: str, left: Sequence[Option]) -> str | None:
    if not left:
        return None
    if _CHEAPEST.search(text):
        return min(left, key=lambda option: _fee(option.label)).value
    if _EARLIEST.search(text):
        return left[0].value
    if _LATEST.search(text):
        return left[-1].value
    return None


def _fee(label: str) -> float:
    match = _FEE.search(label)
    return float(match[1]) if match else float("inf")


def _by_time(text: str, now: datetime) -> _Keeps | None:
    hour = dates.read(text, now).hour
    if hour is None:
        return None
    exact_time = hour != int(hour)

    def keeps(label: str) -> bool:
        match = _TIME.search(label)
        if match is None:
            return False
        shown = int(match[1]) + int(match[2]) / _MINUTES
        return abs(shown - hour) < 1 / _MINUTES if exact_time else int(shown) == int(hour) and _on_the_hour(shown)

    def _on_the_hour(shown: float) -> bool:
        return shown == int(shown) or "多" in text

    return keeps


def _by_day(text: str, now: datetime) -> _Keeps | None:
    when = dates.read(text, now)
    if when.first is None or when.last is None:
        return None
    first, last = when.first, when.last

    def keeps(label: str) -> bool:
        shown = dates.read(label, now).first
        return shown is not None and first <= shown <= last

    return keeps


def _by_period(text: str, now: datetime) -> _Keeps | None:
    when = dates.read(text, now)
    if when.period is None or when.hour is not None:
        return None
    word = "上午" if when.period is Period.MORNING else "下午"
    return lambda label: word in label


def _by_doctor(text: str, options: Sequence[Option]) -> _Keeps | None:
    names = [part for option in options for part in option.label.split() if _looks_like_name(part)]
    doctor = read_doctor(text, names)
    if doctor is None:
        return None
    return lambda label: any(part.startswith(doctor) for part in label.split())


def _looks_like_name(part: str) -> bool:
    return re.fullmatch(r"[一-鿿·]{2,4}", part) is not None and part not in {"上午", "下午", "主任医师"}


def _by_fee(text: str) -> _Keeps | None:
    match = _WANTED_FEE.search(text)
    amount = exact(match["n"]) if match else None
    return None if amount is None else lambda label: _fee(label) == amount
