"""Whether a message is in a language the service does not read. Pure; judged by the script alone."""

from __future__ import annotations

import re

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_OTHER_SCRIPT = re.compile(
    r"[\u0400-\u052f\u0590-\u05ff\u0600-\u077f\ufb50-\ufdff\ufe70-\ufefc\u0900-\u0dff\u0e00-\u0eff\u0f00-\u0fff"
    r"\u1000-\u109f\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\u1780-\u17ff\u1800-\u18af\ua000-\ua4cf]"
)
"""Cyrillic, Hebrew, Arabic (Uyghur, Kazakh), Indic, Thai, Lao, Tibetan, Burmese, Hangul, Khmer, Mongolian, Yi."""
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff']{2,}")
_FEWEST_LETTERS = 2
_FEWEST_WORDS = 3
_FEWEST_CHARACTERS = 4


def is_foreign(text: str) -> bool:
    """Whether `text` is written in another script than Chinese, or in a sentence of Latin words.

    A line of Chinese beside Japanese ones is read.
    """
    if len(_KANA.findall(text)) >= _FEWEST_LETTERS:
        lines = (line for line in text.splitlines() if not _KANA.search(line))
        return not any(len(_CHINESE.findall(line)) >= _FEWEST_CHARACTERS for line in lines)
    if _CHINESE.search(text):
        return False
    return len(_OTHER_SCRIPT.findall(text)) >= _FEWEST_LETTERS or len(_LATIN_WORD.findall(text)) >= _FEWEST_WORDS
