"""What booking costs: hold and confirm beside the same SQL sent by hand, and searching 100,000 slots.

The port's own statements, as SQLite itself tells of them, are recorded from one run and sent again through `sqlite3`
alone, prepared once and with their values as parameters, in the same transactions, on a copy of the same file with the
same settings. Rounds of both alternate, and medians count. Both wait for the same disk; the CPU figures say what the
port costs besides.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from archive.database import EmbeddedDatabase
from benchmarks.figures import Figure, percentile
from domain.clinical import DepartmentId
from domain.patient import PatientId
from domain.scheduling import Period, PractitionerId, SlotId, SlotQuery, Title
from domain.session import SessionId
from knowledge.booking_rules import load_booking_rules
from knowledge.loader import DIRECTORY
from memory import crypto
from tools.hospital.sql.demo import DemoHospital, load_demo
from tools.hospital.sql.opening import OpenHospital, migrate
from tools.hospital.sql.schema import departments, patients, practitioners, slots

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=ZONE)
SESSION = SessionId("benchmark")
BOOKINGS = 200
ROUNDS = 9
TOGETHER = 50
SLOTS, DOCTORS, DEPARTMENTS = 100_000, 250, 40

Statement: TypeAlias = tuple[str, list[Any]]
"""SQL and its parameters."""
Transaction: TypeAlias = list[Statement]


_STEPS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w.?])\d+\b")


class StillClock:
    """A clock that stands."""

    def now(self) -> datetime:
        """Always the same moment."""
        return NOW

    def monotonic(self) -> float:
        """Always the same."""
        return 0.0


async def measure() -> list[Figure]:
    """The figures of the hospital's book."""
    with tempfile.TemporaryDirectory(prefix="banyi-bench-") as folder:
        return [*await _bookings(Path(folder)), await _search(Path(folder))]


async def _bookings(folder: Path) -> list[Figure]:
    template = folder / "template.db"
    await _with_hospital(template, lambda database, _: database.write(_fill_for_booking))
    recorded = await _record(_copy(template, folder / "recorded.db"))
    alone: list[float] = []
    together: list[float] = []
    raw: list[float] = []
    busy: list[float] = []
    for round_ in range(ROUNDS):
        alone.append(await _book_all(_copy(template, folder / f"alone{round_}.db"), together=1))
        raw.append(_send_all(_copy(template, folder / f"raw{round_}.db"), recorded))
        began = time.process_time()
        together.append(await _book_all(_copy(template, folder / f"together{round_}.db"), together=TOGETHER))
        busy.append(1000 * (time.process_time() - began) / BOOKINGS)
    ratios = [mine / theirs for mine, theirs in zip(together, raw, strict=True)]
    singly = [mine / theirs for mine, theirs in zip(alone, raw, strict=True)]
    statements = sum(len(transaction) for transaction in recorded) / BOOKINGS
    same = f"the same {statements:.0f} statements by sqlite3: {statistics.median(raw):.0f} bookings/s"
    return [
        Figure(
            name="hold→confirm beside raw SQL",
            value=round(statistics.median(ratios), 2),
            unit="×",
            least=0.8,
            note=f"{TOGETHER} patients at once, {statistics.median(together):.0f} bookings/s; {same}",
        ),
        Figure(
            name="hold→confirm beside raw SQL, one patient after the other",
            value=round(statistics.median(singly), 2),
            unit="×",
            note=f"{statistics.median(alone):.0f} bookings/s",
        ),
        Figure(
            name="hold→confirm, CPU of one booking",
            value=round(statistics.median(busy), 2),
            unit="ms",
            note="opening the database included",
        ),
    ]


async def _search(folder: Path) -> Figure:
    """The slowest of the questions patients ask, by its median."""
    today = NOW.date()
    one, two = DepartmentId("E7"), DepartmentId("E8")
    queries = [
        SlotQuery(),
        SlotQuery(department_ids=(one,)),
        SlotQuery(department_ids=(one, two), period=Period.AFTERNOON, expert=True),
        SlotQuery(department_ids=(one,), first_date=today + timedelta(days=10), max_fee_cents=2000),
        SlotQuery(department_ids=(one,), title=Title.CHIEF),
        SlotQuery(department_ids=(one,), max_fee_cents=1),
        SlotQuery(doctor="王5"),
        SlotQuery(practitioner_id=PractitionerId("Q77"), period=Period.MORNING),
        SlotQuery(first_date=today + timedelta(days=3), last_date=today + timedelta(days=4)),
    ]
    milliseconds: list[float] = []

    async def run(database: EmbeddedDatabase, hospital: OpenHospital) -> None:
        await database.write(_fill_for_search)
        for query in queries:
            seconds = []
            for _ in range(21):
                began = time.process_time()
                await hospital.scheduling.search(query)
                seconds.append(time.process_time() - began)
            milliseconds.append(1000 * statistics.median(seconds))

    await _with_hospital(folder / "search.db", run)
    return Figure(
        name=f"slot search over {SLOTS:,}",
        value=round(max(milliseconds), 1),
        unit="ms",
        most=10,
        note=f"CPU, the slowest of {len(queries)} questions; half take ≤ {percentile(milliseconds, 0.5):.1f} ms",
    )


async def _with_hospital(path: Path, work: Callable[[EmbeddedDatabase, OpenHospital], Awaitable[object]]) -> None:
    """The hospital at `path`, whose slots nobody rolls on, for as long as `work` takes."""
    folder = DIRECTORY / "hospital"
    demo = load_demo(folder / "demo.yaml")
    empty = DemoHospital(hospital=demo.hospital, bring=demo.bring, departments=(), doctors=())
    rules = load_booking_rules(folder / "booking.yaml")
    database = EmbeddedDatabase(path)
    try:
        await database.write(migrate)
        master = crypto.MasterKey(bytes(32))
        hospital = OpenHospital(database, empty, rules, cipher=crypto, master=master, clock=StillClock())
        await work(database, hospital)
    finally:
        await database.close()


async def _record(path: Path) -> list[Transaction]:
    """Every transaction that books everything, one after the other."""
    transactions: list[Transaction] = []

    def keep(statement: str) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            transactions.append([])
        elif statement.startswith(_STEPS):
            transactions[-1].append(_with_parameters(statement))

    def watch(connection: Any, *_: object) -> None:
        connection.set_trace_callback(keep)

    async def run(database: EmbeddedDatabase, hospital: OpenHospital) -> None:
        who = await database.read(_patient_ids)
        await database.write(lambda connection: watch(connection.connection.dbapi_connection))
        transactions.clear()
        for number, patient_id in enumerate(who):
            await _book(hospital, number, patient_id)

    await _with_hospital(path, run)
    return transactions


def _with_parameters(statement: str) -> Statement:
    """A statement as SQLite told it, its values taken out again."""
    values: list[Any] = []

    def take(found: re.Match[str]) -> str:
        text = found[0]
        quoted = text.endswith("'")
        values.append(text[1:-1].replace("''", "'") if quoted else int(text))
        return "?"

    return _LITERAL.sub(take, statement), values


async def _book_all(path: Path, *, together: int) -> float:
    """Bookings a second through the port."""
    rate = 0.0

    async def run(database: EmbeddedDatabase, hospital: OpenHospital) -> None:
        nonlocal rate
        waiting = list(enumerate(await database.read(_patient_ids)))
        began = time.perf_counter()

        async def patients_in_turn() -> None:
            while waiting:
                await _book(hospital, *waiting.pop())

        await asyncio.gather(*(patients_in_turn() for _ in range(together)))
        rate = BOOKINGS / (time.perf_counter() - began)

    await _with_hospital(path, run)
    return rate


async def _book(hospital: OpenHospital, number: int, patient_id: PatientId) -> None:
    slot_id = SlotId(f"L{number}")
    held = await hospital.scheduling.hold(slot_id, session_id=SESSION, key=f"h{number}", now=NOW)
    await hospital.scheduling.confirm(held.id, patient_id, session_id=SESSION, key=f"c{number}", now=NOW)


def _send_all(path: Path, transactions: list[Transaction]) -> float:
    """Bookings a second when the statements are sent by hand."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for transaction in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters in transaction:
            connection.execute(statement, parameters).fetchall()
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return BOOKINGS / seconds


def _copy(template: Path, path: Path) -> Path:
    shutil.copyfile(template, path)
    return path


def _patient_ids(connection: Connection) -> list[PatientId]:
    return [PatientId(one) for one in connection.execute(select(patients.c.id).order_by(patients.c.id)).scalars()]


def _fill_for_booking(connection: Connection) -> None:
    """A slot of 20 places and a patient for every booking."""
    _fill_staff(connection)
    connection.execute(insert(slots), [_slot(number, capacity=20) for number in range(BOOKINGS)])
    sealed = {"wrapped_key": b"", "sealed_identity": b""}
    rows = [{"id": f"patient{number}", "lookup": number.to_bytes(4, "big")} | sealed for number in range(BOOKINGS)]
    connection.execute(insert(patients), rows)


def _fill_for_search(connection: Connection) -> None:
    _fill_staff(connection)
    connection.execute(insert(slots), [_slot(number, capacity=4) for number in range(SLOTS)])


def _fill_staff(connection: Connection) -> None:
    places = [
        {"id": f"E{number}", "name": f"科室{number}", "building": "楼", "floor": "层", "area": "区", "bring": "[]"}
        | {"bookable": True}
        for number in range(DEPARTMENTS)
    ]
    doctors = [
        {"id": f"Q{number}", "name": f"{'王李张刘陈'[number % 5]}{number}", "title": list(Title)[number % 4]}
        | {"department_id": f"E{number % DEPARTMENTS}", "speciality": "", "active": True}
        for number in range(DOCTORS)
    ]
    connection.execute(insert(departments), places)
    connection.execute(insert(practitioners), doctors)


def _slot(number: int, *, capacity: int) -> dict[str, Any]:
    """One of many slots: doctors in turn, then half hours, then days; some full, some stopped."""
    doctor, place = number % DOCTORS, number // DOCTORS
    day, half_hour = place % 13 + 1, place // 13
    start = NOW.replace(hour=8) + timedelta(days=day, minutes=18 * half_hour)
    return {
        "id": f"L{number}",
        "practitioner_id": f"Q{doctor}",
        "department_id": f"E{doctor % DEPARTMENTS}",
        "day": start.date(),
        "period": Period.MORNING if start.hour < 12 else Period.AFTERNOON,
        "starts_at": start,
        "ends_at": start + timedelta(minutes=18),
        "expert": doctor % 4 > 1,
        "fee_cents": 1000 + doctor % 60 * 100,
        "first_number": 1,
        "capacity": capacity,
        "sold": capacity if capacity == 4 and number % 3 == 0 else 0,
        "stopped": capacity == 4 and number % 50 == 0,
    }
