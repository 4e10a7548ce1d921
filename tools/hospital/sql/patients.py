"""The embedded hospital's patient index: names and numbers sealed, found only by a keyed hash."""

from __future__ import annotations

import hmac
import os
import secrets

import orjson
from sqlalchemy import Connection, select

from archive.columns import insert_new
from archive.database import Database
from archive.sealing import KEY_BYTES, Cipher, MasterKey
from domain.errors import NotFound
from domain.patient import Document, Identity, PatientId
from domain.related_person import AccountId
from tools.hospital.sql.schema import patients
from tools.hospital.sql.schema_records import patient_files


class SqlPatientIndex:
    """Implements `PatientIndex`, `Contacts` and `PatientFiles`.

    A patient is a document number together with a name and a phone: whoever gives a known number under another
    name, or with a phone of their own, becomes another patient, sees and cancels nothing of the first and does not
    learn that there is one.
    """

    def __init__(self, database: Database, *, cipher: Cipher, master: MasterKey) -> None:
        self._database = database
        self._cipher = cipher
        self._master = master
        self._lookup_key = master.derive("patient lookup")

    async def register(self, identity: Identity) -> PatientId:
        """Find or enrol the patient."""
        lookup = self._lookup(identity)
        new_id = PatientId(secrets.token_hex(12))
        key = os.urandom(KEY_BYTES)
        row = {
            "id": new_id,
            "lookup": lookup,
            "wrapped_key": self._master.wrap(key, new_id.encode()),
            "sealed_identity": self._cipher.seal(key, encode_identity(identity), new_id.encode()),
        }

        def work(connection: Connection) -> PatientId:
            if insert_new(connection, patients, row):
                return new_id
            return PatientId(connection.execute(select(patients.c.id).where(patients.c.lookup == lookup)).scalar_one())

        return await self._database.write(work)

    async def masked(self, patient_id: PatientId) -> str:
        """Name, number and phone with the middle starred.

        Raises:
            NotFound: no such patient.
        """
        return (await self.identity(patient_id)).masked()

    async def phone(self, patient_id: PatientId) -> str:
        """The mobile phone; implements `Contacts`.

        Raises:
            NotFound: no such patient.
        """
        return (await self.identity(patient_id)).phone

    async def identity(self, patient_id: PatientId) -> Identity:
        """Who the patient is; stays inside the hospital's adapters.

        Raises:
            NotFound: no such patient.
        """
        wanted = select(patients).where(patients.c.id == patient_id)
        row = await self._database.read(lambda c: c.execute(wanted).first())
        if row is None:
            raise NotFound("patient")
        return self._open(row.id, row.wrapped_key, row.sealed_identity)

    async def matching(self, identity: Identity) -> PatientId | None:
        """The patient whose name, number and phone on the hospital's file are these; implements `PatientFiles`.

        One statement for everybody, so that a stranger cannot tell by the time what was wrong.
        """
        wanted = (
            select(patients.c.id)
            .join(patient_files, patient_files.c.patient_id == patients.c.id)
            .where(patients.c.lookup == self._lookup(identity))
            .where(patient_files.c.phone_lookup == self._phone_lookup(identity.phone))
        )
        found = await self._database.read(lambda c: c.execute(wanted).scalar())
        return None if found is None else PatientId(found)

    async def open_file(self, identity: Identity) -> PatientId:
        """Staff: put the patient on file with the phone the desk has checked."""
        patient_id = await self.register(identity)
        row = {"patient_id": patient_id, "phone_lookup": self._phone_lookup(identity.phone)}

        await self._database.write(lambda connection: insert_new(connection, patient_files, row))
        return patient_id

    def account(self, phone: str) -> AccountId:
        """The account of whoever has proven this phone."""
        return AccountId(f"phone:{hmac.digest(self._lookup_key, b'account ' + phone.encode(), 'sha256').hex()[:48]}")

    def _phone_lookup(self, phone: str) -> bytes:
        return hmac.digest(self._lookup_key, b"phone " + phone.encode(), "sha256")

    def _lookup(self, identity: Identity) -> bytes:
        person = orjson.dumps([identity.document, identity.id_number, identity.name, identity.phone])
        return hmac.digest(self._lookup_key, person, "sha256")

    def _open(self, patient_id: str, wrapped: bytes, sealed: bytes) -> Identity:
        key = self._master.unwrap(wrapped, patient_id.encode())
        return decode_identity(self._cipher.unseal(key, sealed, patient_id.encode()))


def encode_identity(identity: Identity) -> bytes:
    """An identity as it is sealed."""
    return orjson.dumps([identity.name, identity.id_number, identity.phone, identity.document])


def decode_identity(stored: bytes) -> Identity:
    """The identity back."""
    name, id_number, phone, document = orjson.loads(stored)
    return Identity(name=name, id_number=id_number, phone=phone, document=Document(document))
