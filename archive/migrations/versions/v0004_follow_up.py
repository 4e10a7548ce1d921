"""Follow-up: patients' keys, care plans, tasks, responses, alerts, diary, reminders, and their due work."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "archive_0004"
down_revision = "archive_0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "follow_up_patients",
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name="pk_follow_up_patients"),
    )
    op.create_table(
        "care_plans",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("plan_id", sa.String(64), nullable=False),
        sa.Column("plan_version", sa.String(64), nullable=False),
        sa.Column("anchor", sa.String(10), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger, nullable=False),
        sa.Column("enrolled_by", sa.String(64), nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_care_plans"),
        _of_patient("care_plans"),
    )
    op.create_index("ix_care_plans_patient_id", "care_plans", ["patient_id"])
    op.create_table(
        "follow_up_tasks",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("care_plan_id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("plan_id", sa.String(64), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("owner", sa.String(64), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_tasks"),
        sa.ForeignKeyConstraint(
            ["care_plan_id"], ["care_plans.id"], name="fk_follow_up_tasks_care_plan_id", ondelete="CASCADE"
        ),
        _of_patient("follow_up_tasks"),
    )
    op.create_index("ix_follow_up_tasks_care_plan_id", "follow_up_tasks", ["care_plan_id"])
    op.create_index("ix_follow_up_tasks_patient_id", "follow_up_tasks", ["patient_id"])
    op.create_index("ix_follow_up_tasks_status_due_at", "follow_up_tasks", ["status", "due_at"])
    _responses()
    _alerts()
    _diary()
    _reminders()
    op.create_table(
        "follow_up_due",
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("free_at", sa.BigInteger),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_due"),
    )
    op.create_index("ix_follow_up_due_free_at", "follow_up_due", ["free_at"])


def _responses() -> None:
    op.create_table(
        "follow_up_responses",
        sa.Column("task_id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64)),
        sa.Column("authored_at", sa.BigInteger, nullable=False),
        sa.Column("sealed_response", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_follow_up_responses"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["follow_up_tasks.id"], name="fk_follow_up_responses_task_id", ondelete="CASCADE"
        ),
        _of_patient("follow_up_responses"),
        _of_session("follow_up_responses"),
    )
    op.create_index(
        "ix_follow_up_responses_patient_id_authored_at", "follow_up_responses", ["patient_id", "authored_at"]
    )
    op.create_index("ix_follow_up_responses_session_id", "follow_up_responses", ["session_id"])


def _alerts() -> None:
    op.create_table(
        "follow_up_alerts",
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64)),
        sa.Column("care_plan_id", sa.String(64)),
        sa.Column("task_id", sa.String(64)),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("rule_id", sa.String(96), nullable=False),
        sa.Column("disposition", sa.String(16)),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("act_by", sa.BigInteger, nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger),
        sa.Column("acknowledged_by", sa.String(64)),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_by", sa.String(64)),
        sa.Column("sealed_text", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_alerts"),
        _of_patient("follow_up_alerts"),
        _of_session("follow_up_alerts"),
    )
    op.create_index("ix_follow_up_alerts_patient_id", "follow_up_alerts", ["patient_id"])
    op.create_index("ix_follow_up_alerts_session_id_status", "follow_up_alerts", ["session_id", "status"])
    op.create_index("ix_follow_up_alerts_status_act_by", "follow_up_alerts", ["status", "act_by"])


def _diary() -> None:
    op.create_table(
        "diary",
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64)),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sealed_value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_diary"),
        _of_patient("diary"),
        _of_session("diary"),
    )
    op.create_index("ix_diary_patient_id_at", "diary", ["patient_id", "at"])
    op.create_index("ix_diary_session_id", "diary", ["session_id"])


def _reminders() -> None:
    op.create_table(
        "follow_up_reminders",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("care_plan_id", sa.String(64)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_reminders"),
        _of_patient("follow_up_reminders"),
    )
    op.create_index("ix_follow_up_reminders_patient_id", "follow_up_reminders", ["patient_id"])


def _of_patient(table: str) -> Any:
    name = f"fk_{table}_patient_id"
    return sa.ForeignKeyConstraint(["patient_id"], ["follow_up_patients.patient_id"], name=name, ondelete="CASCADE")


def _of_session(table: str) -> Any:
    return sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=f"fk_{table}_session_id", ondelete="CASCADE")
