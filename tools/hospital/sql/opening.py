"""Open the embedded hospital: bring its schema up to date and give both ports their adapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from archive.database import Database
from archive.due import SqlDueWork
from archive.migrate import upgrade
from archive.sealing import Cipher, MasterKey
from domain.booking_rules import BookingRules
from domain.ports import Clock
from tools.hospital.sql.codes import SqlCodes
from tools.hospital.sql.demo import DemoHospital, roll
from tools.hospital.sql.front_desk import SqlFrontDesk
from tools.hospital.sql.house import House
from tools.hospital.sql.inbox import SqlInbox
from tools.hospital.sql.notes import SqlVisitNotes
from tools.hospital.sql.patients import SqlPatientIndex
from tools.hospital.sql.people import SqlRelatedPeople
from tools.hospital.sql.records import SqlRecords
from tools.hospital.sql.scheduling import SqlScheduling
from tools.hospital.sql.schema_life import due
from tools.hospital.sql.waitlist import SqlWaitlist

migrate = upgrade("hospital", Path(__file__).parent / "migrations" / "versions")


class OpenHospital:
    """The hospital's ports, on one database. Whoever opened the database closes it."""

    def __init__(
        self,
        database: Database,
        demo: DemoHospital,
        rules: BookingRules,
        *,
        cipher: Cipher,
        master: MasterKey,
        clock: Clock,
    ) -> None:
        self.house = House(rules=rules, zone=demo.hospital.zone)
        self.notes = SqlVisitNotes(database, cipher=cipher, master=master)
        self.scheduling = SqlScheduling(database, self.house, self.notes, clock)
        self.patients = SqlPatientIndex(database, cipher=cipher, master=master)
        self.waitlist = SqlWaitlist(database, self.house)
        self.front_desk = SqlFrontDesk(database, self.house, clock)
        self.people = SqlRelatedPeople(database, self.house, self.patients)
        self.records = SqlRecords(database, cipher=cipher, master=master)
        self.codes = SqlCodes(database, cipher=cipher, master=master)
        self.inbox = SqlInbox(database, cipher=cipher, master=master)
        self.due = SqlDueWork(database, due)
        self.demo = demo
        self._database = database
        self._clock = clock
        self._rolled_for: date | None = None

    def now(self) -> datetime:
        """The hospital's time."""
        return self._clock.now()

    async def renew(self, empty: Callable[[Connection], None]) -> None:
        """Empty the hospital and open its slots again, in one transaction."""

        def work(connection: Connection) -> None:
            empty(connection)
            roll(connection, self.demo, self.house, self._clock.now())

        await self._database.write(work)

    async def keep_up(self) -> None:
        """Free places nobody holds any more and, on a new day, open its slots; call every minute or so."""
        now = self._clock.now()
        await self.scheduling.sweep(now)
        today = self.house.day(now)
        if today != self._rolled_for:
            await self._database.write(partial(roll, demo=self.demo, house=self.house, now=now))
            self._rolled_for = today


async def open_hospital(
    database: Database, demo: DemoHospital, rules: BookingRules, *, cipher: Cipher, master: MasterKey, clock: Clock
) -> OpenHospital:
    """Migrate `database`, fill it with the demo hospital up to today, and open it."""
    await database.write(migrate)
    hospital = OpenHospital(database, demo, rules, cipher=cipher, master=master, clock=clock)
    await hospital.keep_up()
    return hospital
