"""A symptom denied in the middle of its own word: 气不短, 心也不慌, 血压不高."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_DENIAL = re.compile(
    r"(?:也|都|倒|就|并|还|从来|一直)?(?:不|没有?)(?:再|会|怎么会)?(?=(?P<end>[一-鿿])(?!不|没|[一-鿿]{0,2}[吗么嘛]))"
)
_UNDENIED = re.compile(r"(?:是|要|得|知|好|差|可能|能|有)$")
_SHORTEST, _LONGEST = 2, 4


class Parted:
    """Finds the words of `forms` that are said with a denial before their last character."""

    def __init__(self, forms: Mapping[str, Iterable[int]]) -> None:
        self._forms = {
            form: tuple(numbers) for form, numbers in forms.items() if _SHORTEST <= len(form) <= _LONGEST and numbers
        }
        self._ends = frozenset(form[-1] for form in self._forms)

    def find(self, text: str) -> list[tuple[int, int, tuple[int, ...]]]:
        """Start, end and concepts of each, left to right; the longest word wins."""
        found = []
        for denial in _DENIAL.finditer(text):
            last = denial["end"]
            if last not in self._ends or _UNDENIED.search(text[: denial.start()]):
                continue
            for size in range(_LONGEST - 1, 0, -1):
                start = denial.start() - size
                if start >= 0 and (numbers := self._forms.get(text[start : denial.start()] + last)):
                    found.append((start, denial.end() + 1, numbers))
                    break
        return found
