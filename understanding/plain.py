"""The message in one script and width, character for character, for everything that reads numbers and wishes.

Unlike `normalise`, punctuation that carries meaning between digits (150/95, 3-5, 14:30) stays.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import zhconv

_WIDE_FIRST, _WIDE_LAST, _WIDE_SHIFT = 0xFF01, 0xFF5E, 0xFEE0
_KEPT_WIDE = frozenset("，！？；")
_SPACED = re.compile(r"(?<=[一-鿿])[ \t\u3000]+(?=[一-鿿])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe0f\ufeff]")


def plain(raw: str) -> str:
    """Traditional to simplified, full to half width; spaces inside Chinese and invisible characters go."""
    text = raw.translate(_characters())
    if not text.isprintable() or "\u00ad" in text:
        text = _INVISIBLE.sub("", text)
    return _SPACED.sub("", text) if " " in text or "\t" in text else text


@cache
def _characters() -> dict[int, str]:
    zhconv.zhconv.loaddict(str(Path(zhconv.__file__).with_name("zhcdict.json")))  # closes the file
    table = {ord(key): value for key, value in zhconv.zhconv.getdict("zh-cn").items() if len(key) == len(value) == 1}
    for code in range(_WIDE_FIRST, _WIDE_LAST + 1):
        if chr(code) not in _KEPT_WIDE:
            table[code] = chr(code - _WIDE_SHIFT)
    table[0x3000] = " "
    return table
