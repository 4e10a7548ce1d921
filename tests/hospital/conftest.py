"""Every contract of the hospital runs on each adapter named here."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.database import Database, EmbeddedDatabase
from archive.served import ServedDatabase
from memory import crypto
from tests.fhir.stage import fhir_stage
from tests.hospital.stage import SMALL_HOSPITAL, BookingStage, PeopleStage, RecordsStage, SqlStage
from tests.postgres import new_database
from tests.stores import MASTER, SetClock, booking_rules
from tools.hospital.sql.opening import open_hospital

LONG_OVER_FHIR = {"test_two_hundred_bookers_of_one_place_give_one_winner"}
OVER_FHIR = {stage.__name__ for stage in (BookingStage, PeopleStage, RecordsStage)}


async def _staged(database: Database, clock: SetClock) -> AsyncIterator[SqlStage]:
    try:
        hospital = await open_hospital(
            database, SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=clock
        )
        yield SqlStage(hospital, database, clock)
    finally:
        await database.close()


def _prepare(open_database: Callable[[], Database]) -> None:
    """Fill a database that others are copied from, in a loop of its own whatever loop runs here."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(lambda: asyncio.run(_fill(open_database()))).result()


async def _fill(database: Database) -> None:
    try:
        await open_hospital(database, SMALL_HOSPITAL, booking_rules(), cipher=crypto, master=MASTER, clock=SetClock())
    finally:
        await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small hospital without slots in a file."""
    path = tmp_path_factory.mktemp("hospital") / "template.db"
    _prepare(lambda: EmbeddedDatabase(path))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The same on the server."""
    address = new_database(postgres)
    _prepare(lambda: ServedDatabase(address))
    return address


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A contract that asks for no more than FHIR carries holds for a hospital behind FHIR too."""
    if "stage" in metafunc.fixturenames and not hasattr(metafunc.module, "stage"):
        asked = metafunc.function.__annotations__.get("stage")
        fhir = pytest.param("fhir", marks=[pytest.mark.long] * (metafunc.function.__name__ in LONG_OVER_FHIR))
        adapters = ["sqlite", "postgresql", *([fhir] if asked in OVER_FHIR else [])]
        metafunc.parametrize("stage", adapters, indirect=True)


@pytest.fixture
async def stage(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> AsyncIterator[BookingStage]:
    """A small hospital without slots."""
    if request.param == "fhir":
        async with fhir_stage(clock) as behind_fhir:
            yield behind_fhir
        return
    database: Database
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "hospital.db")
        database = EmbeddedDatabase(tmp_path / "hospital.db")
    else:
        template = request.getfixturevalue("postgres_template")
        database = ServedDatabase(new_database(request.getfixturevalue("postgres"), like=template))
    async for staged in _staged(database, clock):
        yield staged


@pytest.fixture
async def embedded(tmp_path: Path, clock: SetClock) -> AsyncIterator[SqlStage]:
    """A small hospital without slots on SQLite, its file at `tmp_path / "hospital.db"`."""
    async for staged in _staged(EmbeddedDatabase(tmp_path / "hospital.db"), clock):
        yield staged
