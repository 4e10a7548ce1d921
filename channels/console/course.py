"""Follow-up as the console's pages read it: ids with what they mean, readings with the values nobody minds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from channels.console.ports import Names
from channels.console.rows import stamp
from domain.diary import Observation, Reminder
from domain.follow_up import CarePlan, QuestionnaireResponse, Task
from domain.follow_up_alert import Alert

PERSON: Final = "person:"
"""What the archive writes before the account of a task's owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Writes follow-up down in the words of the pack at work."""

    names: Names

    def plan(self, one: CarePlan) -> dict[str, Any]:
        """A care plan."""
        return {
            "id": one.id,
            "plan_id": one.plan_id,
            "title": self.names.plan(one.plan_id),
            "version": one.plan_version,
            "anchor": one.anchor.isoformat(),
            "status": one.status.value,
            "enrolled_at": stamp(one.enrolled_at),
        }

    def task(self, one: Task) -> dict[str, Any]:
        """A task."""
        return {
            "id": one.id,
            "code": one.code.value,
            "care_plan_id": one.care_plan_id,
            "patient_id": one.patient_id,
            "plan_id": one.plan_id,
            "title": self.names.plan(one.plan_id),
            "step": one.step,
            "due_at": stamp(one.due_at),
            "status": one.status.value,
            "tries": one.tries,
            "owner": one.owner.removeprefix(PERSON),
        }

    def response(self, one: QuestionnaireResponse) -> dict[str, Any]:
        """What a patient answered, each question and answer also in words, and the scores with their titles."""
        items = []
        for item in one.items:
            question, said = self.names.answer(one.plan_id, item.link_id, item.value)
            items.append({**asdict(item), "at": stamp(item.at), "question": question, "answer": said})
        scores = [{"id": name, "title": self.names.instrument(name), "value": v} for name, v in one.scores.items()]
        return {
            "task_id": one.task_id,
            "plan_id": one.plan_id,
            "title": self.names.plan(one.plan_id),
            "status": one.status.value,
            "authored_at": stamp(one.authored_at),
            "items": items,
            "scores": scores,
        }

    def diary(self, readings: Iterable[Observation]) -> dict[str, Any]:
        """Readings by measure, oldest first; `low` and `high` enclose what the pack's tables say nothing to."""
        measures: dict[str, Any] = {}
        for one in readings:
            if one.measure.value not in measures:
                label, low, high = self.names.measure(one.measure)
                drawn: dict[str, Any] = {
                    "label": label,
                    "unit": one.measure.unit,
                    "low": low,
                    "high": high,
                    "points": [],
                }
                measures[one.measure.value] = drawn
            measures[one.measure.value]["points"].append([stamp(one.at), one.value])
        return measures


def alert_fields(one: Alert) -> dict[str, Any]:
    """An alert as the board reads it."""
    return {
        "id": one.id,
        "patient_id": one.patient_id,
        "level": one.level.value,
        "status": one.status.value,
        "rule_id": one.rule_id,
        "text": one.text,
        "quote": one.quote,
        "disposition": one.disposition.name if one.disposition is not None else None,
        "raised_at": stamp(one.raised_at),
        "act_by": stamp(one.act_by),
        "care_plan_id": one.care_plan_id,
        "task_id": one.task_id,
        "session_id": one.session_id,
        "closing_reason": one.closing_reason,
        "closed_at": stamp(one.closed_at),
    }


def reminder_fields(one: Reminder) -> dict[str, Any]:
    """A reminder."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "at": one.at.isoformat(timespec="minutes"),
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
    }
