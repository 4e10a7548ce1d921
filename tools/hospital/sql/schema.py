"""The tables of the embedded hospital. Times are microseconds UTC, dates the hospital's own days.

The one equation everything rests on: of a slot's `capacity`, `sold` places went over the hospital's own windows,
`taken` are booked here (as many as appointments stand), `held` are kept for somebody deciding (as many as holds
stand), the rest is free. Every statement that moves a place moves the counter and the row in one transaction.
`extra` of the `capacity` were added by the desk (加号), each with its appointment, and go when that is cancelled.
`sealed_reason` and `sealed_summary` hold AES-256-GCM under the patient's key.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from archive.columns import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

departments = Table(
    "departments",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("building", String(64), nullable=False),
    Column("floor", String(32), nullable=False),
    Column("area", String(64), nullable=False),
    Column("bookable", Boolean, nullable=False),
    Column("bring", Text, nullable=False),
)

practitioners = Table(
    "practitioners",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(32), nullable=False),
    Column("title", String(16), nullable=False),
    Column("department_id", String(16), ForeignKey("departments.id"), nullable=False),
    Column("speciality", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("practitioner_id", String(16), ForeignKey("practitioners.id"), nullable=False),
    Column("department_id", String(16), ForeignKey("departments.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("period", String(16), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("expert", Boolean, nullable=False),
    Column("fee_cents", Integer, nullable=False),
    Column("first_number", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("sold", Integer, nullable=False),
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("stopped", Boolean, nullable=False),
    Column("extra", Integer, nullable=False, server_default="0"),
    Column("stopped_at", Instant),
    CheckConstraint("sold >= 0 AND taken >= 0 AND held >= 0 AND sold + taken + held <= capacity", name="places"),
    Index("ix_slots_search", "department_id", "starts_at", "stopped", "expert", "period", "fee_cents"),
    Index(None, "practitioner_id", "starts_at"),
    Index(None, "starts_at"),
    Index(None, "stopped_at"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("slot_id", String(64), ForeignKey("slots.id"), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(
        "ix_holds_standing",
        "slot_id",
        "expires_at",
        sqlite_where=text("status = 'held'"),
        postgresql_where=text("status = 'held'"),
    ),
)

patients = Table(
    "patients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(64), ForeignKey("patients.id"), nullable=False),
    Column("slot_id", String(64), ForeignKey("slots.id"), nullable=False),
    Column("hold_id", String(64), ForeignKey("holds.id"), nullable=False, unique=True),
    Column("department_id", String(16), nullable=False),
    Column("day", Date, nullable=False),
    Column("period", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("booked_at", Instant, nullable=False),
    Column("cancelled_at", Instant),
    Column("extra", Boolean, nullable=False, server_default=false()),
    Column("arrived_at", Instant),
    Column("sealed_reason", LargeBinary),
    Column("sealed_summary", LargeBinary),
    Index(None, "patient_id"),
    Index(None, "slot_id"),
    Index(
        "uq_appointments_patient_session",
        "patient_id",
        "department_id",
        "day",
        "period",
        unique=True,
        sqlite_where=text("status != 'cancelled'"),
        postgresql_where=text("status != 'cancelled'"),
    ),
    Index(
        "uq_appointments_number",
        "slot_id",
        "number",
        unique=True,
        sqlite_where=text("status != 'cancelled'"),
        postgresql_where=text("status != 'cancelled'"),
    ),
)

writes = Table(
    "writes",
    metadata,
    Column("key_sha256", String(64), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("result_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
