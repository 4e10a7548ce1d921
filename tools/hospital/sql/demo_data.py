"""The demo hospital made anew: no bookings but those of its demo patients, two weeks of slots ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete

from domain.clinical import DepartmentId
from domain.patient import Document, Identity
from domain.scheduling import SlotQuery
from domain.session import SessionId
from knowledge.strict import Mark, load_list
from tools.hospital.sql.demo_records import DemoRecord, write_records
from tools.hospital.sql.opening import OpenHospital
from tools.hospital.sql.schema import metadata
from tools.identity import check_character

DEMO_SESSION = SessionId("demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoVisit:
    """A booked visit: the first free time of a department, `in_days` days from today."""

    department: DepartmentId
    in_days: int

    def __post_init__(self) -> None:
        if self.in_days < 1:
            raise ValueError("in_days 至少是 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPatient:
    """A fictional person: a resident number of no real place, with its right check character."""

    mark: Mark
    name: str
    id_number: str
    phone: str
    visits: tuple[DemoVisit, ...] = ()

    def __post_init__(self) -> None:
        if not self.id_number.startswith("990000"):
            raise ValueError("演示病人的身份证号要以 990000 开头，这个地区不存在")
        if check_character(self.id_number[:17]) != self.id_number[17:]:
            raise ValueError(f"身份证号最后一位应是 {check_character(self.id_number[:17])}")

    @property
    def identity(self) -> Identity:
        """The registration facts."""
        return Identity(name=self.name, id_number=self.id_number, phone=self.phone, document=Document.ID_CARD)


def load_patients(path: Path) -> tuple[DemoPatient, ...]:
    """Read the demo patients.

    Raises:
        KnowledgeError: the file is not what its head describes; names the line.
    """
    return load_list(path, DemoPatient)


async def recreate(
    hospital: OpenHospital, patients: tuple[DemoPatient, ...], records: tuple[DemoRecord, ...] = ()
) -> int:
    """Empty the hospital, open its slots, put the demo patients on file and book their visits; how many visits.

    What is booked follows from the files and the date alone. Everything that was booked before is gone.
    """
    await hospital.renew(_empty)
    visits = 0
    on_record = {record.id_number: record for record in records}
    for patient in patients:
        patient_id = await hospital.patients.open_file(patient.identity)
        if record := on_record.get(patient.id_number):
            await write_records(hospital.records, record, patient_id, now=hospital.now(), zone=hospital.house.zone)
        for visit in patient.visits:
            now = hospital.now()
            day: date = hospital.house.day(now) + timedelta(days=visit.in_days)
            wish = SlotQuery(department_ids=(visit.department,), first_date=day, limit=1)
            for slot in await hospital.scheduling.search(wish):
                key = f"demo {patient_id} {slot.id}"
                held = await hospital.scheduling.hold(slot.id, session_id=DEMO_SESSION, key=f"{key} h", now=now)
                await hospital.scheduling.confirm(held.id, patient_id, session_id=DEMO_SESSION, key=f"{key} c", now=now)
                visits += 1
    return visits


def _empty(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))
