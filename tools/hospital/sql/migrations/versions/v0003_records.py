"""Files, reports, accounts, invoices and one-time codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0003"
down_revision = "hospital_0002"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "patient_files",
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("phone_lookup", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name="pk_patient_files"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_patient_files_patient_id"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("collected_at", sa.BigInteger, nullable=False),
        sa.Column("expected_at", sa.BigInteger),
        sa.Column("issued_at", sa.BigInteger),
        sa.Column("critical", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_reports_patient_id"),
    )
    op.create_index("ix_reports_patient_id_collected_at", "reports", ["patient_id", "collected_at"])
    _create_bills()
    op.create_table(
        "identity_codes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ended_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_identity_codes"),
    )
    op.create_index("ix_identity_codes_session_id", "identity_codes", ["session_id"])
    op.create_index("ix_identity_codes_expires_at", "identity_codes", ["expires_at"])


def _create_bills() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("admitted_on", sa.Date, nullable=False),
        sa.Column("discharged_on", sa.Date),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_accounts_patient_id"),
    )
    op.create_index("ix_accounts_patient_id", "accounts", ["patient_id"])
    op.create_table(
        "invoices",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64)),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_invoices_patient_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_invoices_account_id"),
    )
    op.create_index("ix_invoices_patient_id_day", "invoices", ["patient_id", "day"])
    op.create_index("ix_invoices_account_id", "invoices", ["account_id"])
