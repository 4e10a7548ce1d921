"""Makes the demo hospital anew and says who can be tried."""

from __future__ import annotations

from app.clock import SystemClock
from app.settings import Settings
from app.stores import hospital_database, make_directory
from knowledge.booking_rules import load_booking_rules
from knowledge.loader import DIRECTORY
from memory import crypto
from tools.hospital.sql.demo import load_demo
from tools.hospital.sql.demo_data import load_patients, recreate
from tools.hospital.sql.demo_records import load_records
from tools.hospital.sql.opening import open_hospital


async def demo_data(settings: Settings) -> list[str]:
    """Empty and refill the demo hospital; lines that say what it holds now.

    Raises:
        SettingsError: the data directory cannot be used, or a URL is wrong.
        KnowledgeError: a file of the demo hospital is wrong.
        Unavailable: the database does not answer.
    """
    make_directory(settings.data_dir)
    folder = DIRECTORY / "hospital"
    demo, rules = load_demo(folder / "demo.yaml"), load_booking_rules(folder / "booking.yaml")
    patients = load_patients(folder / "demo_patients.yaml")
    records = load_records(folder / "demo_records.yaml")
    master = crypto.MasterKey.load(settings.data_dir / "master.key")
    database = hospital_database(settings)
    try:
        clock = SystemClock(demo.hospital.zone)
        hospital = await open_hospital(database, demo, rules, cipher=crypto, master=master, clock=clock)
        visits = await recreate(hospital, patients, records)
    finally:
        await database.close()
    people = [f"{one.name}  {one.id_number}  {one.phone}" for one in patients]
    held = f"{demo.hospital.name}（虚构）：{len(demo.departments)} 个科室，{len(demo.doctors)} 位医生"
    return [
        f"{held}，{rules.days_ahead} 天的号，{len(patients)} 位演示病人，{visits} 个预约",
        *people,
    ]
