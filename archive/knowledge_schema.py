"""The tables of changes to the knowledge pack, and of the nurses' training. No patient is in any of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from archive.columns import SERIAL, Instant
from archive.schema import metadata


def _staff(name: str) -> Column[str]:
    return Column(name, String(64), ForeignKey("staff.id"), nullable=False)


knowledge_drafts = Table(
    "knowledge_drafts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String(160), nullable=False),
    _staff("staff_id"),
    Column("at", Instant, nullable=False),
    Column("base", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("findings", Text),
    Index(None, "at"),
)

knowledge_releases = Table(
    "knowledge_releases",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", String(64), nullable=False),
    Column("installed", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    _staff("staff_id"),
    _staff("approved_by"),
    Column("draft_id", String(64)),
    Column("restores", String(64), nullable=False),
    Column("files", Text, nullable=False),
)

trainings = Table(
    "trainings",
    metadata,
    Column("id", SERIAL, primary_key=True),
    _staff("staff_id"),
    Column("at", Instant, nullable=False),
    Column("exercise", String(96), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("department_right", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Index(None, "at"),
    Index(None, "staff_id"),
)
