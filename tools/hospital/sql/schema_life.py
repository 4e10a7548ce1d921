"""The tables around a booking: waitlist, 加号 requests, an account's people, due work and notices.

`sealed_text` holds AES-256-GCM under the patient's key.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from archive.columns import Instant
from archive.due import DueTable
from tools.hospital.sql.schema import metadata

waitlist = Table(
    "waitlist",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("department_id", String(16), ForeignKey("departments.id"), nullable=False),
    Column("practitioner_id", String(16), ForeignKey("practitioners.id")),
    Column("title", String(16)),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("period", String(16)),
    Column("max_fee_cents", Integer),
    Column("wish_sha256", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("hold_id", String(64), ForeignKey("holds.id")),
    Index(None, "patient_id"),
    Index(
        "ix_waitlist_waiting",
        "department_id",
        "joined_at",
        sqlite_where=text("status = 'requested'"),
        postgresql_where=text("status = 'requested'"),
    ),
    Index(
        "uq_waitlist_open",
        "patient_id",
        "wish_sha256",
        unique=True,
        sqlite_where=text("status IN ('requested', 'offered')"),
        postgresql_where=text("status IN ('requested', 'offered')"),
    ),
)

extra_requests = Table(
    "extra_requests",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("practitioner_id", String(16), ForeignKey("practitioners.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("period", String(16), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("appointment_id", String(64), ForeignKey("appointments.id")),
    Index(None, "patient_id"),
    Index(
        "uq_extra_requests_open",
        "patient_id",
        "practitioner_id",
        "day",
        "period",
        unique=True,
        sqlite_where=text("status = 'requested'"),
        postgresql_where=text("status = 'requested'"),
    ),
)

related_people = Table(
    "related_people",
    metadata,
    Column("account_id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), primary_key=True),
    Column("relationship", String(16), nullable=False),
    Column("guardian_id", String(64), ForeignKey("patients.id")),
    Column("added_at", Instant, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    Index(None, "patient_id", "at"),
    Index(None, "at"),
)

notice_watchers = Table(
    "notice_watchers",
    metadata,
    Column("patient_id", String(64), ForeignKey("patients.id"), primary_key=True),
    Column("session_id", String(64), primary_key=True),
    Column("until", Instant, nullable=False),
)

due = DueTable.named("hospital_due", metadata)
