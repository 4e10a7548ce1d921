"""Idempotent writes: a key does one thing once, whoever sends it again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from archive.columns import insert_new
from domain.errors import Conflict
from domain.scheduling import Refusal
from tools.hospital.sql.schema import writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One idempotent write: `subject` says what it does to what, `result_id` what it will have made."""

    key: str
    subject: str
    result_id: str
    at: datetime


def new_id() -> str:
    """An id nobody can guess."""
    return secrets.token_hex(12)


def write_of(operation: str, *subject: str, key: str, now: datetime) -> Write:
    """The write that `key` stands for; what it does to what is part of it."""
    return Write(key=key, subject=" ".join((operation, *subject)), result_id=new_id(), at=now)


def result_of(connection: Connection, write: Write) -> tuple[str, bool]:
    """The id the write makes, and whether this is the first time; an earlier write gives its own id.

    Raises:
        Conflict: the key was used for something else.
    """
    key = hashlib.sha256(write.key.encode()).hexdigest()
    row = {"key_sha256": key, "subject": write.subject, "result_id": write.result_id, "at": write.at}
    if insert_new(connection, writes, row):
        return write.result_id, True
    earlier = connection.execute(select(writes).where(writes.c.key_sha256 == key)).one()
    if earlier.subject != write.subject:
        raise Conflict(Refusal.KEY_REUSED)
    return str(earlier.result_id), False
