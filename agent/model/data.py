"""What patients and the hospital wrote, made ready to be handed to a model: as data, in blocks it can tell apart.

A block begins with `⟦kind⟧` and ends with `⟦/kind⟧`; these brackets, hidden characters and the control words of
chat templates do not survive inside it. Words addressed to the machine are cut out before. In what a patient
wrote, names, phones, ID numbers and card numbers are starred out, character for character.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from agent.safety.injection import inspect
from understanding import private


class Block(StrEnum):
    """What a block holds; the word stands in its marks."""

    PATIENT = "患者原话"
    DIALOGUE = "此前对话"
    PASSAGE = "医院资料"
    RESULT = "查询结果"
    FACTS = "已定内容"
    OFFERED = "候选"


_FROM_PATIENTS: Final = frozenset({Block.PATIENT, Block.DIALOGUE})
_OUR_OWN: Final = frozenset({Block.FACTS, Block.OFFERED})
_HIDDEN: Final = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_CONTROL: Final = re.compile(r"<[|｜/]?[A-Za-z_▁|｜ -]{1,32}[|｜]?>|\[/?INST\]|<</?SYS>>|[\x00-\x08\x0b-\x1f\x7f]")
_MARKS: Final = str.maketrans({"⟦": "[", "⟧": "]"})
_INTRODUCED: Final = ("我叫", "名叫", "本名", "真名", "姓名", "名字叫", "名字是", "姓名:", "姓名：", "姓名 ", "名字:")
_NO_NAME: Final = "什么|啥|做|不|了|他|她|你|您|过|救|号"
_AFTER_NAME: Final = r"$|[^\u4e00-\u9fff·]|[今的有是性男女电身证年我挂想要住]"
_NAME: Final = re.compile(
    rf"(?:{'|'.join(f'(?<={one})' for one in _INTRODUCED)})(?!{_NO_NAME})[\u4e00-\u9fff·]{{2,4}}?(?={_AFTER_NAME})"
)
_NUMBERED: Final = re.compile(
    r"(?<=号)(?:码|是|为|[:： ])*(?=[A-Za-z-]*[0-9])[0-9A-Za-z-]{5,}|[\w.+-]+@[\w-]+\.[\w.]+", re.ASCII
)


def masked(text: str) -> str:
    """The text with names, phones, ID and card numbers starred out whole; its length stays the same."""
    for one in private.find(text):
        text = text[: one.start] + "*" * (one.end - one.start) + text[one.end :]
    for pattern in (_NAME, _NUMBERED):
        text = pattern.sub(_star, text)
    return text


def block(kind: Block, text: str, *, id_: str = "") -> str:
    """A block of data; `id_` names a passage, so that a sentence can cite it."""
    if kind not in _OUR_OWN:
        text = inspect(text).legitimate
    if kind in _FROM_PATIENTS:
        text = masked(text)
    clean = _CONTROL.sub(" ", _HIDDEN.sub("", text)).translate(_MARKS).strip()
    return f"⟦{kind} {id_}⟧\n{clean}\n⟦/{kind}⟧" if id_ else f"⟦{kind}⟧\n{clean}\n⟦/{kind}⟧"


def _star(found: re.Match[str]) -> str:
    return "*" * len(found[0])
