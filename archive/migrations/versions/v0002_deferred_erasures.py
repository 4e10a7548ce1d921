"""Erasures that wait until nobody works on their session any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "archive_0002"
down_revision = "archive_0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "deferred_erasures",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_deferred_erasures"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_deferred_erasures_session_id", ondelete="CASCADE"
        ),
    )
