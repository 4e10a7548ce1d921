"""The audit chain: rows that only grow, each bound to the one before it by an HMAC.

A row holds ids, an event, details without patient text, and a commitment to the sealed bytes written with it. An
erasure removes the bytes and appends a row; the rows before it stay true. Whoever can write the file but does not
hold the key can neither change, insert nor remove a row without `verify` naming it; cutting off the newest rows is
noticed by comparing `Verification.head` with one noted outside the database.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from archive.columns import run
from archive.schema import audit, audit_head, decisions, erasures, messages

_HEAD = select(audit_head.c.seq, audit_head.c.mac).with_for_update()
_MOVE_HEAD = update(audit_head).values(seq=bindparam("new_seq"), mac=bindparam("new_mac"))
_APPEND = insert(audit)
_BLOCK = select(audit).where(audit.c.seq > bindparam("after")).order_by(audit.c.seq).limit(1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a walk over the whole chain found; `broken_at` is the first row that is not as it was written."""

    rows: int
    broken_at: int | None
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a row says; `detail` holds no patient text, `commitment` comes from `AuditChain.commit_to`."""

    event: str
    session_id: str
    at: datetime
    detail: dict[str, str] = field(default_factory=dict)
    commitment: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest row's number and MAC; 0 and empty before the first."""

    seq: int
    mac: bytes


class AuditChain:
    """Appends to and verifies the chain under one 32-byte HMAC key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def commit_to(self, sealed: Iterable[bytes]) -> bytes:
        """A commitment to sealed bytes, in order; empty for none."""
        parts = [hashlib.sha256(one).digest() for one in sealed]
        return hmac.digest(self._key, b"".join(parts), "sha256") if parts else b""

    def head(self, connection: Connection) -> Head:
        """Where the chain ends now; it stays locked until the write transaction ends."""
        seq, mac = run(connection, _HEAD).fetchone()
        return Head(seq=seq, mac=mac)

    def append(self, connection: Connection, entry: Entry, *, after: Head | None = None) -> None:
        """Append one row in the running write transaction; `after` is the head if it was read already."""
        head = after or self.head(connection)
        row: dict[str, Any] = {
            "seq": head.seq + 1,
            "at": entry.at,
            "event": entry.event,
            "session_id": entry.session_id,
            "detail": orjson.dumps(entry.detail, option=orjson.OPT_SORT_KEYS).decode(),
            "commitment": entry.commitment,
        }
        row["mac"] = self._mac(head.mac, row)
        run(connection, _APPEND, row)
        run(connection, _MOVE_HEAD, {"new_seq": row["seq"], "new_mac": row["mac"]})

    def verify(self, connection: Connection) -> Verification:
        """Walk the chain in a read transaction, recomputing every link and every commitment still backed by rows."""
        erased = set(connection.execute(select(erasures.c.session_id)).scalars())
        head = connection.execute(select(audit_head.c.seq, audit_head.c.mac)).one()
        mac, seq = b"", 0
        while block := connection.execute(_BLOCK, {"after": seq}).mappings().all():
            sealed = _sealed_between(connection, seq + 1, block[-1]["seq"])
            for row in block:
                if row["seq"] != seq + 1 or not hmac.compare_digest(row["mac"], self._mac(mac, dict(row))):
                    return Verification(rows=seq, broken_at=seq + 1, head=mac.hex())
                if row["session_id"] not in erased and self.commit_to(sealed[row["seq"]]) != row["commitment"]:
                    return Verification(rows=seq, broken_at=row["seq"], head=mac.hex())
                mac, seq = row["mac"], row["seq"]
        if (seq, mac) != (head.seq, head.mac):
            return Verification(rows=seq, broken_at=seq + 1, head=mac.hex())
        return Verification(rows=seq, broken_at=None, head=mac.hex())

    def _mac(self, previous: bytes, row: Mapping[str, Any]) -> bytes:
        content = orjson.dumps(
            [row["seq"], row["at"].timestamp(), row["event"], row["session_id"], row["detail"], row["commitment"].hex()]
        )
        return hmac.digest(self._key, previous + content, "sha256")


def _sealed_between(connection: Connection, first: int, last: int) -> defaultdict[int, list[bytes]]:
    """Sealed bytes by the audit row they were written with: messages in order, then the decision."""
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    of_messages = select(messages.c.audit_seq, messages.c.sealed_message).order_by(messages.c.id)
    of_decisions = select(decisions.c.audit_seq, decisions.c.sealed_decision)
    for row in connection.execute(of_messages.where(messages.c.audit_seq.between(first, last))):
        found[row.audit_seq].append(row.sealed_message)
    for row in connection.execute(of_decisions.where(decisions.c.audit_seq.between(first, last))):
        found[row.audit_seq].append(row.sealed_decision)
    return found
