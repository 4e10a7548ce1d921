"""Cut a text, whole or as it streams in, into sentences that can be judged and said one by one.

A sentence ends at 。！？；, at a line break, and at ! ? ; . where these end a sentence rather than stand in a
number (37.5), a time, an address or an abbreviation. Whatever belongs to the ending stays with it: further
marks (？！, ……), closing quotes and brackets, white space. The sentences put together are the text.
"""

from __future__ import annotations

_FULL = frozenset("。！？；\n")
_HALF = frozenset("!?;.")
_TRAILING = frozenset("。！？；!?;.…~～”’」』）)】》〉]")
_ABBREVIATIONS = frozenset({"dr", "mr", "mrs", "ms", "no", "vs", "etc", "eg", "ie", "tel", "st"})


class SentenceStream:
    """Collects chunks and gives out sentences; how the text is cut into chunks never matters."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, chunk: str) -> tuple[str, ...]:
        """Add a chunk; the sentences now complete.

        A sentence is complete only when the first character after it is there, because a closing quote or
        a second mark may still follow.
        """
        self._rest += chunk
        return self._take(final=False)

    def flush(self) -> tuple[str, ...]:
        """End of the text: what is left, also without a mark at its end."""
        return self._take(final=True)

    def _take(self, *, final: bool) -> tuple[str, ...]:
        sentences: list[str] = []
        while (end := _first_end(self._rest, final=final)) > 0:
            sentences.append(self._rest[:end])
            self._rest = self._rest[end:]
        return tuple(sentences)


def split(text: str) -> tuple[str, ...]:
    """The sentences of a whole text; none when nothing is to be seen in it."""
    stream = SentenceStream()
    return stream.feed(text) + stream.flush()


def _first_end(text: str, *, final: bool) -> int:
    """Length of the first sentence in `text`; 0 when it is not complete yet or there is nothing to see."""
    seen = False
    for index, character in enumerate(text):
        seen = seen or not character.isspace()
        if not seen or (character not in _FULL and character not in _HALF):
            continue
        if index + 1 == len(text) and not final:
            return 0
        if character in _HALF and not _half_ends(text, index):
            continue
        end = _with_trailing(text, index + 1)
        return end if final or end < len(text) else 0
    return len(text) if final and seen else 0


def _half_ends(text: str, index: int) -> bool:
    """Whether the ASCII mark at `index` ends a sentence."""
    following = text[index + 1 : index + 2]
    if following.isascii() and (following.isalnum() or following in {"/", "=", "&", "_", "-"}):
        return False
    if text[index] != ".":
        return True
    word = _word_before(text, index)
    if not word:
        return index > 0 and not text[index - 1].isspace()
    return not word[-1].isdigit() and len(word) > 1 and word.lower() not in _ABBREVIATIONS


def _word_before(text: str, index: int) -> str:
    """The run of ASCII letters and digits that ends at `index`."""
    start = index
    while start > 0 and text[start - 1].isascii() and text[start - 1].isalnum():
        start -= 1
    return text[start:index]


def _with_trailing(text: str, end: int) -> int:
    """`end` moved past everything that still belongs to the sentence before it."""
    while end < len(text):
        closes_quote = text[end] == '"' and text.count('"', 0, end) % 2 == 1
        if not (text[end] in _TRAILING or text[end].isspace() or closes_quote):
            break
        end += 1
    return end
