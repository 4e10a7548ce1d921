"""The people of an account behind the `RelatedPeople` port."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from archive.columns import insert_new
from archive.database import Database
from domain.errors import Conflict
from domain.patient import Identity, PatientId
from domain.related_person import AccountId, RelatedPerson, Relationship
from domain.scheduling import Refusal
from tools.hospital.guarding import check_account, check_ages
from tools.hospital.sql.house import House
from tools.hospital.sql.patients import SqlPatientIndex
from tools.hospital.sql.schema_life import related_people
from tools.hospital.sql.writes import result_of, write_of
from tools.identity import age_years, birth_date


class SqlRelatedPeople:
    """Implements `RelatedPeople`; what an account may do reveals nothing of people it does not book for."""

    def __init__(self, database: Database, house: House, patients: SqlPatientIndex) -> None:
        self._database = database
        self._house = house
        self._patients = patients

    def account(self, phone: str) -> AccountId:
        """The account of a phone."""
        return self._patients.account(phone)

    async def people(self, account_id: AccountId) -> tuple[RelatedPerson, ...]:
        """Everybody the account may book for, the holder first."""
        rows = await self._database.read(lambda c: _rows(c, account_id))
        ordered = sorted(rows, key=lambda row: (row.relationship != Relationship.SELF, row.added_at, row.patient_id))
        return tuple([await self._person(row) for row in ordered])

    async def add(
        self,
        account_id: AccountId,
        identity: Identity,
        *,
        relationship: Relationship,
        guardian_id: PatientId | None,
        key: str,
        now: datetime,
    ) -> RelatedPerson:
        """Let the account book for this person; raises as the port says."""
        today, rules = self._house.day(now), self._house.rules
        guardian = None if guardian_id is None else await self._patients.identity(guardian_id)
        guardian_age = None if guardian is None else age_years(guardian, today=today)
        check_ages(rules, age=age_years(identity, today=today), guardian=guardian_id, guardian_age=guardian_age)
        patient_id = await self._patients.register(identity)
        write = write_of("add", account_id, patient_id, relationship, guardian_id or "", key=key, now=now)
        mine = {"relationship": relationship, "guardian_id": guardian_id}
        row = mine | {"account_id": account_id, "patient_id": patient_id, "added_at": now}

        def work(connection: Connection) -> Row[Any]:
            if result_of(connection, write)[1]:
                known = {PatientId(one.patient_id) for one in _rows(connection, account_id)}
                check_account(rules, known, patient_id, guardian_id)
                if not insert_new(connection, related_people, row):
                    here = update(related_people).where(
                        related_people.c.account_id == account_id, related_people.c.patient_id == patient_id
                    )
                    connection.execute(here.values(**mine))
            return next(one for one in _rows(connection, account_id) if one.patient_id == patient_id)

        return await self._person(await self._database.write(work))

    async def remove(self, account_id: AccountId, patient_id: PatientId, *, key: str, now: datetime) -> None:
        """Let the account no longer book for this person; raises as the port says."""
        write = write_of("remove", account_id, patient_id, key=key, now=now)

        def work(connection: Connection) -> None:
            if not result_of(connection, write)[1]:
                return
            guarded = select(func.count()).where(
                related_people.c.account_id == account_id, related_people.c.guardian_id == patient_id
            )
            if connection.execute(guarded).scalar_one():
                raise Conflict(Refusal.GUARDIAN)
            connection.execute(
                delete(related_people).where(
                    related_people.c.account_id == account_id, related_people.c.patient_id == patient_id
                )
            )

        await self._database.write(work)

    async def _person(self, row: Row[Any]) -> RelatedPerson:
        patient_id = PatientId(row.patient_id)
        identity = await self._patients.identity(patient_id)
        return RelatedPerson(
            account_id=AccountId(row.account_id),
            patient_id=patient_id,
            relationship=Relationship(row.relationship),
            masked=identity.masked(),
            birth_date=birth_date(identity),
            guardian_id=PatientId(row.guardian_id) if row.guardian_id else None,
        )


def _rows(connection: Connection, account_id: str) -> list[Row[Any]]:
    return list(connection.execute(select(related_people).where(related_people.c.account_id == account_id)))
