"""Drafts and releases of the knowledge pack, and the nurses' training."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "archive_0005"
down_revision = "archive_0004"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "knowledge_drafts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("findings", sa.Text),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_knowledge_drafts_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_drafts"),
    )
    op.create_index("ix_knowledge_drafts_at", "knowledge_drafts", ["at"])
    op.create_table(
        "knowledge_releases",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("installed", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=False),
        sa.Column("draft_id", sa.String(64)),
        sa.Column("restores", sa.String(64), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name="fk_knowledge_releases_approved_by"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_knowledge_releases_staff_id"),
        sa.PrimaryKeyConstraint("number", name="pk_knowledge_releases"),
    )
    op.create_table(
        "trainings",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("exercise", sa.String(96), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("department_right", sa.Boolean, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_trainings_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
    )
    op.create_index("ix_trainings_at", "trainings", ["at"])
    op.create_index("ix_trainings_staff_id", "trainings", ["staff_id"])
