"""When people sit at the desk: reading the plan, and what it says at a moment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.desk_hours import DeskHours, in_words
from domain.errors import KnowledgeError
from knowledge.desk_hours import load_desk
from knowledge.loader import DIRECTORY

pytestmark = pytest.mark.unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAN = """
shifts:
  - days: [周一, 周二, 周三, 周四, 周五]
    begins: "08:00"
    ends: "12:00"
  - days: [周六]
    begins: "09:00"
    ends: "11:30"
canned:
  - id: hello
    title: 问候
    text: 您好
"""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in the week of Monday, 2 March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def plan(folder: Path, text: str = PLAN) -> DeskHours:
    """The hours of a plan."""
    path = folder / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    return load_desk(path).hours


def test_shifts_cover_their_hours_and_no_more(tmp_path: Path) -> None:
    """To the minute."""
    hours = plan(tmp_path)
    assert hours.says == "周一至周五 08:00–12:00；周六 09:00–11:30"
    assert [hours.cover(one) for one in (at(2, 7, 59), at(2, 8), at(2, 11, 59), at(2, 12), at(8, 10))] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_the_next_opening_is_told_as_a_person_would(tmp_path: Path) -> None:
    """Today, tomorrow, or by the weekday."""
    hours = plan(tmp_path)
    told = []
    for now in (at(2, 7), at(2, 12), at(6, 20), at(7, 12)):
        opening = hours.next_opening(now)
        assert opening is not None
        told.append(in_words(opening, now))
    assert told == ["今天 08:00", "明天 08:00", "明天 09:00", "周一 08:00"]
    assert DeskHours().next_opening(at(2, 7)) is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('"08:00"', '"8:00"'),
        ('"12:00"', '"07:00"'),
        ("周六", "礼拜六"),
        ("id: hello", "id: Hello"),
        ("text: 您好", "x: 1"),
    ],
)
def test_a_slip_in_the_plan_names_its_line(tmp_path: Path, wrong: str, right: str) -> None:
    """The service does not start on it."""
    with pytest.raises(KnowledgeError):
        plan(tmp_path, PLAN.replace(wrong, right))


def test_the_plan_that_comes_with_the_service_is_right() -> None:
    """With texts for a nurse to send, no id twice."""
    found = load_desk(DIRECTORY / "hospital" / "desk.yaml")
    assert found.hours.shifts
    assert {"call_120", "crisis"} <= {one.id for one in found.canned}
