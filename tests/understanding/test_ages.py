"""Ages in any wording, and what only looks like an age."""

from __future__ import annotations

from datetime import date

import pytest

from understanding import ages

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("8个月的宝宝发烧", 8 / 12),
        ("宝宝八个月了", 8 / 12),
        ("孩子才七个多月，拉肚子", 7 / 12),
        ("三岁半", 3.5),
        ("一岁多", 1.5),
        ("一岁八个月", 1 + 8 / 12),
        ("娃三岁零两个月", 3 + 2 / 12),
        ("四五岁", 4.5),
        ("刚出生三天，不吃奶", 3 / 365.25),
        ("宝宝20天，黄疸", 20 / 365.25),
        ("小孩40天", 40 / 365.25),
        ("孩子刚满月", 30 / 365.25),
        ("没满月的娃", 20 / 365.25),
        ("刚过百天", 100 / 365.25),
        ("半岁", 0.5),
        ("七十多", 75),
        ("我妈七十多了头晕", 75),
        ("六旬老人", 60),
        ("我爸年过七十", 70),
        ("快八十了", 78),
        ("我今年四十好几", 45),
        ("外婆九十了", 90),
        ("我妈72，血压高", 72),
        ("我今年35", 35),
        ("男，45，胸痛", 45),
        ("28岁女", 28),
        ("女儿高二", 16.5),
        ("初三学生", 14.5),
        ("孩子一年级", 6.5),
        ("上大二", 19.5),
        ("62年出生", 64),
        ("1985年生的", 41),
    ],
)
def test_an_age_is_read_in_any_wording(text: str, years: float) -> None:
    """Months, days, decades, school years, years of birth: all become years."""
    age = ages.read(text, TODAY)
    assert age is not None
    assert age.years == pytest.approx(years, abs=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "80后",
        "怀孕8个月",
        "咳嗽8个月了",
        "孩子咳嗽8个月",
        "我38度5",
        "孩子39度",
        "我3天没拉",
        "我妈血压180",
        "我有2个孩子",
        "孩子两天没吃",
        "我妈180斤",
        "我5点吃的药",
        "我10年前做过手术",
        "去年35岁的时候",
        "大一点",
        "我爸一直在吃药",
        "我一下子就晕了",
        "孩子两只手都肿了",
        "",
    ],
)
def test_what_is_no_age_is_left_alone(text: str) -> None:
    """Where a guess would not be safe nothing is read."""
    assert ages.read(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [("35", 35), ("八个月", 8 / 12), ("七十多", 75), ("二十八", 28), ("我妈72了", 72), ("20天", 20 / 365.25)],
)
def test_an_answer_to_how_old_needs_no_further_words(text: str, years: float) -> None:
    """A bare number answers 「多大年龄？」."""
    assert ages.bare(text) == pytest.approx(years, abs=0.01)


def test_an_answer_without_a_number_gives_no_age() -> None:
    """「不知道」 and impossible ages are nothing."""
    assert ages.bare("不知道") is None
    assert ages.bare("500") is None
