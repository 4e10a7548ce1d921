"""A patient of the demo hospital with something on record."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.stores import DEMO_YAML
from tests.turn.bedside import Bedside
from tools.hospital.sql.demo_data import DemoPatient, load_patients, recreate
from tools.hospital.sql.demo_records import load_records

FOLDER: Path = DEMO_YAML.parent
SELF, CHILD, IN_WARD, MOTHER, NOTHING = range(5)
"""The demo patients: reports and bills; her child; somebody in a ward; an old lady; somebody with no records."""


@cache
def people() -> tuple[DemoPatient, ...]:
    """The demo patients of the pack."""
    return load_patients(FOLDER / "demo_patients.yaml")


def fields(number: int = SELF, /, **changed: str) -> dict[str, str]:
    """What a demo patient fills in."""
    one = people()[number]
    return {"name": one.name, "id_number": one.id_number, "phone": one.phone, **changed}


async def on_record(patient: Bedside) -> Bedside:
    """The same conversation, with the demo patients' records there."""
    await recreate(patient.hospital, people(), load_records(FOLDER / "demo_records.yaml"))
    return patient
