"""One form for what is written in many: width, script, spacing, repetition, invisible characters.

The raw text is kept; every character of the normal form knows where it came from. Chinese numerals
stay as they are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zhconv

_PUNCTUATION = {
    "、": "､﹑/|",
    "，": ",﹐‚·•~…—–-_=「」『』《》〈〉【】〔〕〖〗()[]{}<>“”‘’\"'`*#^",
    "。": "｡!?;",
    ":": "﹕",
}
_PICTURES = {"🤮": "吐", "🤢": "吐", "🩸": "血", "🤒": "烧", "🥵": "烧", "🤕": "伤"}
_VARIANTS = {"著": "着", "洩": "泄", "裏": "里", "麽": "么", "妳": "你", "牠": "它", "癥": "症", "嚥": "咽"}
"""Traditional and variant characters whose simplified form depends on the word; the one patients mean."""
_WIDE_FIRST, _WIDE_LAST, _WIDE_SHIFT = 0xFF01, 0xFF5E, 0xFEE0

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\U0001f3fb-\U0001f3ff]"
)
_OTHER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\u2190-\u2bff\U0001f000-\U0001faff]+")
_UNCLEAN = re.compile(r"[^一-鿿0-9a-z，。、:%.℃+]")
_CUT = re.compile(r"(?P<gap>[，。、:\s]{2,}|\s)|(?P<said>[一-鿿]{1,2}?)(?P=said){2,}")
_DOUBLED = frozenset("宝蛋娃奶爷爸妈敌阵鸡")
"""Characters that make a word when said twice (宝宝, 蛋蛋, 敌敌畏)."""
_TOKEN_END = re.compile(r"[^\s，。、:]+$")
_TOKEN = re.compile(r"[^\s，。、:]{1,2}")
_SHORT_TOKEN = 2


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` in normal form; `origin[i]` is where character `i` stands in `raw` (`None`: at `i` itself)."""

    raw: str
    text: str
    origin: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw offsets of the normal characters `start` to `end` (not empty)."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """The patient's own words behind the normal characters `start` to `end`."""
        first, last = self.span(start, end)
        return self.raw[first:last]


def normalise(raw: str) -> Normal:
    """Bring `raw` into normal form; linear in its length.

    One character for one: full width, capitals, traditional script, punctuation (all of it becomes 「，」,
    「。」, 「、」 or 「:」), pictures with a meaning. Then invisible and control characters go, white space goes where
    it only spells out, runs of punctuation become one, and what is said three times or more is said once.
    """
    text = raw.translate(_characters())
    if not _UNCLEAN.search(text) and not _CUT.search(text):
        return Normal(raw=raw, text=text)
    text, origin = _without(text, range(len(text)))
    return _cut(raw, text, origin)


def _without(text: str, origin: range) -> tuple[str, list[int]]:
    """Drop invisible characters; what cannot be read becomes a space."""
    hidden = {match.start() for match in _INVISIBLE.finditer(text)}
    kept = [position for position in origin if position not in hidden] if hidden else list(origin)
    if hidden:
        text = _INVISIBLE.sub("", text)
    return _OTHER.sub(lambda match: " " * len(match[0]), text), kept


def _cut(raw: str, text: str, origin: list[int]) -> Normal:
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for match in _CUT.finditer(text):
        start, end = match.span()
        kept = _kept(match, text)
        pieces += (text[last:start], kept)
        places += origin[last:start]
        places += origin[start : start + len(kept)]
        last = end
    pieces.append(text[last:])
    places += origin[last:]
    return Normal(raw=raw, text="".join(pieces), origin=tuple(places))


def _kept(match: re.Match[str], text: str) -> str:
    if said := match["said"]:
        return said * 2 if said in _DOUBLED else said
    gap = match["gap"]
    if "。" in gap:
        return "。" if gap.count("。") == 1 else "，"
    if "，" in gap or "\n" in gap or "\r" in gap:
        return "，"
    for mark in ":、":
        if mark in gap:
            return mark
    return "" if _spelt_out(text, match.start(), match.end()) else "，"


def _spelt_out(text: str, start: int, end: int) -> bool:
    """Whether white space stands beside a single character or number (胸 口 疼, 39 度), not between words."""
    before, after = _TOKEN_END.search(text[max(start - _SHORT_TOKEN, 0) : start]), _TOKEN.match(text, end)
    if before is None or after is None:
        return True
    if text[start - 1].isdigit() or text[end].isdigit():
        return True
    return len(before[0]) == 1 or len(after[0]) == 1


@cache
def _characters() -> dict[int, str]:
    """Traditional to simplified, full to half width, capitals to small letters, pictures to words."""
    zhconv.zhconv.loaddict(str(Path(zhconv.__file__).with_name("zhcdict.json")))  # closes the file
    table = {ord(key): value for key, value in zhconv.zhconv.getdict("zh-cn").items() if len(key) == len(value) == 1}
    marks = {mark: form for form, many in _PUNCTUATION.items() for mark in many}
    table.update({ord(mark): form for mark, form in marks.items()})
    for code in range(_WIDE_FIRST, _WIDE_LAST + 1):
        narrow = chr(code - _WIDE_SHIFT)
        table[code] = marks.get(narrow, narrow.lower())
    table.update({ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
    table.update({ord(key): value for key, value in (_PICTURES | _VARIANTS).items()})
    table[0x3000] = " "
    return table
