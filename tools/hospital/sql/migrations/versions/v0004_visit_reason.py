"""Why the patient comes and what they told before, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0004"
down_revision = "hospital_0003"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("appointments", sa.Column("sealed_reason", sa.LargeBinary))
    op.add_column("appointments", sa.Column("sealed_summary", sa.LargeBinary))
