"""Why the patient comes, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0004"
down_revision = "hospital_0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("appointments", sa.Column("sealed_reason", sa.LargeBinary))
