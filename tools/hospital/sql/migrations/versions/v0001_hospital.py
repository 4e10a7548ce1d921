"""Departments, practitioners, slots, holds, patients, appointments and idempotent writes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    _create_staff()
    _create_slots()
    _create_patients()
    op.create_table(
        "writes",
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("result_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name="pk_writes"),
    )


def _create_staff() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("building", sa.String(64), nullable=False),
        sa.Column("floor", sa.String(32), nullable=False),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("bookable", sa.Boolean, nullable=False),
        sa.Column("bring", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_departments"),
    )
    op.create_table(
        "practitioners",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("title", sa.String(16), nullable=False),
        sa.Column("department_id", sa.String(16), nullable=False),
        sa.Column("speciality", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practitioners"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_practitioners_department_id"),
    )


def _create_slots() -> None:
    op.create_table(
        "slots",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("practitioner_id", sa.String(16), nullable=False),
        sa.Column("department_id", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("expert", sa.Boolean, nullable=False),
        sa.Column("fee_cents", sa.Integer, nullable=False),
        sa.Column("first_number", sa.Integer, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("sold", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
        sa.Column("held", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioners.id"], name="fk_slots_practitioner_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_slots_department_id"),
        sa.CheckConstraint(
            "sold >= 0 AND taken >= 0 AND held >= 0 AND sold + taken + held <= capacity", name="ck_slots_places"
        ),
    )
    # What never changes on booking stands in the index, so that a search reads only rows that match.
    searched = ["department_id", "starts_at", "stopped", "expert", "period", "fee_cents"]
    op.create_index("ix_slots_search", "slots", searched)
    op.create_index("ix_slots_practitioner_id_starts_at", "slots", ["practitioner_id", "starts_at"])
    op.create_index("ix_slots_starts_at", "slots", ["starts_at"])
    op.create_table(
        "holds",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("slot_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name="fk_holds_slot_id"),
    )
    standing = sa.text("status = 'held'")
    op.create_index(
        "ix_holds_standing",
        "holds",
        ["slot_id", "expires_at"],
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _create_patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patients"),
        sa.UniqueConstraint("lookup", name="uq_patients_lookup"),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("slot_id", sa.String(64), nullable=False),
        sa.Column("hold_id", sa.String(64), nullable=False),
        sa.Column("department_id", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("booked_at", sa.BigInteger, nullable=False),
        sa.Column("cancelled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_appointments_patient_id"),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name="fk_appointments_slot_id"),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name="fk_appointments_hold_id"),
        sa.UniqueConstraint("hold_id", name="uq_appointments_hold_id"),
    )
    op.create_index("ix_appointments_patient_id", "appointments", ["patient_id"])
    stands = sa.text("status != 'cancelled'")
    for name, columns in (
        ("uq_appointments_patient_session", ["patient_id", "department_id", "day", "period"]),
        ("uq_appointments_number", ["slot_id", "number"]),
    ):
        op.create_index(name, "appointments", columns, unique=True, sqlite_where=stands, postgresql_where=stands)
