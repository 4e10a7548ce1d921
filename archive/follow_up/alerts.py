"""Alerts behind the `Alerts` port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from archive.columns import insert_new
from archive.follow_up.base import Base, actor_of, actor_text
from archive.schema_follow_up import alerts
from domain.clinical import Disposition, RuleId
from domain.errors import NotFound
from domain.follow_up import Actor, CarePlanId, TaskId
from domain.follow_up_alert import Alert, AlertId, AlertLevel, AlertStatus
from domain.patient import PatientId
from domain.session import SessionId


class SqlAlerts:
    """Implements `Alerts`. A step is read, checked and written in one transaction with the row locked."""

    def __init__(self, base: Base) -> None:
        self._base = base

    async def raise_alert(self, alert: Alert) -> Alert:
        """Keep an alert; one with this id that is there is returned as it is.

        Raises:
            NotFound: nobody follows this patient up.
        """

        def work(connection: Connection) -> Alert:
            if not insert_new(connection, alerts, self._row(connection, alert)):
                return self._alert(connection, alert.id)
            detail = {"alert": alert.id, "rule": alert.rule_id, "level": alert.level.value}
            session_id = alert.session_id or ""
            self._base.audit(connection, "follow_up.alert_raised", alert.raised_at, session_id=session_id, **detail)
            return alert

        return await self._base.database.write(work)

    async def alert(self, alert_id: AlertId) -> Alert:
        """One alert."""
        return await self._base.database.read(lambda c: self._alert(c, alert_id, lock=False))

    async def open_alerts(self, *, limit: int = 200) -> tuple[Alert, ...]:
        """What is not closed: red first, then by when somebody must have acted."""
        waiting = select(alerts).where(alerts.c.status != AlertStatus.CLOSED)
        ordered = waiting.order_by(alerts.c.level.desc(), alerts.c.act_by, alerts.c.id).limit(limit)
        return await self._base.database.read(lambda c: self._all(c, ordered))

    async def of_patient(self, patient_id: PatientId) -> tuple[Alert, ...]:
        """All alerts of a patient, newest first."""
        mine = select(alerts).where(alerts.c.patient_id == patient_id)
        ordered = mine.order_by(alerts.c.raised_at.desc(), alerts.c.id)
        return await self._base.database.read(lambda c: self._all(c, ordered))

    async def acknowledge(self, alert_id: AlertId, *, by: Actor, now: datetime) -> Alert:
        """A person looked at it."""
        return await self._step(alert_id, lambda alert: alert.acknowledged(by=by, at=now), by, now)

    async def close(self, alert_id: AlertId, *, by: Actor, reason: str, now: datetime) -> Alert:
        """It is dealt with."""
        return await self._step(alert_id, lambda alert: alert.closed(by=by, reason=reason, at=now), by, now)

    async def open_for(self, session_id: SessionId) -> bool:
        """Whether an alert raised in this session is not closed."""
        waiting = select(alerts.c.id).where(alerts.c.session_id == session_id, alerts.c.status != AlertStatus.CLOSED)
        return await self._base.database.read(lambda c: c.execute(waiting.limit(1)).first()) is not None

    async def _step(self, alert_id: AlertId, step: Callable[[Alert], Alert], by: Actor, now: datetime) -> Alert:
        def work(connection: Connection) -> Alert:
            alert = step(self._alert(connection, alert_id))
            row = self._row(connection, alert)
            connection.execute(update(alerts).where(alerts.c.id == alert_id).values(row))
            event = f"follow_up.alert_{alert.status.value}"
            detail = {"alert": alert_id, "by": actor_text(by)}
            self._base.audit(connection, event, now, session_id=alert.session_id or "", **detail)
            return alert

        return await self._base.database.write(work)

    def _row(self, connection: Connection, alert: Alert) -> dict[str, Any]:
        said = {"text": alert.text, "quote": alert.quote, "closing_reason": alert.closing_reason}
        return {
            "id": alert.id,
            "patient_id": alert.patient_id,
            "session_id": alert.session_id,
            "care_plan_id": alert.care_plan_id,
            "task_id": alert.task_id,
            "level": alert.level,
            "status": alert.status,
            "rule_id": alert.rule_id,
            "disposition": None if alert.disposition is None else alert.disposition.name,
            "raised_at": alert.raised_at,
            "act_by": alert.act_by,
            "acknowledged_at": alert.acknowledged_at,
            "acknowledged_by": actor_text(alert.acknowledged_by) if alert.acknowledged_by else None,
            "closed_at": alert.closed_at,
            "closed_by": actor_text(alert.closed_by) if alert.closed_by else None,
            "sealed_text": self._base.seal(connection, alert.patient_id, said, _context(alert.id)),
        }

    def _all(self, connection: Connection, statement: Any) -> tuple[Alert, ...]:
        rows = connection.execute(statement).all()
        keys = {one: self._base.key(connection, one) for one in {row.patient_id for row in rows}}
        return tuple(self._of(row, keys[row.patient_id]) for row in rows)

    def _alert(self, connection: Connection, alert_id: str, *, lock: bool = True) -> Alert:
        wanted = select(alerts).where(alerts.c.id == alert_id)
        row = connection.execute(wanted.with_for_update() if lock else wanted).first()
        if row is None:
            raise NotFound("alert")
        return self._of(row, self._base.key(connection, row.patient_id))

    def _of(self, row: Row[Any], key: bytes) -> Alert:
        said: Any = self._base.unseal(key, row.sealed_text, _context(row.id))
        return Alert(
            id=AlertId(row.id),
            patient_id=PatientId(row.patient_id),
            level=AlertLevel(row.level),
            rule_id=RuleId(row.rule_id),
            text=said["text"],
            quote=said["quote"],
            disposition=None if row.disposition is None else Disposition[row.disposition],
            raised_at=row.raised_at,
            act_by=row.act_by,
            status=AlertStatus(row.status),
            care_plan_id=None if row.care_plan_id is None else CarePlanId(row.care_plan_id),
            task_id=None if row.task_id is None else TaskId(row.task_id),
            session_id=None if row.session_id is None else SessionId(row.session_id),
            acknowledged_by=actor_of(row.acknowledged_by),
            acknowledged_at=row.acknowledged_at,
            closed_by=actor_of(row.closed_by),
            closed_at=row.closed_at,
            closing_reason=said["closing_reason"],
        )


def _context(alert_id: str) -> str:
    return f"alert:{alert_id}"
