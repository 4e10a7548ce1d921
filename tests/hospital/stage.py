"""A small hospital whose slots each test sets up: what a contract of `Scheduling` needs of any adapter."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import insert

from archive.database import Database
from domain.clinical import DepartmentId
from domain.hospital_ports import FrontDesk, RelatedPeople, VisitNotes, Waitlist
from domain.identity_ports import Codes, PatientFiles
from domain.patient import Identity, PatientId
from domain.ports import PatientIndex, Scheduling
from domain.record_ports import Records
from domain.records import Account, DiagnosticReport, Invoice
from domain.scheduling import Period, PractitionerId, SlotId
from knowledge.strict import parse
from tests.stores import SHANGHAI, SetClock
from tools.hospital.sql.demo import DemoHospital
from tools.hospital.sql.opening import OpenHospital
from tools.hospital.sql.places import broken_slots
from tools.hospital.sql.schema import slots
from tools.hospital.sql.stopping import stop
from tools.identity import check_character

STOMACH, NERVES = DepartmentId("D04"), DepartmentId("D05")
CHIEF, ATTENDING, OTHER_CHIEF = PractitionerId("P001"), PractitionerId("P002"), PractitionerId("P003")

SMALL_HOSPITAL = parse(
    """
hospital: {name: 安和市人民医院, address: 康宁路18号, phone: "5550120", timezone: Asia/Shanghai}
bring: [身份证, 医保卡]
departments:
  - {id: D04, name: 消化内科, building: 门诊楼, floor: 3层, area: B区, bookable: true, bring: [胃镜报告]}
  - {id: D05, name: 神经内科, building: 门诊楼, floor: 4层, area: A区, bookable: true}
  - {id: D01, name: 急诊科, building: 急诊楼, floor: 1层, area: 大厅, bookable: false}
doctors:
  - {id: P001, name: 王怀仁, department: D04, title: 主任医师, speciality: 胃, fee_yuan: 50, sessions: {}, places: 4}
  - {id: P002, name: 林雨桐, department: D04, title: 主治医师, speciality: 肠, fee_yuan: 15, sessions: {}, places: 4}
  - {id: P003, name: 王一, department: D05, title: 副主任医师, speciality: 头痛, fee_yuan: 30, sessions: {}, places: 4}
""",
    DemoHospital,
    file="small",
)


class BookingStage(Protocol):
    """The ports every adapter has, and the hospital's own hand behind them."""

    @property
    def scheduling(self) -> Scheduling:
        """The booking system under contract."""

    @property
    def patients(self) -> PatientIndex:
        """The patient index under contract."""

    @property
    def notes(self) -> VisitNotes:
        """What doctors read beside an appointment, under contract."""

    @property
    def clock(self) -> SetClock:
        """The time the booking system goes by."""

    async def open_slot(
        self,
        start: datetime,
        *,
        doctor: PractitionerId = CHIEF,
        capacity: int = 1,
        sold: int = 0,
        first_number: int = 1,
        stopped: bool = False,
    ) -> SlotId:
        """The hospital opens half an hour with a doctor; `sold` places went over its windows."""

    async def stop(self, slot_id: SlotId) -> None:
        """The hospital stops a clinic."""

    async def patient(self, number: int = 1) -> PatientId:
        """A registered patient, the same for the same number."""

    async def broken(self) -> Collection[str]:
        """Slots whose places do not add up."""


class Stage(BookingStage, Protocol):
    """The ports of the whole booking life."""

    @property
    def waitlist(self) -> Waitlist:
        """The waitlist under contract."""

    @property
    def front_desk(self) -> FrontDesk:
        """The desk under contract."""

    @property
    def people(self) -> RelatedPeople:
        """The people of an account under contract."""


class PeopleStage(Protocol):
    """The port of an account's people."""

    @property
    def people(self) -> RelatedPeople:
        """The people of an account under contract."""

    @property
    def clock(self) -> SetClock:
        """The time the hospital goes by."""

    async def patient(self, number: int = 1) -> PatientId:
        """A registered patient, the same for the same number."""


class RecordsStage(Protocol):
    """The ports of records and of the hospital's files."""

    @property
    def patients(self) -> PatientIndex:
        """The patient index."""

    @property
    def clock(self) -> SetClock:
        """The time the hospital goes by."""

    @property
    def files(self) -> PatientFiles:
        """The hospital's files under contract."""

    @property
    def records(self) -> Records:
        """The records under contract."""

    async def put_on_file(self, identity: Identity) -> PatientId:
        """The desk writes down who somebody is."""

    async def put_report(self, report: DiagnosticReport) -> None:
        """The hospital writes a report, or its next state."""

    async def put_bill(self, bill: Invoice) -> None:
        """The hospital writes a bill, or its next state."""

    async def put_account(self, account: Account) -> None:
        """The hospital writes a stay, or its next state."""


class CodesStage(RecordsStage, Protocol):
    """The port of one-time codes besides."""

    @property
    def codes(self) -> Codes:
        """One-time codes under contract."""


@dataclass(slots=True)
class SqlStage:
    """The embedded hospital as a stage."""

    hospital: OpenHospital
    database: Database
    clock: SetClock
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def waitlist(self) -> Waitlist:
        """The waitlist under contract."""
        return self.hospital.waitlist

    @property
    def front_desk(self) -> FrontDesk:
        """The desk under contract."""
        return self.hospital.front_desk

    @property
    def people(self) -> RelatedPeople:
        """The people of an account under contract."""
        return self.hospital.people

    @property
    def notes(self) -> VisitNotes:
        """What doctors read beside an appointment, under contract."""
        return self.hospital.notes

    @property
    def scheduling(self) -> Scheduling:
        """The booking system under contract."""
        return self.hospital.scheduling

    @property
    def patients(self) -> PatientIndex:
        """The patient index under contract."""
        return self.hospital.patients

    async def open_slot(
        self,
        start: datetime,
        *,
        doctor: PractitionerId = CHIEF,
        capacity: int = 1,
        sold: int = 0,
        first_number: int = 1,
        stopped: bool = False,
    ) -> SlotId:
        """Insert one slot."""
        slot_id = SlotId(f"slot-{next(self._numbers)}")
        row = slot_row(slot_id, start, doctor, capacity)
        row |= {"sold": sold, "stopped": stopped, "first_number": first_number}
        await self.database.write(lambda c: c.execute(insert(slots), row))
        return slot_id

    @property
    def files(self) -> PatientFiles:
        """The hospital's files under contract."""
        return self.hospital.patients

    @property
    def codes(self) -> Codes:
        """One-time codes under contract."""
        return self.hospital.codes

    @property
    def records(self) -> Records:
        """The records under contract."""
        return self.hospital.records

    async def put_on_file(self, identity: Identity) -> PatientId:
        """Open a file."""
        return await self.hospital.patients.open_file(identity)

    async def put_report(self, report: DiagnosticReport) -> None:
        """Write a report."""
        await self.hospital.records.put_report(report, now=self.clock.now())

    async def put_bill(self, bill: Invoice) -> None:
        """Write a bill."""
        await self.hospital.records.put_bill(bill)

    async def put_account(self, account: Account) -> None:
        """Write a stay."""
        await self.hospital.records.put_account(account)

    async def stop(self, slot_id: SlotId) -> None:
        """Stop one slot."""
        now = self.clock.now()
        await self.database.write(lambda c: stop(c, now, slots.c.id == slot_id))

    async def patient(self, number: int = 1) -> PatientId:
        """Register an example."""
        return await self.patients.register(an_identity(number))

    async def broken(self) -> Collection[str]:
        """Compare counters and rows."""
        return await self.database.read(broken_slots)


def slot_row(slot_id: str, start: datetime, doctor: PractitionerId, capacity: int) -> dict[str, Any]:
    """A row of `slots` with nothing sold."""
    known = next(one for one in SMALL_HOSPITAL.doctors if one.id == doctor)
    local = start.astimezone(SHANGHAI)
    return {
        "id": slot_id,
        "practitioner_id": doctor,
        "department_id": known.department,
        "day": local.date(),
        "period": Period.MORNING if local.hour < 12 else Period.AFTERNOON,
        "starts_at": start,
        "ends_at": start + timedelta(minutes=30),
        "expert": known.title.expert,
        "fee_cents": known.fee_yuan * 100,
        "first_number": 1,
        "capacity": capacity,
        "sold": 0,
        "stopped": False,
    }


def an_identity(number: int = 1, *, born: str = "19900101") -> Identity:
    """A fictional person with a valid resident number."""
    first17 = f"990000{born}{number:03}"
    return Identity(name="张三", id_number=first17 + check_character(first17), phone="13800138000")
