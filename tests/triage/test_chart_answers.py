"""What a message already answers: read from the words themselves, so that nobody is asked again."""

from __future__ import annotations

from functools import cache

import pytest

from tests.triage.patients import shipped
from understanding.chart_answers import ChartReader
from understanding.lexicon import Lexicon

pytestmark = pytest.mark.unit


@cache
def reader() -> tuple[Lexicon, ChartReader]:
    """The shipped lexicon and charts, compiled."""
    pack = shipped()
    lexicon = Lexicon(pack.lexicon, pack.patterns)
    return lexicon, ChartReader(lexicon, pack.complaints.values())


def heard(text: str, complaint_id: str) -> dict[str, bool]:
    """Sign or option → present, as one chart hears the text."""
    lexicon, charts = reader()
    return {one.name: one.present for one in charts(lexicon.hear(text)) if one.complaint_id == complaint_id}


@pytest.mark.parametrize(
    ("text", "complaint_id", "expected"),
    [
        ("胸口压得慌，直冒冷汗", "chest_pain", {"sweat": True}),
        ("头疼，没发烧，和以前一样", "headache", {"feverish": False, "和以前一样": True}),
        ("肚子疼得直不起腰，还拉稀", "abdominal_pain", {"重：直不起腰或坐不住": True, "loose": True}),
        ("孩子发烧，叫不醒", "fever_child", {"unrousable": True}),
        ("咳嗽带血丝，有糖尿病", "cough", {"streak": True, "frail": True}),
        ("天旋地转，翻身的时候晕几秒", "dizziness", {"天旋地转": True, "几秒（翻身起床时）": True}),
        ("被蛇咬了", "bite_sting", {"蛇": True}),
        ("晚上睡不着，不想活了", "low_mood", {"safety1": True}),
        ("宝宝从床上掉下来，吐了两次", "head_injury", {"床沙发等低处摔下": True, "vomit": True}),
        ("尿频尿急，尿里有血块，没发烧", "urinary", {"clot": True, "rigor": False}),
        ("眼睛疼，看东西模糊，怕光", "eye_red_pain", {"痛": True, "vision": True, "light": True}),
        ("怀孕了下面见红，肚子疼", "vaginal_bleeding", {"怀孕": True, "pain": True}),
    ],
)
def test_what_was_said_is_heard(text: str, complaint_id: str, expected: dict[str, bool]) -> None:
    """Present where it was said, absent where it was denied."""
    assert expected.items() <= heard(text, complaint_id).items()


def test_denying_one_wording_does_not_deny_a_sign_of_several() -> None:
    """「没晕倒」 says nothing of feeling faint."""
    assert "faint" not in heard("胸口疼，没晕倒", "chest_pain")


def test_history_is_not_present() -> None:
    """An operation years ago is no cold sweat now, and a past faint is not this one."""
    assert heard("以前晕倒过，现在就是胸口疼", "chest_pain").get("faint") is not True
