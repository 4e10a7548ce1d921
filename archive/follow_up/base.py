"""What every part of follow-up works with: the database, the patients' keys, the audit chain."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, select

from archive.chain import AuditChain, Entry
from archive.columns import insert_new
from archive.database import Database
from archive.schema_follow_up import follow_up_patients
from archive.sealing import KEY_BYTES, Cipher, MasterKey
from domain.errors import NotFound
from domain.follow_up import Actor
from domain.patient import PatientId

_PERSON, _SERVICE = "person", "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Shared by the parts; the functions run in whatever transaction needs them."""

    database: Database
    cipher: Cipher
    master: MasterKey
    chain: AuditChain

    def enrol(self, connection: Connection, patient_id: PatientId) -> None:
        """Give a patient who has none a key."""
        wrapped = self.master.wrap(os.urandom(KEY_BYTES), _whose(patient_id))
        insert_new(connection, follow_up_patients, {"patient_id": patient_id, "wrapped_key": wrapped})

    def key(self, connection: Connection, patient_id: str) -> bytes:
        """A patient's key.

        Raises:
            NotFound: nobody follows this patient up, or their key was destroyed.
        """
        mine = select(follow_up_patients.c.wrapped_key).where(follow_up_patients.c.patient_id == patient_id)
        wrapped = connection.execute(mine).scalar()
        if wrapped is None:
            raise NotFound("follow-up patient")
        return self.master.unwrap(wrapped, _whose(patient_id))

    def seal(self, connection: Connection, patient_id: str, fields: object, context: str) -> bytes:
        """JSON under the patient's key, bound to what it belongs to."""
        return self.cipher.seal(self.key(connection, patient_id), orjson.dumps(fields), context.encode())

    def unseal(self, key: bytes, sealed: bytes, context: str) -> object:
        """The JSON `seal` kept."""
        return orjson.loads(self.cipher.unseal(key, sealed, context.encode()))

    def audit(self, connection: Connection, event: str, now: datetime, *, session_id: str = "", **detail: str) -> None:
        """Append to the chain in the running transaction; `detail` holds ids and codes only."""
        self.chain.append(connection, Entry(event=event, session_id=session_id, at=now, detail=detail))


def actor_text(actor: Actor) -> str:
    """An actor as a column keeps it."""
    return f"{_PERSON if actor.person else _SERVICE}:{actor.id}"


def actor_of(text: str | None) -> Actor | None:
    """The actor `actor_text` wrote."""
    if text is None:
        return None
    kind, _, who = text.partition(":")
    return Actor(id=who, person=kind == _PERSON)


def _whose(patient_id: str) -> bytes:
    return f"follow-up:{patient_id}".encode()
