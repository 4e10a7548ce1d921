"""Changes of wording that must never lower what the screen says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import zhconv
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.red_flags.compiled import acts_at, raised, wordings

pytestmark = pytest.mark.unit

_FULL_WIDTH = 0xFEE0
_SEPARATORS = "，。"


def _wide(text: str) -> str:
    return "".join(chr(ord(character) + _FULL_WIDTH) if "!" <= character <= "~" else character for character in text)


CHANGES: dict[str, Callable[[str], str]] = {
    "a relative makes little of it": lambda text: text + "，应该没事吧，他就是矫情",
    "the patient makes little of it": lambda text: "可能是累的，" + text + "，休息一下就好了吧",
    "politeness": lambda text: "医生您好，麻烦问一下，" + text + "，谢谢您",
    "tests were normal": lambda text: text + "，检查都正常",
    "refusing help": lambda text: text + "，不想去医院，别叫救护车",
    "asking whether it matters": lambda text: text + "，要紧吗",
    "another errand first": lambda text: "我想退号，" + text,
    "shouting": lambda text: text.replace("，", "。。。") + "！！！",
    "new lines": lambda text: text.replace("，", "\n\n\n"),
    "no punctuation": lambda text: text.replace("，", ""),
    "traditional characters": lambda text: zhconv.convert(text, "zh-tw"),
    "spaces between characters": " ".join,
    "zero-width characters": "\u200b".join,
    "full width": _wide,
    "pictures": lambda text: "😭😭" + text + "🙏🙏🙏",
    "control characters": lambda text: "\x07\x1b" + text + "\x00",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_harmless_change_never_lowers_a_flag(change: Callable[[str], str]) -> None:
    """Over every wording of every rule: the rule stays, and what acts at once stays as urgent."""
    lowered = []
    for row in wordings():
        for text in row.said:
            before, after = raised(text), raised(change(text))
            if row.rule_id not in after or acts_at(after.values()) < acts_at(before.values()):
                lowered.append((row.rule_id, change(text)))
    assert not lowered


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("胸闷，冒冷汗", "胸门，冒冷汗"),
        ("喘不上气，嘴唇发紫", "喘不上汽，嘴唇发紫"),
        ("口吐白沫，抽搐", "口吐白末，抽畜"),
        ("吃了野蘑菇，上吐下泻", "吃了野磨菇，上吐下泄"),
        ("刚才突然晕倒，胸痛", "刚才突然晕到了，胸痛"),
        ("说话大舌头，嘴歪了", "说话大舌头，最歪了"),
        ("半边身子动不了", "半边身子冻不了"),
        ("喝了百草枯", "喝了百草哭"),
        ("打完胰岛素叫不醒", "打完移岛素叫不醒"),
        ("怎么叫都没反应，倒地上了", "怎么叫都没反映，倒地上了"),
    ],
)
def test_a_homophone_never_lowers_a_flag(text: str, written: str) -> None:
    """A typing or recognition error adds a reading; what acted at once still does."""
    assert acts_at(raised(text).values()) >= 3
    assert acts_at(raised(written).values()) >= acts_at(raised(text).values())


_ROWS = [(row.rule_id, text) for row in wordings() for text in row.said]


@settings(max_examples=60, deadline=None)
@given(
    row=st.sampled_from(_ROWS),
    names=st.lists(st.sampled_from(sorted(CHANGES)), min_size=2, max_size=3, unique=True),
)
def test_changes_on_top_of_each_other_never_lose_a_flag(row: tuple[str, str], names: list[str]) -> None:
    """Two or three changes together still leave the rule raised."""
    rule_id, text = row
    for name in names:
        text = CHANGES[name](text)
    assert rule_id in raised(text)


@settings(max_examples=80, deadline=None)
@given(row=st.sampled_from(_ROWS), place=st.integers(min_value=0), times=st.integers(min_value=3, max_value=40))
def test_repeating_a_character_never_loses_a_flag(row: tuple[str, str], place: int, times: int) -> None:
    """「胸口疼疼疼疼」: a character said many times is said once; numbers are left alone."""
    rule_id, text = row
    character = text[place % len(text)]
    if character.isascii() or character in "零一二三四五六七八九十百两几半" or character in _SEPARATORS:
        return
    assert rule_id in raised(text.replace(character, character * times, 1))
