"""The tables behind the nurses' console: staff, cases and what staff write about them.

A case is one session as the inbox shows it. What staff write is sealed with the session's key and goes with it.
`search_terms` is derived from transcripts: keyed hashes of words, never the words.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from archive.columns import SERIAL, Instant
from archive.schema import metadata


def _of_case(*, primary_key: bool = False) -> Column[str]:
    reference = ForeignKey("sessions.id", ondelete="CASCADE")
    return Column("session_id", String(64), reference, nullable=False, primary_key=primary_key)


def _of_staff() -> Column[str]:
    return Column("staff_id", String(64), ForeignKey("staff.id"), nullable=False)


staff = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),
    Column("sealed_secret", LargeBinary),
    Column("last_step", SERIAL, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

staff_recovery = Table(
    "staff_recovery",
    metadata,
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True),
    Column("code", LargeBinary, primary_key=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    _of_staff(),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("client", String(160), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attending_until", Instant),
    Index(None, "staff_id"),
    Index(None, "attending_until"),
)

cases = Table(
    "cases",
    metadata,
    _of_case(primary_key=True),
    Column("urgency", Integer, nullable=False),
    Column("crisis", Boolean, nullable=False),
    Column("disposition", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("since", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("opened_at", Instant),
    Column("opened_by", String(64), ForeignKey("staff.id")),
    Column("handled_at", Instant),
    Column("assigned_to", String(64), ForeignKey("staff.id")),
    Column("claim", Integer, nullable=False),
    Column("claimed_by", String(64), ForeignKey("staff.id")),
    Column("claimed_until", Instant),
    Column("patient_id", String(64)),
    Column("escalated", Boolean, nullable=False),
    Column("unclear", Boolean, nullable=False),
    Column("negative", Boolean, nullable=False),
    Column("sampled", Boolean, nullable=False),
    Column("rated", Boolean, nullable=False),
    Index(None, "urgency", "since", "session_id"),
    Index(None, "last_at", "session_id"),
    Index(None, "claimed_until"),
    Index(None, "patient_id"),
)

case_notes = Table(
    "case_notes",
    metadata,
    Column("id", SERIAL, primary_key=True),
    _of_case(),
    _of_staff(),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    Index(None, "session_id"),
)

case_tags = Table(
    "case_tags",
    metadata,
    _of_case(primary_key=True),
    Column("tag", String(32), primary_key=True),
    Index(None, "tag"),
)

case_ratings = Table(
    "case_ratings",
    metadata,
    Column("id", SERIAL, primary_key=True),
    _of_case(),
    _of_staff(),
    Column("trace_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("factuality", Integer, nullable=False),
    Column("safety", Integer, nullable=False),
    Column("empathy", Integer, nullable=False),
    Column("completeness", Integer, nullable=False),
    Column("readability", Integer, nullable=False),
    Column("sealed_comment", LargeBinary, nullable=False),
    Index(None, "session_id"),
    Index(None, "at"),
)

search_terms = Table(
    "search_terms",
    metadata,
    Column("term", LargeBinary(8), primary_key=True),
    _of_case(primary_key=True),
    Index(None, "session_id"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), nullable=False),
    _of_staff(),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("content", Text, nullable=False),
    Column("closed_at", Instant),
    Index(None, "at"),
)
