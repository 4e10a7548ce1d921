"""Numbers as they are said in Mandarin. Pure."""

from __future__ import annotations

from typing import Final

DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = ("", "十", "百", "千")
_GROUPS: Final = ("", "万", "亿", "万亿")
_GROUP: Final = 10_000
_MOST_DIGITS: Final = 16
_HUNDRED, _TWENTY = 100, 20


def counted(number: str) -> str:
    """A whole or decimal number as a quantity: 1050 → 一千零五十, 38.5 → 三十八点五.

    Numbers of more than 16 digits are said digit by digit.
    """
    whole, _, fraction = number.partition(".")
    said = spelt(whole) if len(whole) > _MOST_DIGITS else _whole(int(whole or "0"))
    return said + ("点" + spelt(fraction) if fraction else "")


def spelt(digits: str, *, one: str = "一") -> str:
    """Digit by digit: 2026 → 二零二六; `one` is 幺 on the telephone."""
    return "".join(one if digit == "1" else DIGITS[int(digit)] for digit in digits)


def how_many(number: str) -> str:
    """A quantity before a measure word, where a bare two is 两."""
    return "两" if number == "2" else counted(number)


def _whole(value: int) -> str:
    if value == 0:
        return DIGITS[0]
    groups: list[str] = []
    below = False  # whether the group behind begins with zeros, so that one is said
    for place in range(len(_GROUPS)):
        value, group = divmod(value, _GROUP)
        if group:
            said = _group(group) + _GROUPS[place]
            groups.append(said + (DIGITS[0] if below and groups else ""))
            below = group < _GROUP // 10
        elif groups:
            below = True
        if not value:
            break
    said = "".join(reversed(groups))
    return said.removeprefix("一") if said.startswith("一十") else said


def _group(value: int) -> str:
    """1 to 9999."""
    said, gap = "", False
    for place in range(len(_PLACES) - 1, -1, -1):
        digit = value // 10**place % 10
        if digit:
            said += (DIGITS[0] if gap and said else "") + DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return said
