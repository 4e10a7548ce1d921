"""What a model may look up: true, its own patient's only, and never a change."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.answers.looking_up import offers
from domain.patient import PatientId
from domain.scheduling import SlotQuery
from domain.session import SessionId
from knowledge.guidebook import load_guide
from tests.stores import SetClock, sqlite_hospital
from tools.guidance.guide import HospitalGuide
from tools.hospital.sql.opening import OpenHospital
from tools.identity import read_identity
from tools.lookups import NOT_IDENTIFIED, NOTHING, lookups

pytestmark = pytest.mark.contract

GUIDE = HospitalGuide(load_guide(Path(__file__).parents[2] / "knowledge" / "guide"))
ME = {"name": "王小梅", "id_number": "11010519900307232X", "phone": "13800138000"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "departments": {"name": "骨"},
    "schedule": {"department": "骨科", "doctor": "", "day": ""},
    "guide": {"question": "停车多少钱"},
    "appointments": {},
}
READING = {"departments", "search", "appointments"}


@dataclass
class Watched:
    """The whole hospital, every method within reach; remembers which were used."""

    hospital: OpenHospital
    used: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        """Any method of the booking system."""
        self.used.add(name)
        return getattr(self.hospital.scheduling, name)


@pytest.fixture
async def hospital(tmp_path: Path, clock: SetClock) -> AsyncIterator[OpenHospital]:
    """The demo hospital."""
    async with sqlite_hospital(tmp_path, clock) as opened:
        yield opened


async def booked(hospital: OpenHospital, clock: SetClock) -> PatientId:
    """A patient with one appointment."""
    patient_id = await hospital.patients.register(read_identity(ME, today=clock.now().date()))
    now = clock.now()
    (slot,) = await hospital.scheduling.search(SlotQuery(not_before=now + timedelta(days=1), limit=1))
    session_id = SessionId("s_1")
    hold = await hospital.scheduling.hold(slot.id, session_id=session_id, key="h", now=now)
    await hospital.scheduling.confirm(hold.id, patient_id, session_id=session_id, key="c", now=now)
    return patient_id


def content(folder: Path) -> str:
    """Everything in the hospital's database."""
    with sqlite3.connect(folder / "hospital.db") as connection:
        return "\n".join(connection.iterdump())


async def test_no_tool_offered_changes_anything(hospital: OpenHospital, clock: SetClock, tmp_path: Path) -> None:
    """Each tool a model is offered, with any arguments it may invent, leaves the hospital as it was."""
    patient_id = await booked(hospital, clock)
    watched = Watched(hospital)
    tools = lookups(watched, GUIDE, now=clock.now(), patient_id=patient_id)
    assert {one.name for one in offers(tools)} == ARGUMENTS.keys()
    before = content(tmp_path)
    for tool in tools:
        invented = {"patient_id": "p_2", "confirm": True, "sql": "drop table slots", "cancel": "all"}
        for arguments in (ARGUMENTS[tool.name], {**ARGUMENTS[tool.name], **invented}):
            assert await tool.ainvoke(arguments)
    assert watched.used == READING
    assert content(tmp_path) == before


async def test_what_is_looked_up_is_what_the_hospital_says(hospital: OpenHospital, clock: SetClock) -> None:
    """Departments with their place, slots with doctor, fee and places left, the guide word for word."""
    tools = {tool.name: tool for tool in lookups(hospital.scheduling, GUIDE, now=clock.now(), patient_id=None)}
    found = await tools["departments"].ainvoke({"name": "骨"})
    (bones, *_) = [one for one in await hospital.scheduling.departments() if one.name in found]
    assert f"{bones.name}：{bones.building}{bones.floor}" in found
    schedule = await tools["schedule"].ainvoke({"department": bones.name})
    (first, *_) = await hospital.scheduling.search(SlotQuery(department_ids=(bones.id,), not_before=clock.now()))
    assert schedule.splitlines()[0].count(first.doctor) == 1
    assert f"挂号费 {first.fee_cents / 100:g} 元" in schedule.splitlines()[0]
    assert "30 分钟以内不收钱" in await tools["guide"].ainvoke({"question": "停车多少钱"})


async def test_only_the_proven_patients_appointments_are_told(hospital: OpenHospital, clock: SetClock) -> None:
    """Whose they are is not the model's choice; no name, phone or number of the patient's is in them."""
    patient_id = await booked(hospital, clock)
    for who, known in ((None, False), (patient_id, True)):
        tools = {tool.name: tool for tool in lookups(hospital.scheduling, GUIDE, now=clock.now(), patient_id=who)}
        told = await tools["appointments"].ainvoke({"patient_id": patient_id})
        assert ("已预约" in told) is known
        assert (told == NOT_IDENTIFIED) is not known
        assert not any(private in told for private in ME.values())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("departments", {"name": "占星"}),
        ("schedule", {"department": "占星科"}),
        ("schedule", {"day": "1999-01-01"}),
        ("guide", {"question": "今天天气怎么样"}),
    ],
)
async def test_nothing_found_is_said(
    hospital: OpenHospital, clock: SetClock, name: str, arguments: dict[str, Any]
) -> None:
    """A department, day or subject the hospital does not have."""
    tools = {tool.name: tool for tool in lookups(hospital.scheduling, GUIDE, now=clock.now(), patient_id=None)}
    assert await tools[name].ainvoke(arguments) == NOTHING
