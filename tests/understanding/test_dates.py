"""Days and times for booking, relative to a Saturday morning."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling import Period
from tests.understanding.readers import SATURDAY
from understanding import dates

pytestmark = pytest.mark.unit


def _day(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("今天", _day(11, 21), None),
        ("明天", _day(11, 22), None),
        ("明儿下午", _day(11, 22), None),
        ("后天", _day(11, 23), None),
        ("大后天", _day(11, 24), None),
        ("周六", _day(11, 21), None),
        ("周三", _day(11, 25), None),
        ("下周三", _day(11, 25), None),
        ("下下周一", _day(11, 30), None),
        ("礼拜天", _day(11, 22), None),
        ("这个周末", _day(11, 21), _day(11, 22)),
        ("下周末", _day(11, 28), _day(11, 29)),
        ("下周", _day(11, 23), _day(11, 29)),
        ("周一到周三", _day(11, 23), _day(11, 25)),
        ("周五或周六", _day(11, 21), _day(11, 27)),
        ("25号", _day(11, 25), None),
        ("3号", _day(12, 3), None),
        ("25号到28号", _day(11, 25), _day(11, 28)),
        ("12月3日", _day(12, 3), None),
        ("12月3", _day(12, 3), None),
        ("11.25", _day(11, 25), None),
        ("1月8日", _day(1, 8, 2027), None),
        ("下个月5号", _day(12, 5), None),
        ("月底", _day(11, 24), _day(11, 30)),
        ("下个月初", _day(12, 1), _day(12, 10)),
        ("三天后", _day(11, 24), None),
        ("3天内", _day(11, 21), _day(11, 24)),
        ("下周三之前", _day(11, 21), _day(11, 25)),
        ("周一以后", _day(11, 23), _day(12, 7)),
        ("不要明天，后天吧", _day(11, 23), None),
    ],
)
def test_a_day_is_read_as_people_mean_it(text: str, first: date, last: date | None) -> None:
    """Weeks begin on Monday, a weekday alone is the coming one, a past day of the month is the next month's."""
    when = dates.read(text, SATURDAY)
    assert (when.first, when.last) == (first, last or first)


@pytest.mark.parametrize("text", ["这周五", "昨天", "上周三", "8号楼", "三号线", "2号窗口", "头疼", "31月5号", ""])
def test_the_past_and_places_are_no_day(text: str) -> None:
    """Nothing that is over or is a building is offered as a day."""
    assert dates.read(text, SATURDAY).first is None


@pytest.mark.parametrize(
    ("text", "period", "hour"),
    [
        ("明天上午", Period.MORNING, None),
        ("明早", Period.MORNING, None),
        ("早上八点左右", Period.MORNING, 8),
        ("下午3点半", Period.AFTERNOON, 15.5),
        ("下午两点", Period.AFTERNOON, 14),
        ("三点", Period.AFTERNOON, 15),
        ("14:30", Period.AFTERNOON, 14.5),
        ("今晚", Period.AFTERNOON, None),
        ("明天上午不行，下午", Period.AFTERNOON, None),
        ("中午", None, None),
    ],
)
def test_a_time_of_day_is_read(text: str, period: Period | None, hour: float | None) -> None:
    """Half days and clock times; a small hour without more is the afternoon."""
    when = dates.read(text, SATURDAY)
    assert (when.period, when.hour) == (period, hour)


@pytest.mark.parametrize("text", ["越早越好", "最早的", "尽快", "有号就行", "哪天都行"])
def test_the_sooner_the_better(text: str) -> None:
    """Whoever takes any day wants the soonest."""
    assert dates.read(text, SATURDAY).soonest


@given(st.integers(min_value=0, max_value=400), st.sampled_from("一二三四五六日"))
def test_next_week_is_the_week_after_the_coming_sunday(offset: int, weekday: str) -> None:
    """On any day 下周X lies in the next Monday-based week, and X alone within seven days."""
    now = SATURDAY + timedelta(days=offset)
    monday = now.date() - timedelta(days=now.weekday())
    next_week, coming = dates.read(f"下周{weekday}", now).first, dates.read(f"周{weekday}", now).first
    assert next_week == monday + timedelta(days=7 + "一二三四五六日".index(weekday))
    assert coming is not None
    assert 0 <= (coming - now.date()).days < 7
