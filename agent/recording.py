"""Archives finished turns and alerts; what the archive cannot take waits in session memory and outlives the process."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from domain.backlog import Backlog
from domain.clinical import DecisionRecord
from domain.errors import Conflict, NotFound, Unavailable
from domain.follow_up import PATIENT
from domain.follow_up_alert import Alert
from domain.follow_up_ports import FollowUp
from domain.ports import Archive
from domain.session import Message

log = structlog.get_logger(__name__)


class Recording:
    """Stores turns in their order: once one has to wait, later ones wait behind it until all are stored."""

    def __init__(self, archive: Archive, backlog: Backlog, follow_up: FollowUp) -> None:
        self._archive = archive
        self._follow_up = follow_up
        self._backlog = backlog
        self._behind = False

    async def record(self, messages: Sequence[Message], decision: DecisionRecord | None) -> None:
        """Store a turn, or have it wait.

        Raises:
            Unavailable: neither the archive nor memory answers.
        """
        if not messages and decision is None:
            return
        try:
            if not self._behind:
                try:
                    await self._archive.record_turn(messages, decision)
                except Unavailable:
                    self._behind = True
                    log.warning("archive_behind")
            if self._behind:
                await self._backlog.put(messages, decision)
        except NotFound:
            log.warning("archive_session_erased")

    async def catch_up(self) -> None:
        """Store what waits, also of processes that ended.

        Raises:
            Unavailable: the archive or memory does not answer; what is left waits on.
        """
        while waiting := await self._backlog.waiting():
            for turn in waiting:
                try:
                    if turn.alert is not None:
                        await self._raise(turn.alert)
                    else:
                        await self._archive.record_turn(turn.messages, turn.decision)
                except NotFound:
                    log.warning("archive_session_erased")
                await self._backlog.settle(turn.ticket)
        self._behind = False

    async def _raise(self, alert: Alert) -> None:
        """Raise an alert with its own times, and end the follow-up that it ended."""
        raised = await self._follow_up.alerts.raise_alert(alert)
        if alert.task_id is None:
            return
        try:
            await self._follow_up.complete(alert.task_id, by=PATIENT, now=raised.raised_at)
        except Conflict:  # it was stopped meanwhile
            log.info("follow_up_over")
