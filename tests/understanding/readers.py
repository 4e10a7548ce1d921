"""The compiled readers of the real pack, built once per test process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from knowledge import strict
from knowledge.departments import Department
from knowledge.intents import load_intents
from knowledge.people import load_people
from understanding.booking import DepartmentNames
from understanding.intents import IntentReader
from understanding.people import PeopleReader
from understanding.read import Reader
from understanding.reading import SymptomReading

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
CHINA = timezone(timedelta(hours=8))
SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=CHINA)
"""Ten in the morning of a Saturday."""

DOCTORS = ("王建国", "王芳", "李丽", "张伟")


@cache
def intent_reader() -> IntentReader:
    """The intents of the pack."""
    return IntentReader(load_intents(KNOWLEDGE / "intents.yaml"))


@cache
def people_reader() -> PeopleReader:
    """The relations and conditions of the pack."""
    return PeopleReader(load_people(KNOWLEDGE / "people.yaml"))


@cache
def department_names() -> DepartmentNames:
    """The sixty departments."""
    return DepartmentNames(strict.load_list(KNOWLEDGE / "clinical" / "departments.yaml", Department))


def reader(symptoms: Callable[[str], SymptomReading]) -> Reader:
    """The whole reader over the given lexicon."""
    return Reader(
        symptoms=symptoms,
        intents=intent_reader(),
        people=people_reader(),
        departments=department_names(),
        doctors=lambda: DOCTORS,
    )
