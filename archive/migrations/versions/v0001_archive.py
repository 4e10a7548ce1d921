"""Sessions, keys, consents, transcripts, decisions, hand-offs, erasures and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "archive_0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _session_id(table: str, *, primary_key: bool = False) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("session_id", sa.String(64), nullable=False, primary_key=primary_key),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=f"fk_{table}_session_id", ondelete="CASCADE"),
    )


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("resume_sha256", sa.String(64), nullable=False),
        sa.Column("sealed_profile", sa.LargeBinary, nullable=False),
        sa.Column("consent_version", sa.String(64), nullable=False),
        sa.Column("consent_purposes", sa.Text, nullable=False),
        sa.Column("consent_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("resume_sha256", name="uq_sessions_resume_sha256"),
    )
    op.create_table(
        "session_keys",
        *_session_id("session_keys"),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_session_keys"),
    )
    op.create_table(
        "consents",
        sa.Column("id", SERIAL, nullable=False),
        *_session_id("consents"),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("purposes", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_session_id", "consents", ["session_id"])
    op.create_table(
        "messages",
        sa.Column("id", SERIAL, nullable=False),
        *_session_id("messages"),
        sa.Column("input_id", sa.String(128), nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sealed_message", sa.LargeBinary, nullable=False),
        sa.Column("audit_seq", SERIAL, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("session_id", "input_id", "author", name="uq_messages_session_id_input_id_author"),
    )
    op.create_index("ix_messages_audit_seq", "messages", ["audit_seq"])
    op.create_table(
        "decisions",
        sa.Column("trace_id", sa.String(64), nullable=False),
        *_session_id("decisions"),
        sa.Column("input_id", sa.String(128), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sealed_decision", sa.LargeBinary, nullable=False),
        sa.Column("audit_seq", SERIAL, nullable=False),
        sa.PrimaryKeyConstraint("trace_id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_session_id", "decisions", ["session_id"])
    op.create_index("ix_decisions_audit_seq", "decisions", ["audit_seq"])
    op.create_table(
        "handoffs",
        sa.Column("id", SERIAL, nullable=False),
        *_session_id("handoffs"),
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary, nullable=False),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
        sa.UniqueConstraint("key_sha256", name="uq_handoffs_key_sha256"),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_handoffs_open_session",
        "handoffs",
        ["session_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("ix_handoffs_closed_at_urgent_id", "handoffs", ["closed_at", "urgent", "id"])
    op.create_table(
        "erasures",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_erasures"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one_row"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "mac": b""}])
