"""Options named by their place: 第二个, 最后那个, 前两个, 1和3, B."""

from __future__ import annotations

import re

from understanding.numbers import EXACT, exact

_ORDINAL = re.compile(
    rf"(?P<back>倒数)?第(?P<n>{EXACT})(?:个|种|项|位|条|样|款|号|家|医生|那个)?|(?P<last>最后(?:那|一|这)?(?:一)?(?:个|种|项|位|条)|最后(?=$|[，。吧])|末尾那个|最下面(?:那个|的|一个)?|最底下)|"
    r"(?P<first>最前面?(?:那个|的)?|最上面(?:那个|的|一个)?|头一个|首个|前一个|前者|前面那个|上面那个|开头那个)|(?P<second>后者|后一个|后面那个|下面那个)|(?P<middle>中间(?:那个|的|一个))"
)
_COUNT_FIRST = re.compile(r"(?:前面?|头|上面?)(?P<n>[两二三四五2345])(?:个|种|项|样|条)")
_COUNT_LAST = re.compile(r"(?:后面?|最后|末|下面)(?P<n>[两二三四五2345])(?:个|种|项|样|条)")
_BARE_CHOICE = re.compile(
    r"^(?:选|我选|就|要|那就|选择|点|第)?(?P<n>[1-9]|[一二三四五六七八九]|[A-Fa-f])(?:号?|个|吧|。|，|、|\.)*$"
)
_SEVERAL = re.compile(
    r"^(?:选|有|是|第)?(?P<list>[1-9一二三四五六](?:[、，,和跟与及\s]+(?:第)?[1-9一二三四五六])+)(?:个|种|项|都?有|吧|。)*$"
)


def read_places(said: str, count: int) -> tuple[int, ...]:
    """Zero-based places of the options named by number (「前两个有」, 「第一和第三个」, 「1、3」)."""
    if match := _COUNT_FIRST.search(said):
        return tuple(range(min(count, int(exact(match["n"]) or 0))))
    if match := _COUNT_LAST.search(said):
        wanted = int(exact(match["n"]) or 0)
        return tuple(range(max(0, count - wanted), count))
    if match := _SEVERAL.match(said):
        numbers = [exact(one) for one in re.findall(r"[1-9一二三四五六]", match["list"])]
        return tuple(int(one) - 1 for one in numbers if one is not None and one <= count)
    places: list[int] = []
    for match in _ORDINAL.finditer(said):
        place = _place_of(match)
        if place is not None and abs(place) <= count:
            places.append(place - 1 if place > 0 else count + place)
    if not places and (match := _BARE_CHOICE.match(said)):
        place = _letter_or_number(match["n"])
        if place <= count:
            places.append(place - 1)
    return tuple(dict.fromkeys(places))


def _place_of(match: re.Match[str]) -> int | None:
    if match["n"] is not None:
        value = exact(match["n"])
        return None if value is None or value < 1 else int(-value if match["back"] else value)
    if match["last"]:
        return -1
    if match["first"]:
        return 1
    return 2


def read_ordinal(said: str, count: int | None = None) -> int | None:
    """The one place a message names; −1 is the last. Without a list only spelled-out places count."""
    matches = list(_ORDINAL.finditer(said))
    if matches:
        match = matches[-1]
        if (
            re.match(r"次|天|胎|回|遍|针|年|周|产|时间|一次|节|腰|掌", said[match.end() : match.end() + 2])
            and match["n"]
        ):
            return None
        if match["middle"]:
            return (count + 1) // 2 if count else None
        return _place_of(match)
    if count and (bare := _BARE_CHOICE.match(said)):
        place = _letter_or_number(bare["n"])
        return place if place <= count else None
    return None


def _letter_or_number(said: str) -> int:
    if said.isascii() and said.isalpha():
        return ord(said.lower()) - ord("a") + 1
    return int(exact(said) or 0)
