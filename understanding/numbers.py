"""Chinese and Arabic numerals, exact and vague: 三十八点五, 一千二, 两百, 七八, 十来, 二十多, 3~5."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "幺": 1,
}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_TENS = {"廿": "二十", "卅": "三十"}

_CHINESE = r"[零〇一二两俩仨三四五六七八九幺十百千万廿卅]"
_ARABIC = r"\d{1,7}(?:\.\d{1,3})?"

EXACT = rf"(?:{_ARABIC}[百千万]?|{_CHINESE}{{1,9}}(?:点[零〇一二三四五六七八九]{{1,3}})?)"
"""Fragment of a regular expression: one numeral without vagueness."""

NUMERAL = (
    rf"(?:{EXACT}(?:(?:[-~～—]|到|至){EXACT})?(?:多|来|几|好几|出头|余)?"
    r"|好?几(?:十|百|千)?(?:多|来)?|数(?:十|百)?|半)"
)
"""Fragment of a regular expression: anything `parse` reads."""

STARTS = r"[\d零〇一二两俩仨三四五六七八九幺十百千万廿卅好几数半]"
"""Fragment of a regular expression: the characters a `NUMERAL` begins with."""

_RANGE = re.compile(rf"({EXACT})(?:[-~～—]|到|至)({EXACT})")
_VAGUE = re.compile(rf"({EXACT})(多|来|几|好几|出头|余)")
_SEVERAL = re.compile(r"(?:好?几|数)(十|百|千)?(?:多|来)?")
_NUMERAL = re.compile(NUMERAL)
_NEIGHBOURS = re.compile(r"([一二两三四五六七八九])([二三四五六七八九])(?=[十百千万]|$)")

_SEVERAL_LOW, _SEVERAL_HIGH = 2, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A numeral in a text. `low` = `high` when it is exact; `start`/`end` are offsets in that text."""

    low: float
    high: float
    start: int = 0
    end: int = 0

    @property
    def value(self) -> float:
        """The middle of the range: a hint, not a measurement, when it is vague."""
        return (self.low + self.high) / 2

    @property
    def exact(self) -> bool:
        """Whether one number was said."""
        return self.low == self.high


def parse(numeral: str) -> Number | None:
    """Read one numeral that fills the whole string; `None` when it is none.

    「二百五」 is 250, 「一二零」 is 120, 「七八」 is 7 to 8, 「七八十」 is 70 to 80, 「二十多」 is 21 to 29,
    「半」 is 0.5. Two digits side by side count as a range only when they are neighbours or 「三五」.
    """
    if numeral == "半":
        return Number(low=0.5, high=0.5)
    if numeral.isascii() and numeral.isdigit():
        return _arabic(numeral)
    if match := _SEVERAL.fullmatch(numeral):
        scale = _SCALES.get(match[1], 1)
        return Number(low=_SEVERAL_LOW * scale, high=_SEVERAL_HIGH * scale)
    if match := _RANGE.fullmatch(numeral):
        return _between(match[1], match[2])
    if match := _VAGUE.fullmatch(numeral):
        return _about(match[1], match[2])
    return _plain(numeral)


def find(text: str) -> tuple[Number, ...]:
    """Every numeral of a text, left to right, not overlapping."""
    found = []
    for match in _NUMERAL.finditer(text):
        number = parse(match[0])
        if number is not None:
            found.append(Number(low=number.low, high=number.high, start=match.start(), end=match.end()))
    return tuple(found)


def exact(numeral: str) -> float | None:
    """The value of a numeral that names exactly one number."""
    number = _plain(numeral)
    return number.low if number is not None and number.exact else None


def _plain(numeral: str) -> Number | None:
    if numeral[:1].isdigit():
        return _arabic(numeral)
    for short, full in _TENS.items():
        numeral = numeral.replace(short, full)
    whole, point, fraction = numeral.partition("点")
    if not point and (match := _NEIGHBOURS.search(numeral)):
        low_digit, high_digit = _DIGITS[match[1]], _DIGITS[match[2]]
        only = len(numeral) == 2 or any(scale in numeral for scale in _SCALES)  # noqa: PLR2004 - a pair
        if only and (high_digit == low_digit + 1 or (low_digit, high_digit) == (3, 5)):
            low = _chinese(numeral[: match.start(2)] + numeral[match.end(2) :])
            high = _chinese(numeral[: match.start(1)] + numeral[match.end(1) :])
            return None if low is None or high is None else Number(low=low, high=high)
    value = _chinese(whole)
    if value is None:
        return None
    if point:
        digits = "".join(str(_DIGITS[character]) for character in fraction)
        value = float(f"{value:.0f}.{digits}")
    return Number(low=value, high=value)


def _arabic(numeral: str) -> Number | None:
    scale = _SCALES.get(numeral[-1], 1)
    try:
        value = float(numeral.rstrip("百千万")) * scale
    except ValueError:
        return None
    return Number(low=value, high=value)


def _between(low_text: str, high_text: str) -> Number | None:
    low, high = _plain(low_text), _plain(high_text)
    if low is None or high is None:
        return None
    return Number(low=min(low.low, high.low), high=max(low.high, high.high))


def _about(numeral: str, word: str) -> Number | None:
    number = _plain(numeral)
    if number is None:
        return None
    base = number.low
    step = next((size for size in (1000, 100, 10) if base >= size and base % size == 0), 1)
    if step == 1:
        return Number(low=base, high=number.high + 1)
    share = 0.3 if word in {"来", "出头"} else 0.9
    return Number(low=base + (0 if word == "来" else 1), high=number.high + step * share)


def _chinese(numeral: str) -> float | None:
    """A Chinese whole number; digits without scale words are read one by one."""
    for word, scale in reversed(_SCALES.items()):
        if word in numeral:
            head, _, tail = numeral.partition(word)
            return _scaled(head, tail, scale)
    if not numeral or any(character not in _DIGITS for character in numeral):
        return None
    return float("".join(str(_DIGITS[character]) for character in numeral))


def _scaled(head: str, tail: str, scale: int) -> float | None:
    """`head` times `scale` plus `tail`; a lone digit behind 百 and above is a tenth of it (二百五)."""
    many = _chinese(head) if head else 1.0
    if many is None:
        return None
    if len(tail) == 1 and tail in _DIGITS and scale > _SCALES["十"]:
        return many * scale + _DIGITS[tail] * scale / 10
    rest = _chinese(tail.lstrip("零〇")) if tail else 0.0
    return None if rest is None or rest >= scale else many * scale + rest
