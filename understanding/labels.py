"""What a sign's label asks for, and whether an answer says that it holds, that it does not, or neither.

A label is read as its author wrote it: 或, 、 and / join alternatives of which one is enough; 且, 又, 还, 并,
伴 and a comma join parts that must all hold; a limit (≥38.5℃, 两次以上, 超过10分钟) must be met by the number
that was said, and a bare mention leaves it open. Three-valued: `None` is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from domain.clinical import Finding, Presence
from understanding.measured import LIMIT, Limit, Measured, Unit, limit_of

Mentions: TypeAlias = "Callable[[str], Sequence[Finding]]"
"""Reads what a label mentions, with its places."""

_ALTERNATIVES = re.compile(r"[，,；;]?(?:或者|或是|或|以及)|[、；;](?!又)|(?<!\d)/")
_LOOSEST = re.compile(r"[，,；;](?:或者|或是|或)|[；;]")
_ALL_OF = re.compile(
    r"[，,、]?(?:并且|而且|同时|合并|伴有|伴|且|并(?!发)|(?<![又不])又(?!不)|还(?!没|不|是|要|能|会|有))|[，,]"
)
_REMARK = re.compile(r"[（(][^）)]*[）)]")
_STRICT = re.compile(
    r"突然|剧烈|剧|大量|大出血|很多|厉害|迅速|明显|连着|一直|不停|止不住|持续|反复|越来越|最|成片|到处|很快"
)
_DEGREE = re.compile(r"剧烈|剧|大量|大出血|很多|厉害|明显|很")
_EMPTY = re.compile(
    r"[的了着得地个是在会就很也都还又把被儿现时太过有出要或]|有点|一点|有些|感觉|觉得|比较|特别|非常|突然|明显|出现|发生|患者|"
    r"孩子|老人|本人|现在|已经|得厉害|厉害|得很"
)
_MANNER = re.compile(r"^.{1,4}得(?=说不|坐不|站不|睁不|躺不|直不|喝不|吃不|动不|睡不|犯困|出冷汗|恶心)")
"""「喘得说不完整句」 asks for what it has come to, not for being short of breath."""
_FREE = 2
"""So many characters of a part may stay unsaid before its mention is only a part of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """The smallest thing a label asks for; `core` is its text without a limit."""

    text: str
    core: str
    limit: Limit | None


@dataclass(frozen=True, slots=True)
class Label:
    """Alternatives, each a set of conditions, each a set of alternative parts."""

    ways: tuple[tuple[tuple[Part, ...], ...], ...]

    @property
    def parts(self) -> Iterator[Part]:
        """Every part."""
        return (part for way in self.ways for condition in way for part in condition)

    @property
    def alternatives(self) -> bool:
        """Whether any one part is enough."""
        return all(len(way) == 1 for way in self.ways)

    def holds(self, verdicts: Callable[[Part], bool | None]) -> bool | None:
        """Kleene's logic over what is known of the parts."""
        return _any(_all(_any(map(verdicts, condition)) for condition in way) for way in self.ways)


@lru_cache(maxsize=4096)
def parse(label: str) -> Label:
    """The parts of a label and how they are joined."""
    bare = _REMARK.sub("", label)
    return Label(
        tuple(
            tuple(
                tuple(_part(one) for one in _ALTERNATIVES.split(condition) if one)
                for condition in _ALL_OF.split(way)
                if condition
            )
            for way in _LOOSEST.split(bare)
            if way
        )
    )


def meant(
    part: Part,
    *,
    mentions: Mentions,
    present: frozenset[str],
    absent: frozenset[str],
    measured: Measured,
) -> bool | None:
    """What the concepts and numbers of an answer say of a part."""
    spans = _outermost([one for one in mentions(_MANNER.sub("", part.core)) if one.presence is Presence.PRESENT])
    if part.limit is not None:
        met = measured.meets(part.limit)
        spoken = not spans or any(names & present for names in spans) or part.limit.speaks_for_itself
        if met is not None and spoken:
            return met
        return False if spans and all(names & absent and not names & present for names in spans) else None
    if not spans:
        return None
    said = [names for names in spans if names & present]
    if said:
        left = part.core
        for place in spans.values():
            left = left.replace(place, "")
        strict = _STRICT.search(part.core) is not None
        if not strict and len(_EMPTY.sub("", left)) <= _FREE and not measured.soft:
            return True
        if not strict and not _EMPTY.sub("", left):
            return True
        return True if _degree_only(left) and measured.severe else None
    return False if all(names & absent for names in spans) else None


def _degree_only(left: str) -> bool:
    return _DEGREE.search(left) is not None and not _EMPTY.sub("", _DEGREE.sub("", left))


def _outermost(found: Sequence[Finding]) -> dict[frozenset[str], str]:
    """The longest mentions, each with the names that stand there and nowhere inside it, and its words.

    「不动也喘」 is not said by who is short of breath: 喘 stands inside it.
    """
    places = {(one.start, one.end) for one in found}
    kept = {
        place
        for place in places
        if not any(other != place and other[0] <= place[0] and place[1] <= other[1] for other in places)
    }
    inner = {one.concept for one in found if (one.start, one.end) not in kept}
    spans: dict[tuple[int, int], list[Finding]] = {}
    for one in found:
        if (one.start, one.end) in kept:
            spans.setdefault((one.start, one.end), []).append(one)
    return {
        frozenset(str(one.concept) for one in group if one.concept not in inner)
        or frozenset(str(one.concept) for one in group): group[0].quote
        for group in spans.values()
    }


def _part(text: str) -> Part:
    limit = limit_of(text)
    core = LIMIT.sub("", text) if limit else text
    return Part(text=text, core=core, limit=None if limit == Limit(Unit.DAYS) else limit)


def _any(values: Iterator[bool | None] | map[bool | None]) -> bool | None:
    found = list(values)
    if True in found:
        return True
    return None if None in found else False


def _all(values: Iterator[bool | None]) -> bool | None:
    found = list(values)
    if False in found:
        return False
    return None if None in found else True
