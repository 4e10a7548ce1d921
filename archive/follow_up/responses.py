"""What patients answered, behind the `Responses` port."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from archive.columns import insert_new
from archive.follow_up.base import Base
from archive.schema_follow_up import responses
from domain.follow_up import Answered, PlanId, QuestionnaireResponse, ResponseStatus, TaskId
from domain.patient import PatientId
from domain.session import SessionId


class SqlResponses:
    """Implements `Responses`."""

    def __init__(self, base: Base) -> None:
        self._base = base

    async def save(self, response: QuestionnaireResponse) -> None:
        """Keep the answers so far; what was kept for the task before is replaced.

        Raises:
            NotFound: nobody follows this patient up.
        """

        def work(connection: Connection) -> None:
            row = {
                "task_id": response.task_id,
                "patient_id": response.patient_id,
                "session_id": response.session_id,
                "authored_at": response.authored_at,
                "sealed_response": self._base.seal(
                    connection, response.patient_id, _fields(response), _context(response.task_id)
                ),
            }
            if not insert_new(connection, responses, row):
                here = update(responses).where(responses.c.task_id == response.task_id)
                connection.execute(here.values(row))

        await self._base.database.write(work)

    async def of_task(self, task_id: TaskId) -> QuestionnaireResponse | None:
        """What was answered to a task."""

        def work(connection: Connection) -> QuestionnaireResponse | None:
            row = connection.execute(select(responses).where(responses.c.task_id == task_id)).first()
            return None if row is None else self._response(row, self._base.key(connection, row.patient_id))

        return await self._base.database.read(work)

    async def of_patient(self, patient_id: PatientId, *, limit: int = 50) -> tuple[QuestionnaireResponse, ...]:
        """A patient's responses, newest first."""
        mine = select(responses).where(responses.c.patient_id == patient_id)
        ordered = mine.order_by(responses.c.authored_at.desc(), responses.c.task_id).limit(limit)

        def work(connection: Connection) -> tuple[QuestionnaireResponse, ...]:
            rows = connection.execute(ordered).all()
            key = self._base.key(connection, patient_id) if rows else b""
            return tuple(self._response(row, key) for row in rows)

        return await self._base.database.read(work)

    def _response(self, row: Row[Any], key: bytes) -> QuestionnaireResponse:
        stored: Any = self._base.unseal(key, row.sealed_response, _context(row.task_id))
        items = (Answered(**{**item, "at": datetime.fromisoformat(item["at"])}) for item in stored["items"])
        return QuestionnaireResponse(
            task_id=TaskId(row.task_id),
            patient_id=PatientId(row.patient_id),
            plan_id=PlanId(stored["plan_id"]),
            plan_version=stored["plan_version"],
            status=ResponseStatus(stored["status"]),
            authored_at=row.authored_at,
            session_id=SessionId(row.session_id),
            items=tuple(items),
            skipped=tuple(stored["skipped"]),
            scores=stored["scores"],
        )


def _fields(response: QuestionnaireResponse) -> dict[str, Any]:
    return {
        "plan_id": response.plan_id,
        "plan_version": response.plan_version,
        "status": response.status,
        "items": [
            {
                "link_id": item.link_id,
                "value": item.value,
                "at": item.at.isoformat(),
                "quote": item.quote,
                "corrects": item.corrects,
            }
            for item in response.items
        ],
        "skipped": list(response.skipped),
        "scores": dict(response.scores),
    }


def _context(task_id: str) -> str:
    return f"response:{task_id}"
