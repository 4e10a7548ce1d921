"""The tables of the archive. Times are microseconds UTC; `sealed_*` holds AES-256-GCM under the session's key.

What stays readable without a key: ids, hashes, times, the audit chain. `archive.migrations` builds the same
tables; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from archive.columns import SERIAL, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of_session() -> Column[str]:
    return Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)


sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("locale", Text, nullable=False),
    Column("token_sha256", String(64), nullable=False),
    Column("resume_sha256", String(64), nullable=False, unique=True),
    Column("sealed_profile", LargeBinary, nullable=False),
    Column("consent_version", String(64), nullable=False),
    Column("consent_purposes", Text, nullable=False),
    Column("consent_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

session_keys = Table(
    "session_keys",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", SERIAL, primary_key=True),
    _of_session(),
    Column("version", String(64), nullable=False),
    Column("purposes", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "session_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", SERIAL, primary_key=True),
    _of_session(),
    Column("input_id", String(128), nullable=False),
    Column("author", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed_message", LargeBinary, nullable=False),
    Column("audit_seq", SERIAL, nullable=False),
    UniqueConstraint("session_id", "input_id", "author"),
    Index(None, "audit_seq"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("trace_id", String(64), primary_key=True),
    _of_session(),
    Column("input_id", String(128), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed_decision", LargeBinary, nullable=False),
    Column("audit_seq", SERIAL, nullable=False),
    Index(None, "session_id"),
    Index(None, "audit_seq"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", SERIAL, primary_key=True),
    _of_session(),
    Column("key_sha256", String(64), nullable=False, unique=True),
    Column("urgent", Boolean, nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index(
        "uq_handoffs_open_session",
        "session_id",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(None, "closed_at", "urgent", "id"),
)

erasures = Table(
    "erasures",
    metadata,
    Column("session_id", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

deferred_erasures = Table(
    "deferred_erasures",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", SERIAL, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("event", String(64), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("seq", SERIAL, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)
