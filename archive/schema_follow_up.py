"""The tables of follow-up. `sealed_*` holds AES-256-GCM under the patient's key, which stands in `follow_up_patients`.

Everything of a patient hangs on that row and goes with it; what was said in a session goes with the session too.
What stays readable without a key: ids, codes, days, statuses.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from archive.columns import Instant
from archive.due import DueTable
from archive.schema import metadata


def _of_patient() -> Column[str]:
    target = ForeignKey("follow_up_patients.patient_id", ondelete="CASCADE")
    return Column("patient_id", String(64), target, nullable=False)


def _of_session() -> Column[str]:
    return Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"))


follow_up_patients = Table(
    "follow_up_patients",
    metadata,
    Column("patient_id", String(64), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
)

care_plans = Table(
    "care_plans",
    metadata,
    Column("id", String(64), primary_key=True),
    _of_patient(),
    Column("plan_id", String(64), nullable=False),
    Column("plan_version", String(64), nullable=False),
    Column("anchor", String(10), nullable=False),
    Column("status", String(16), nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("enrolled_by", String(64), nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(64)),
    Index(None, "patient_id"),
)

tasks = Table(
    "follow_up_tasks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("code", String(16), nullable=False),
    Column("care_plan_id", String(64), ForeignKey("care_plans.id", ondelete="CASCADE"), nullable=False),
    _of_patient(),
    Column("plan_id", String(64), nullable=False),
    Column("step", String(16), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("told_at", Instant),
    Column("ended_at", Instant),
    Column("owner", String(64), nullable=False, server_default=""),
    Index(None, "care_plan_id"),
    Index(None, "patient_id"),
    Index(None, "status", "due_at"),
)

responses = Table(
    "follow_up_responses",
    metadata,
    Column("task_id", String(64), ForeignKey("follow_up_tasks.id", ondelete="CASCADE"), primary_key=True),
    _of_patient(),
    _of_session(),
    Column("authored_at", Instant, nullable=False),
    Column("sealed_response", LargeBinary, nullable=False),
    Index(None, "patient_id", "authored_at"),
    Index(None, "session_id"),
)

alerts = Table(
    "follow_up_alerts",
    metadata,
    Column("id", String(96), primary_key=True),
    _of_patient(),
    _of_session(),
    Column("care_plan_id", String(64)),
    Column("task_id", String(64)),
    Column("level", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("rule_id", String(96), nullable=False),
    Column("disposition", String(16)),
    Column("raised_at", Instant, nullable=False),
    Column("act_by", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String(64)),
    Column("closed_at", Instant),
    Column("closed_by", String(64)),
    Column("sealed_text", LargeBinary, nullable=False),
    Index(None, "patient_id"),
    Index(None, "session_id", "status"),
    Index(None, "status", "act_by"),
)

diary = Table(
    "diary",
    metadata,
    Column("id", String(160), primary_key=True),
    _of_patient(),
    _of_session(),
    Column("measure", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed_value", LargeBinary, nullable=False),
    Index(None, "patient_id", "at"),
    Index(None, "session_id"),
)

reminders = Table(
    "follow_up_reminders",
    metadata,
    Column("id", String(64), primary_key=True),
    _of_patient(),
    Column("care_plan_id", String(64)),
    Column("kind", String(16), nullable=False),
    Column("at", String(5), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("stopped", Boolean, nullable=False),
    Index(None, "patient_id"),
)

due = DueTable.named("follow_up_due", metadata)
