"""Which offered options a free-text answer ticks, denies or leaves unsure: by words, concepts and places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.session import Option
from understanding.labels import Label, Mentions, Part, meant, parse
from understanding.measured import Measured
from understanding.reading import Readings

NONE_LABEL = re.compile(
    r"^(?:以上|全|全部)?(?:都|全|均|皆)(?:没有|无|不是|没)(?:这些|以上)?(?:情况)?$|^没有以上|^以上没有"
)
UNSURE_LABEL = re.compile(r"^(?:不清楚|说不清|不知道|不确定|不好说)$")

_CLAUSE = re.compile(r"[，。！？；,!?;\n]+|(?:但是?|不过|只是|可是|然后|而且|就是(?!说)|还有|倒是|另外)")
_DENIED = re.compile(
    r"没有?(?!错|事|劲|力|精神|胃口|尿|准)|不(?!舒服|停|住|得不|过|清楚|知道|确定|能|敢|动|完整)|无(?!力)|未|并非|冇|莫得|从来没"
)
_DENIED_AFTER = re.compile(
    r"^(?:倒|也|都|是|这个|那个|这种|的情况|症状|情况)*(?:没有|没|不存在|否|无|不算|不是)(?:$|的|过|啊|吧|呢|出现)|^(?:倒|也|都|是)*不(?!停|住|断|退|下|了|出|动|清|能|敢|得|够|完|成)"
)
_UNSURE = re.compile(r"不清楚|不知道|不确定|说不好|不好说|不太清楚|没注意|记不清|不晓得|拿不准")
_NOT_DENIED = re.compile(r"不是没有?|没有不|有没有|不得不|是不是|能不能|会不会")
_ALTERNATIVE = re.compile(r"[、，,/；;（）()：:]|或者?|以及|(?<=[^温])和|且")
_NOISE = re.compile(r"[的了着得地个是在会就很也都还又把被儿现时太]|有点|一点|有些|感觉|觉得|比较|特别|非常|突然|明显")
_SAME = (
    ("左边小肚子", "左下腹"),
    ("右边小肚子", "右下腹"),
    ("小肚子", "下腹"),
    ("整个肚子", "全腹"),
    ("满肚子", "全腹"),
    ("疼痛", "疼"),
    ("痛", "疼"),
    ("发热", "发烧"),
    ("昏倒", "晕倒"),
    ("晕过去", "晕倒"),
    ("晕厥", "晕倒"),
    ("昏过去", "晕倒"),
    ("冒冷汗", "出冷汗"),
    ("一身冷汗", "出冷汗"),
    ("冒虚汗", "出冷汗"),
    ("出虚汗", "出冷汗"),
    ("喘不上气", "气短"),
    ("喘不过气", "气短"),
    ("上不来气", "气短"),
    ("呼吸困难", "气短"),
    ("憋气", "气短"),
    ("拉肚子", "拉稀"),
    ("腹泻", "拉稀"),
    ("肚子", "腹"),
    ("腹部", "腹"),
    ("胸口", "胸"),
    ("心口", "胸"),
    ("脑袋", "头"),
    ("手机", ""),
    ("血丝", "血"),
    ("呕吐", "吐"),
    ("钟头", "小时"),
)
COVERED = 0.5
"""From this share of its character pairs on, a text says what a label says."""
_PIECE, _PIECE_SHARE = 3, 0.4
_TOGETHER = 0.6
"""From this share on, clauses that say parts of a label between them say it together."""
_HEADS = frozenset(
    {
        "精神",
        "脸色",
        "呼吸",
        "说话",
        "走路",
        "月经",
        "小便",
        "大便",
        "尿色",
        "嘴唇",
        "眼睛",
        "体温",
        "血压",
        "血糖",
        "血氧",
    }
)
"""What a part is about says nothing yet of how it is: 「精神好」 is no 「精神差」."""
_SHORTEST = 2
"""A single character stands in too many words to be found by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionMatch:
    """Values of the options an answer says hold, do not hold, or cannot say."""

    ticked: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def match_options(
    text: str,
    options: Sequence[Option],
    *,
    present: frozenset[str] = frozenset(),
    absent: frozenset[str] = frozenset(),
    mentions: Mentions | None = None,
    measured: Measured | None = None,
) -> OptionMatch:
    """Match an answer to the options of a card on which several may hold.

    `present` and `absent` are the concepts found in the answer, `mentions` reads a label, `measured` is what
    the answer says in numbers. A denial holds for the options of its own clause only; 「都没有」 and 「都有」
    are for the caller.
    """
    clauses = [_Clause(clause) for clause in _CLAUSE.split(text) if clause]
    measured = measured or Measured.of(text, Readings(), None)
    verdict: dict[str, str] = {}
    for option in options:
        if NONE_LABEL.match(option.label) or UNSURE_LABEL.match(option.label):
            continue
        label = parse(option.label)
        said = {part: _part(part, clauses, present, absent, mentions, measured) for part in set(label.parts)}
        held = label.holds({part: holds for part, (holds, _) in said.items()}.get)
        if held is None and mentions and label.alternatives and _whole(option.label, label, mentions) & present:
            held = True
        if held is not None:
            verdict[option.value] = "ticked" if held else "denied"
        elif any(unsure for _, unsure in said.values()):
            verdict[option.value] = "unsure"
    return OptionMatch(
        ticked=_having(verdict, "ticked"), denied=_having(verdict, "denied"), unsure=_having(verdict, "unsure")
    )


def _whole(text: str, label: Label, mentions: Mentions) -> frozenset[str]:
    """The concepts a list of alternatives is about only as a whole: 「撕裂样、窜到后背」."""
    pieces = {one.concept for part in label.parts for one in mentions(part.core)}
    return frozenset(str(one.concept) for one in mentions(text) if one.concept not in pieces)


def _part(
    part: Part,
    clauses: Sequence[_Clause],
    present: frozenset[str],
    absent: frozenset[str],
    mentions: Mentions | None,
    measured: Measured,
) -> tuple[bool | None, bool]:
    """What an answer says of one part of a label, and whether it says that it does not know."""
    said = {clause.says(place) for clause in clauses if (place := clause.find(part.core)) is not None}
    if not said and not (mentions and mentions(part.core)):
        said = {clause.says(place) for clause in clauses if (place := clause.single(part.core)) is not None}
    if not said and len(clauses) > 1 and coverage(plain(part.core), "".join(map(str, clauses))) >= _TOGETHER:
        said = {clause.says((0, 0)) for clause in clauses}
    by_meaning = meant(part, mentions=mentions, present=present, absent=absent, measured=measured) if mentions else None
    if part.limit is not None:
        met = measured.meets(part.limit)
        if "ticked" in said and met is not None:
            return met, False
        return (False if said == {"denied"} else by_meaning), "unsure" in said
    if "ticked" in said and by_meaning is not False:
        return True, False
    if "denied" in said and by_meaning is not True:
        return False, False
    return by_meaning, "unsure" in said


def plain(text: str) -> str:
    """The text with synonyms levelled and words without content taken out, for comparing."""
    for word, same in _SAME:
        text = text.replace(word, same)
    return _NOISE.sub("", text).lower()


def _having(verdict: Mapping[str, str], said: str) -> tuple[str, ...]:
    return tuple(value for value, kind in verdict.items() if kind == said)


def alternatives(label: str) -> Iterator[str]:
    """The levelled parts of a label, however they are joined."""
    for part in _ALTERNATIVE.split(label):
        if cleaned := plain(part):
            yield cleaned


def _bigrams(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)] or [text]


def coverage(part: str, said: str) -> float:
    """The share of a label part's character pairs that the answer says."""
    pairs = _bigrams(part)
    return sum(pair in said for pair in pairs) / len(pairs)


class _Clause:
    """One clause of an answer, levelled for comparing."""

    def __init__(self, text: str) -> None:
        self._said = plain(text)

    def __str__(self) -> str:
        return self._said

    def find(self, part: str) -> tuple[int, int] | None:
        """Where the clause says what a part of a label says, in its plain text."""
        wanted = plain(part)
        if self._inside(wanted):
            return 0, len(self._said)
        said_of_it = coverage(wanted, self._said)
        if len(wanted) < _SHORTEST or said_of_it < COVERED or (said_of_it == COVERED and wanted[:2] in _HEADS):
            return None
        said = self._said
        places = [(said.find(pair), said.find(pair) + len(pair)) for pair in _bigrams(wanted) if pair in said]
        return min(place[0] for place in places), max(place[1] for place in places)

    def single(self, part: str) -> tuple[int, int] | None:
        """Where a part of one character that the lexicon does not know stands by itself."""
        place = self._said.find(plain(part))
        return None if place < 0 or len(plain(part)) != 1 else (place, place + 1)

    def _inside(self, wanted: str) -> bool:
        """Whether the clause is a good piece of the part: 「脖子硬」 of 「脖子硬低不下头」."""
        return len(self._said) >= _PIECE and self._said in wanted and len(self._said) / len(wanted) >= _PIECE_SHARE

    def says(self, place: tuple[int, int]) -> str:
        """Whether what stands there is said to be, denied, or not known."""
        before, after = _NOT_DENIED.sub("", self._said[: place[0]]), self._said[place[1] :]
        if _UNSURE.search(self._said):
            return "unsure"
        if _DENIED.search(before) or _DENIED_AFTER.match(after):
            return "denied"
        return "ticked"
