"""The console's tables: staff, cases, what staff write, search terms, corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "archive_0003"
down_revision = "archive_0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "staff",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("display", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary),
        sa.Column("last_step", SERIAL, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
    )
    op.create_table(
        "case_notes",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sealed_text", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_case_notes_session_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_notes_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_notes"),
    )
    op.create_index("ix_case_notes_session_id", "case_notes", ["session_id"])
    op.create_table(
        "case_ratings",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("trace_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("factuality", sa.Integer, nullable=False),
        sa.Column("safety", sa.Integer, nullable=False),
        sa.Column("empathy", sa.Integer, nullable=False),
        sa.Column("completeness", sa.Integer, nullable=False),
        sa.Column("readability", sa.Integer, nullable=False),
        sa.Column("sealed_comment", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_case_ratings_session_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_ratings_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_ratings"),
    )
    op.create_index("ix_case_ratings_at", "case_ratings", ["at"])
    op.create_index("ix_case_ratings_session_id", "case_ratings", ["session_id"])
    op.create_table(
        "case_tags",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_case_tags_session_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "tag", name="pk_case_tags"),
    )
    op.create_index("ix_case_tags_tag", "case_tags", ["tag"])
    op.create_table(
        "cases",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("crisis", sa.Boolean, nullable=False),
        sa.Column("disposition", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("opened_by", sa.String(64)),
        sa.Column("handled_at", sa.BigInteger),
        sa.Column("assigned_to", sa.String(64)),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("patient_id", sa.String(64)),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("unclear", sa.Boolean, nullable=False),
        sa.Column("negative", sa.Boolean, nullable=False),
        sa.Column("sampled", sa.Boolean, nullable=False),
        sa.Column("rated", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["assigned_to"], ["staff.id"], name="fk_cases_assigned_to"),
        sa.ForeignKeyConstraint(["claimed_by"], ["staff.id"], name="fk_cases_claimed_by"),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name="fk_cases_opened_by"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_cases_session_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", name="pk_cases"),
    )
    op.create_index("ix_cases_claimed_until", "cases", ["claimed_until"])
    op.create_index("ix_cases_last_at_session_id", "cases", ["last_at", "session_id"])
    op.create_index("ix_cases_patient_id", "cases", ["patient_id"])
    op.create_index("ix_cases_urgency_since_session_id", "cases", ["urgency", "since", "session_id"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_corrections_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_at", "corrections", ["at"])
    op.create_table(
        "search_terms",
        sa.Column("term", sa.LargeBinary(length=8), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_search_terms_session_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("term", "session_id", name="pk_search_terms"),
    )
    op.create_index("ix_search_terms_session_id", "search_terms", ["session_id"])
    op.create_table(
        "staff_recovery",
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_recovery_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "code", name="pk_staff_recovery"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("client", sa.String(160), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("attending_until", sa.BigInteger),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
        sa.UniqueConstraint("token_sha256", name="uq_staff_sessions_token_sha256"),
    )
    op.create_index("ix_staff_sessions_attending_until", "staff_sessions", ["attending_until"])
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
