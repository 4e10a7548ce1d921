"""Which finals are not what the patient said."""

from __future__ import annotations

import pytest

from domain.voice import Doubt
from tests.voice.fake_decoder import words
from voice.recognition.decoding import Decoded
from voice.recognition.guard import doubt

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "谢谢观看",
        "感谢您的收看,下期再见",
        "优优独播剧场——YoYo Television Series Exclusive",
        "以下是患者在医院里说的普通话。",
        "（音乐）",
        "[掌声]",
    ],
)
def test_sentences_made_up_from_silence_are_not_the_patients(text: str) -> None:
    """However sure the recogniser is."""
    assert doubt(words(text, 0.99), seconds=8) is Doubt.PHANTOM


@pytest.mark.parametrize(
    ("decoded", "seconds", "expected"),
    [
        (words("我胸口疼"), 2, None),
        (words("谢谢"), 1, None),
        (words("好"), 0.3, None),
        (words("我胸口疼", 0.4), 2, Doubt.UNSURE),
        (words(" 。…"), 2, Doubt.NOTHING),
        (words("我胸口疼", 0.3, no_speech=0.8), 2, Doubt.NO_SPEECH),
        (words("我胸口疼", 0.9, no_speech=0.8), 2, None),
        (words("我想挂明天上午心内科的专家号"), 1, Doubt.TOO_FAST),
        (words("我想挂明天上午心内科的专家号"), 3, None),
        (words("好" * 40, repetition=8.0), 15, Doubt.REPEATED),
    ],
)
def test_a_final_is_judged(decoded: Decoded, seconds: float, expected: Doubt | None) -> None:
    """By its words, how sure they are, and how much audio they come from."""
    assert doubt(decoded, seconds=seconds) is expected
