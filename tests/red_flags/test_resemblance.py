"""The second net: messages worded like emergencies although no pattern knows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.clinical import RuleId
from domain.errors import KnowledgeError
from knowledge.wordings import Wordings, load_wordings
from tests.red_flags.compiled import resemblance, screen
from tools.triage.resemblance import THRESHOLD, USUAL_CHARACTERS, Resemblance
from understanding.normalise import normalise

pytestmark = pytest.mark.unit

FLAG = RuleId("RF-001")


def score(text: str) -> float:
    """What the pack's examples make of a message."""
    return resemblance().score(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        "我叔摔在猪圈边上了翻他身子软得跟面条似的，眼睛半睁着没有光",
        "老头早上还骑车买菜，这会儿跟他讲话他光看着我，手里的碗也端不住掉地上了",
        "娃从早上到现在喊他都懒得抬眼皮，嘴巴干得起皮，一片尿不湿都没湿",
        "喝了一口不知道是啥的瓶子里的水，嘴里火烧一样，说是除锈用的",
    ],
)
def test_an_emergency_in_words_nobody_listed_is_noticed(text: str) -> None:
    """Whether by a pattern or by resemblance, the message does not pass for harmless."""
    found = screen()(text)
    assert found.flags or found.alarm


@pytest.mark.parametrize(
    "text",
    ["请问发票在哪里开", "想挂个皮肤科，脸上长痘", "谢谢你，解释得很清楚", "医保卡忘带了能不能先看病", "体检要空腹吗"],
)
def test_everyday_messages_alarm_nobody(text: str) -> None:
    """Business and mild complaints stay under the threshold."""
    assert score(text) < THRESHOLD
    assert not screen()(text).alarm


def test_a_pattern_that_holds_leaves_nothing_to_resemblance() -> None:
    """A flag speaks for itself."""
    found = screen()("我爸突然嘴歪说不出话")
    assert found.certain
    assert not found.alarm


def test_a_danger_buried_in_a_long_message_still_counts() -> None:
    """Of a long text the worst run of clauses counts, not the whole."""
    chatter = "我想问一下复印病历要带什么，发票在哪里换，停车场怎么收费，" * 10
    danger = "他躺在地上眼睛翻白怎么拍都没动静，嘴唇发紫，"
    assert len(chatter) > 2 * USUAL_CHARACTERS
    assert score(chatter + danger + chatter) >= THRESHOLD > score(chatter)


def test_an_example_counts_as_soon_as_it_is_written_down() -> None:
    """No training: a new wording moves the score of what is worded alike."""
    before = Resemblance(Wordings(alarming=((FLAG, "他倒下了"),), harmless=("想挂个号",)))
    after = Resemblance(Wordings(alarming=((FLAG, "他倒下了"), (FLAG, "身子直挺挺往后一仰")), harmless=("想挂个号",)))
    assert after.score("奶奶直挺挺往后一仰") > before.score("奶奶直挺挺往后一仰")


def write(folder: Path, alarming: str, harmless: str = "想挂号\n") -> Path:
    """A folder of examples."""
    (folder / "alarming.tsv").write_text(alarming, encoding="utf-8")
    (folder / "harmless.tsv").write_text(harmless, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("alarming", "line", "says"),
    [
        ("# 说明\nRF-999\t他没气了\n", 2, "没有这个危险信号"),
        ("他没气了\n", 1, "制表符"),
        ("RF-001\t他没气了\nRF-001\t他没气了\n", 2, "写了两次"),
        ("RF-001\t想挂号\n", 1, "写了两次"),
        ("# 空\n", 1, "都要有"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, alarming: str, line: int, says: str) -> None:
    """An editor learns file, line and what is wrong."""
    with pytest.raises(KnowledgeError, match=says) as caught:
        load_wordings(write(tmp_path, alarming), {FLAG})
    assert caught.value.line == line


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Both files are needed."""
    with pytest.raises(KnowledgeError, match="读不出来"):
        load_wordings(tmp_path, {FLAG})
