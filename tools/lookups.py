"""What a model may look up in the hospital: langchain-core tools that read and nothing else.

They stand on ports that have no writing method at all. Results are plain Chinese lines: data the model reads and
its sentences are held against.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Protocol

from langchain_core.tools import StructuredTool
from pydantic import BaseModel, ConfigDict, Field

from domain.guide import GuideBook
from domain.patient import PatientId
from domain.scheduling import (
    Appointment,
    AppointmentStatus,
    HospitalDepartment,
    Period,
    Slot,
    SlotQuery,
)

MOST_SLOTS: Final = 12
MOST_DAYS: Final = 14
NOTHING: Final = "没有查到。"
NOT_IDENTIFIED: Final = "患者还没有核实身份，不能查询。"
_STATUS: Final = {
    AppointmentStatus.PENDING: "待确认",
    AppointmentStatus.BOOKED: "已预约",
    AppointmentStatus.ARRIVED: "已报到",
    AppointmentStatus.FULFILLED: "已就诊",
    AppointmentStatus.CANCELLED: "已取消",
    AppointmentStatus.NOSHOW: "未到诊",
}
_PERIODS: Final = {Period.MORNING: "上午", Period.AFTERNOON: "下午"}
_WEEKDAYS: Final = "一二三四五六日"


class Reads(Protocol):
    """The part of the hospital's booking system that only reads."""

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Every department this hospital runs."""

    async def search(self, query: SlotQuery) -> tuple[Slot, ...]:
        """Slots with places left that match, earliest first."""

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All appointments of a patient."""


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="ignore")


class OfDepartments(_Arguments):
    """What `departments` takes."""

    name: Annotated[str, Field(max_length=20, description="科室名里的字，例如“骨”；不填就是全部科室")] = ""


class OfSchedule(_Arguments):
    """What `schedule` takes."""

    department: Annotated[str, Field(max_length=20, description="科室名，例如“骨科”")] = ""
    doctor: Annotated[str, Field(max_length=10, description="医生姓名")] = ""
    day: Annotated[str, Field(max_length=10, description="日期，写成 2026-01-31；不填就是最近两周")] = ""


class OfGuide(_Arguments):
    """What `guide` takes."""

    question: Annotated[str, Field(max_length=100, description="要在就医指南里查的问题")]


class OfAppointments(_Arguments):
    """What `appointments` takes: nothing. Whose they are is never the model's choice."""


def lookups(
    hospital: Reads, guide: GuideBook, *, now: datetime, patient_id: PatientId | None
) -> tuple[StructuredTool, ...]:
    """The tools of one turn. `patient_id` is the patient whose identity was proven, if one was."""

    async def departments(name: str = "") -> str:
        found = [one for one in await hospital.departments() if name in one.name]
        return _lines(
            f"{one.name}：{one.building}{one.floor}，{'可以' if one.bookable else '不能'}网上预约" for one in found
        )

    async def schedule(department: str = "", doctor: str = "", day: str = "") -> str:
        known = await hospital.departments() if department else ()
        ids = tuple(one.id for one in known if department in one.name)
        if department and not ids:
            return NOTHING
        first = _day(day) or now.date()
        last = first if _day(day) else first + timedelta(days=MOST_DAYS)
        query = SlotQuery(
            department_ids=ids,
            doctor=doctor or None,
            first_date=first,
            last_date=last,
            not_before=now,
            limit=MOST_SLOTS,
        )
        return _lines(map(_slot, await hospital.search(query)))

    async def search_guide(question: str) -> str:
        return _lines(f"{one.title}，{one.section}：{one.text}" for one in guide.search(question, limit=2))

    async def appointments() -> str:
        if patient_id is None:
            return NOT_IDENTIFIED
        return _lines(map(_appointment, await hospital.appointments(patient_id)))

    return (
        _tool("departments", "查本院有哪些科室、在哪里、能不能预约", departments, OfDepartments),
        _tool("schedule", "查医生出诊时间和剩余号源、挂号费", schedule, OfSchedule),
        _tool("guide", "查医院的就医指南", search_guide, OfGuide),
        _tool("appointments", "查这位患者自己的预约", appointments, OfAppointments),
    )


def _tool(
    name: str, description: str, coroutine: Callable[..., Awaitable[str]], arguments: type[BaseModel]
) -> StructuredTool:
    return StructuredTool(name=name, description=description, coroutine=coroutine, args_schema=arguments)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) or NOTHING


def _slot(slot: Slot) -> str:
    """A slot in words."""
    return (
        f"{_date(slot.date)}{_PERIODS[slot.period]} {slot.start:%H:%M}-{slot.end:%H:%M}，{slot.department}，"
        f"{slot.doctor}{slot.title.value}，挂号费 {slot.fee_cents / 100:g} 元，剩 {slot.left} 个号"
    )


def _appointment(one: Appointment) -> str:
    """An appointment in words, without the patient's name or number."""
    slot = one.slot
    return (
        f"{_date(slot.date)} {slot.start:%H:%M}，{slot.department}，{slot.doctor}{slot.title.value}，{one.where}，"
        f"第 {one.number} 号，{_STATUS[one.status]}"
    )


def _date(day: date) -> str:
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
