"""The day a told reading is of."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.stores import SHANGHAI
from understanding import past_days

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "name", "at"),
    [
        ("昨天的血压150/95", "昨天", datetime(2026, 3, 1, 9, 30, tzinfo=SHANGHAI)),
        ("昨晚血压150/95", "昨天", datetime(2026, 3, 1, 20, 0, tzinfo=SHANGHAI)),
        ("昨天，血压150/95，心率80", "昨天", datetime(2026, 3, 1, 9, 30, tzinfo=SHANGHAI)),
        ("前天早上空腹血糖7.8", "前天", datetime(2026, 2, 28, 8, 0, tzinfo=SHANGHAI)),
        ("大前天下午量的血压是150/95", "大前天", datetime(2026, 2, 27, 15, 0, tzinfo=SHANGHAI)),
        ("我昨天体重一百二十斤", "昨天", datetime(2026, 3, 1, 9, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_reading_said_to_be_of_a_past_day_is_of_that_day(text: str, name: str, at: datetime) -> None:
    """With the part of the day, where it is said."""
    assert past_days.read(text, NOW) == past_days.PastDay(name=name, at=at)


@pytest.mark.parametrize(
    "text",
    [
        "血压150/95",
        "今天早上血压150/95",
        "昨天发烧了，今天血压150/95",
        "昨天忘了量，血压150/95",
        "昨天血压150/95，今天145/90",
        "现在血压150/95，昨天没量",
        "饭前血糖7.8",
        "饭前天天量，饭前天天7.8",
        "早餐前7.8",
        "以前150/95",
        "昨天没量",
        "",
    ],
)
def test_what_is_not_clearly_of_one_past_day_is_not_dated_back(text: str) -> None:
    """A day said of something else, of several readings, or words that only look like a day."""
    assert past_days.read(text, NOW) is None
