"""Where the patient's words belong in a record: pure, over the real lexicon."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.summaries.lines import question_of
from agent.summaries.sections import Stretch, section_asked, stretches
from domain.summaries import Section
from tests.stores import MONDAY_MORNING
from tests.turn.bedside import knowledge
from understanding.reading import Understanding

pytestmark = pytest.mark.unit


def read(text: str) -> Understanding:
    """One message, read as the service reads it."""
    return knowledge().reader(text, pending=None, now=MONDAY_MORNING)


def sorted_into(text: str) -> dict[Section, list[str]]:
    """The quotes of a message by heading."""
    found: dict[Section, list[str]] = {}
    for one in stretches(text, read(text), read):
        found.setdefault(one.section, []).append(one.quote)
    return found


@pytest.mark.parametrize(
    ("text", "section", "quote"),
    [
        ("头疼三天了，吃完饭更厉害", Section.PRESENT_ILLNESS, "头疼三天了，吃完饭更厉害"),
        ("我有高血压，头疼三天了", Section.PAST_HISTORY, "我有高血压"),
        ("没有糖尿病", Section.PAST_HISTORY, "没有糖尿病"),
        ("以前做过阑尾手术", Section.PAST_HISTORY, "以前做过阑尾手术"),
        ("一直在吃氨氯地平", Section.MEDICATION, "一直在吃氨氯地平"),
        ("昨晚吃了布洛芬，退了又烧", Section.MEDICATION, "昨晚吃了布洛芬"),
        ("对青霉素过敏", Section.ALLERGIES, "对青霉素过敏"),
        ("没有药物过敏", Section.ALLERGIES, "没有药物过敏"),
        ("抽烟三十年了", Section.OTHER, "抽烟三十年了"),
        ("我怀孕12周，有点恶心", Section.OTHER, "我怀孕12周"),
    ],
)
def test_a_stretch_of_words_comes_under_its_heading(text: str, section: Section, quote: str) -> None:
    """Complaint and course, past, drugs, allergies, the rest of the history."""
    assert sorted_into(text)[section] == [quote]


@pytest.mark.parametrize(
    "text", ["你好", "谢谢你", "帮我挂明天上午的号", "停车场在哪", "布洛芬一次吃几片？", "青霉素会不会过敏？"]
)
def test_what_asks_wishes_or_greets_is_no_history(text: str) -> None:
    """A question about a drug is no drug taken."""
    assert sorted_into(text) == {}


def test_an_allergic_illness_is_no_allergy_to_a_drug() -> None:
    """过敏性鼻炎 is an illness."""
    assert Section.ALLERGIES not in sorted_into("我有过敏性鼻炎，老打喷嚏")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "头疼三天",
                "，",
                "。",
                " ",
                "我有高血压",
                "没有发烧",
                "吃了布洛芬",
                "对头孢过敏",
                "？",
                "谢谢",
                "🙂",
                "帮我挂号",
                "\n",
            ]
        ),
        max_size=8,
    ).map("".join)
)
def test_every_quote_stands_in_the_message(text: str) -> None:
    """Whatever is said, at the place that is named, none of them empty and none overlapping."""
    found: tuple[Stretch, ...] = stretches(text, read(text), read)
    end = 0
    for one in found:
        assert one.quote
        assert text[one.start : one.start + len(one.quote)] == one.quote
        assert one.start >= end
        end = one.start + len(one.quote)


def test_the_question_of_a_reply_is_its_last_one() -> None:
    """What stands before is acknowledged, not asked."""
    assert question_of("好的，我听到了。现在有没有下面任何一种？可多选") == "现在有没有下面任何一种？"
    assert question_of("建议现在去急诊。") == ""


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("有药物过敏吗？", Section.ALLERGIES),
        ("在吃什么药吗？", Section.MEDICATION),
        ("现在怀孕吗？", Section.OTHER),
        ("得过心脏病吗？", Section.PAST_HISTORY),
        ("疼得厉害吗？", Section.PRESENT_ILLNESS),
    ],
)
def test_an_answer_comes_under_what_was_asked(question: str, section: Section) -> None:
    """A bare yes says nothing by itself."""
    assert section_asked(question) is section
