"""Whether what a sentence says, and what it allows, stands in the text it rests on. Pure.

Numbers and names are compared elsewhere; here it is the words. A clause that allows something, or spares the
patient something, needs a clause in the text that speaks of the same and does not say the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tools.guidance.terms import words

LEAST_SHARE: Final = 0.5
"""So much of what a sentence or a clause speaks of must stand in the text, or in one clause of it."""
_END = re.compile(r"[。！!？?\n]+")
_END_MARK = re.compile(r"[。！!？?；;]")
_CLAUSE = re.compile(r"[，,；;：:]+")
_FREE = re.compile(r"不(?:收|要|用付|需要?付)(?:任何)?(?:钱|费用?)|免收?费用?")
_EITHER_WAY = re.compile(r"能不能|可不可以|要不要|会不会|是不是|用不用|有没有|能否|是否|可否")
_AGAINST = re.compile(
    r"不(?!同|久|但|仅|过|方便|舒服|适|清楚|便|妨|远|到)|没(?:有)?|未|无(?!论|障碍|线)|勿|禁止|严禁|别(?!人|的)|免(?!疫)"
)
_ALLOWS = re.compile(
    r"(?<!不)(?:可以|能(?!力|量|源)|允许)|不用|不必|无需|不需要|免费|不要紧|随便|随时|任何|都行|没关系"
)
_SMALL_TALK: Final = frozenset(
    {
        "大约",
        "一般",
        "通常",
        "需要",
        "可以",
        "可能",
        "建议",
        "以及",
        "如果",
        "根据",
        "另外",
        "提供",
        "进行",
        "相关",
        "具体",
        "注意",
        "检查",
        "要求",
        "时间",
        "情况",
        "本院",
        "医院",
        "我院",
    }
)


def supported(sentence: str, passage: str) -> bool:
    """Whether the sentence speaks of what the passage speaks of, and allows nothing the passage does not.

    Both are `plain`; a line of the passage without an end mark is a heading.
    """
    said, text = _one_wording(sentence), _one_wording(passage)
    if _share(said, text) < LEAST_SHARE:
        return False
    sentences = [one for one in _END.split(text) if one.strip()]
    parts = [(part, one) for one in sentences for part in _CLAUSE.split(one) if part.strip()]
    forbidding = any(_denies(line) for line in passage.splitlines() if not _END_MARK.search(line))
    return all(_stands(clause, parts, forbidding=forbidding) for clause in _CLAUSE.split(said) if clause.strip())


def _stands(clause: str, parts: Sequence[tuple[str, str]], *, forbidding: bool) -> bool:
    """Whether the nearest clause says the same, not the opposite, and its sentence allows what this one does."""
    shares = [_share(clause, part) for part, _ in parts]
    best = max(shares, default=0.0)
    nearest = [one for one, share in zip(parts, shares, strict=True) if share == best]
    if _ALLOWS.search(clause) and (best < LEAST_SHARE or not any(_ALLOWS.search(whole) for _, whole in nearest)):
        return False
    denies = _denies(clause)
    return best < LEAST_SHARE or (denies and forbidding) or any(_denies(part) is denies for part, _ in nearest)


def _one_wording(text: str) -> str:
    return _FREE.sub("免费", _EITHER_WAY.sub("", text))


def _denies(clause: str) -> bool:
    return len(_AGAINST.findall(clause)) % 2 == 1


def _share(said: str, text: str) -> float:
    """How much of what `said` speaks of stands in `text`, by characters, 0–1; 1 when it speaks of nothing."""
    about = [word for word in words(said) if word.text not in _SMALL_TALK]
    spoken = "".join(word.text for word in words(text))
    weight = sum(len(word.text) for word in about)
    found = sum(len(word.text) * (1.0 if word.text in spoken else _pairs(word.pairs, spoken)) for word in about)
    return found / weight if weight else 1.0


def _pairs(pairs: Sequence[str], text: str) -> float:
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0
