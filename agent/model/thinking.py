"""Takes a model's thinking out of its reply while the reply streams in, however it is cut into chunks.

Thinking is whatever stands between `<think>` and `</think>`: tags in any case, with white space or attributes
inside (`< Think >`, `</think >`), `<thinking>` and `<thought>` alike, nested, or never closed. Pure.
"""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"<\s{0,8}(/?)\s{0,8}(?:think|thinking|thought)(?:[\s/][^<>]{0,64})?>", re.IGNORECASE)
_LONGEST: Final = 92
"""Characters of the longest tag."""
_BEGINNING: Final = re.compile(
    r"<\s{0,8}/?\s{0,8}(?:"
    r"(?:think|thinking|thought)(?:[\s/][^<>]{0,64})?"
    r"|(?:t(?:h(?:i(?:n(?:k(?:i(?:ng?)?)?)?)?|o(?:u(?:gh?)?)?)?)?)?"
    r")\Z",
    re.IGNORECASE,
)


class ThinkFilter:
    """Feed it chunks, show what it gives back. What is held back is at most the beginning of a tag."""

    def __init__(self) -> None:
        self._rest = ""
        self._depth = 0
        self.unopened = False
        """Whether a closing tag came that nothing had opened: what was shown before it was thinking."""

    @property
    def thinking(self) -> bool:
        """Whether the text is inside thinking now."""
        return self._depth > 0

    def feed(self, chunk: str) -> str:
        """Add a chunk; the text that may be shown."""
        if not self._rest and not self._depth and "<" not in chunk:
            return chunk
        return self._take(self._rest + chunk, final=False)

    def flush(self) -> str:
        """End of the reply: what is left to show. Thinking that was never closed is dropped."""
        return self._take(self._rest, final=True)

    def _take(self, text: str, *, final: bool) -> str:
        shown: list[str] = []
        place = 0
        for tag in _TAG.finditer(text):
            if not self._depth:
                shown.append(text[place : tag.start()])
            place = tag.end()
            if tag.group(1):
                self.unopened = self.unopened or not self._depth
                self._depth = max(self._depth - 1, 0)
            elif not tag.group().endswith("/>"):
                self._depth += 1
        rest = text[place:]
        held = None if final else _beginning(rest)
        keep = len(rest) if held is None else held
        self._rest = rest[keep:]
        if not self._depth:
            shown.append(rest[:keep])
        return "".join(shown)


def _beginning(text: str) -> int | None:
    """Where the beginning of a tag stands at the end of `text`, if one does."""
    start = text.rfind("<", max(len(text) - _LONGEST, 0))
    return start if start >= 0 and _BEGINNING.match(text, start) else None


def without_thinking(text: str) -> str:
    """A whole reply without its thinking."""
    thoughts = ThinkFilter()
    return thoughts.feed(text) + thoughts.flush()
