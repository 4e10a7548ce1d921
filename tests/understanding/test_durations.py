"""How long it has lasted, and stretches of time that are something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.understanding.readers import SATURDAY
from understanding import durations

pytestmark = pytest.mark.unit
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("头疼三天了", 3 * DAY),
        ("疼了半个月", 15 * DAY),
        ("两三个小时", 2.5 * HOUR),
        ("一个半小时了", 1.5 * HOUR),
        ("半小时前突然胸口疼", 0.5 * HOUR),
        ("一刻钟", 0.25 * HOUR),
        ("七八天", 7.5 * DAY),
        ("好几年了", 4 * 365 * DAY),
        ("从昨晚开始拉肚子", 14 * HOUR),
        ("昨天开始发烧", DAY),
        ("前天晚上就疼", 38 * HOUR),
        ("今早起床就头晕", 3 * HOUR),
        ("上周三开始", 10 * DAY),
        ("三天前开始疼", 3 * DAY),
        ("半天没尿了", 6 * HOUR),
        ("大半天了", 8 * HOUR),
        ("这两天嗓子疼", 3 * DAY),
        ("个把月", 35 * DAY),
        ("刚刚开始的", timedelta(minutes=10)),
        ("疼了三天，每次十分钟", 3 * DAY),
        ("高血压十年了，今天头晕两小时", 2 * HOUR),
        ("两年前做过手术，最近一周肚子疼", 7 * DAY),
        ("8个月的宝宝发烧2天", 2 * DAY),
        ("老毛病了", 5 * 365 * DAY),
        ("老毛病了，疼了三天", 3 * DAY),
    ],
)
def test_a_duration_is_read(text: str, length: timedelta) -> None:
    """Spans, since-when and vague words become a length against ten on Saturday morning."""
    assert durations.read(text, SATURDAY) == length


@pytest.mark.parametrize(
    "text",
    [
        "一阵一阵的",
        "怀孕三个月了",
        "一天三次",
        "每次十分钟",
        "产后20天了",
        "术后三天发烧",
        "3天内到",
        "12月3日",
        "三个月大的宝宝拉肚子",
        "高血压十年了",
        "支架放了三年",
        "出生十二天",
        "报告三天出结果",
        "",
    ],
)
def test_other_stretches_of_time_are_no_duration(text: str) -> None:
    """Ages, pregnancy, operations, frequencies, dates and chronic illnesses are left out."""
    assert durations.read(text, SATURDAY) is None


def test_every_duration_is_found_with_its_place() -> None:
    """Several durations stand in order, each with its words."""
    text = "头疼三天了，昨晚开始吐"
    assert [text[one.start : one.end] for one in durations.find(text, SATURDAY)] == ["三天", "昨晚"]
