"""The tables of records and of proving who somebody is.

`sealed` holds AES-256-GCM under the patient's key: titles, departments, texts and lines of a bill. Only ids, states,
days and times can be read without it. A code's row holds a random seed; the code is its keyed hash and stands nowhere.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from archive.columns import Instant
from tools.hospital.sql.schema import metadata

patient_files = Table(
    "patient_files",
    metadata,
    Column("patient_id", String(64), ForeignKey("patients.id"), primary_key=True),
    Column("phone_lookup", LargeBinary, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("status", String(24), nullable=False),
    Column("collected_at", Instant, nullable=False),
    Column("expected_at", Instant),
    Column("issued_at", Instant),
    Column("critical", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "patient_id", "collected_at"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("admitted_on", Date, nullable=False),
    Column("discharged_on", Date),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "patient_id"),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("account_id", String(64), ForeignKey("accounts.id")),
    Column("day", Date, nullable=False),
    Column("status", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "patient_id", "day"),
    Index(None, "account_id"),
)

identity_codes = Table(
    "identity_codes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ended_by", String(64)),
    Index(None, "session_id"),
    Index(None, "expires_at"),
)
