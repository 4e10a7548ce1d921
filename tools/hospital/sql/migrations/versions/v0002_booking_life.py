"""Waitlist, 加号 requests, an account's people, arrivals, stopped clinics, due work and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0002"
down_revision = "hospital_0001"


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("slots", sa.Column("extra", sa.Integer, nullable=False, server_default="0"))
    op.add_column("slots", sa.Column("stopped_at", sa.BigInteger))
    op.add_column("appointments", sa.Column("extra", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("appointments", sa.Column("arrived_at", sa.BigInteger))
    op.create_index("ix_slots_stopped_at", "slots", ["stopped_at"])
    op.create_index("ix_appointments_slot_id", "appointments", ["slot_id"])
    _create_waitlist()
    _create_extra_requests()
    _create_people()
    _create_notices()
    op.create_table(
        "hospital_due",
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("free_at", sa.BigInteger),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_hospital_due"),
    )
    op.create_index("ix_hospital_due_free_at", "hospital_due", ["free_at"])


def _create_waitlist() -> None:
    op.create_table(
        "waitlist",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("department_id", sa.String(16), nullable=False),
        sa.Column("practitioner_id", sa.String(16)),
        sa.Column("title", sa.String(16)),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("period", sa.String(16)),
        sa.Column("max_fee_cents", sa.Integer),
        sa.Column("wish_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.Column("hold_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_waitlist_patient_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_waitlist_department_id"),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioners.id"], name="fk_waitlist_practitioner_id"),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name="fk_waitlist_hold_id"),
    )
    op.create_index("ix_waitlist_patient_id", "waitlist", ["patient_id"])
    _create_open_index("ix_waitlist_waiting", "waitlist", ["department_id", "joined_at"], "status = 'requested'")
    _create_open_index(
        "uq_waitlist_open", "waitlist", ["patient_id", "wish_sha256"], "status IN ('requested', 'offered')", unique=True
    )


def _create_extra_requests() -> None:
    op.create_table(
        "extra_requests",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("practitioner_id", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("appointment_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_extra_requests"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_extra_requests_patient_id"),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioners.id"], name="fk_extra_requests_practitioner_id"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name="fk_extra_requests_appointment_id"),
    )
    _create_open_index(
        "uq_extra_requests_open",
        "extra_requests",
        ["patient_id", "practitioner_id", "day", "period"],
        "status = 'requested'",
        unique=True,
    )
    op.create_index("ix_extra_requests_patient_id", "extra_requests", ["patient_id"])


def _create_people() -> None:
    op.create_table(
        "related_people",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("relationship", sa.String(16), nullable=False),
        sa.Column("guardian_id", sa.String(64)),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "patient_id", name="pk_related_people"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_related_people_patient_id"),
        sa.ForeignKeyConstraint(["guardian_id"], ["patients.id"], name="fk_related_people_guardian_id"),
    )


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_notices_patient_id"),
    )
    op.create_index("ix_notices_patient_id_at", "notices", ["patient_id", "at"])
    op.create_index("ix_notices_at", "notices", ["at"])
    op.create_table(
        "notice_watchers",
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "session_id", name="pk_notice_watchers"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_notice_watchers_patient_id"),
    )


def _create_open_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """An index over the open rows alone."""
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
