"""Notices in the widget: kept for the patient, and said at once in a session that shows this patient's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from channels import events
from domain.hospital_ports import Inbox
from domain.notices import Notice
from domain.ports import EventLog, HandoffDesk
from domain.session import SessionId
from domain.turn import Json, Origin, TurnDone


class WidgetNotifier:
    """Implements `Notifier` on the inbox and the sessions' event logs.

    A new notice is kept first and said second: what a crash leaves unsaid is still unread. It is said as an answer
    to nothing whose `response_id` is the notice's id, so a client that hears it twice shows it once.
    """

    def __init__(
        self, inbox: Inbox, log: EventLog, *, label: Callable[[], str], desk: HandoffDesk | None = None
    ) -> None:
        """`label` gives the visible AI label. Where a nurse answers, by `desk`, nothing is said; it stays unread."""
        self._inbox = inbox
        self._desk = desk
        self._log = log
        self._label = label

    async def notify(self, notice: Notice) -> None:
        """Keep a new notice, and say it in every session that shows this patient's."""
        if not await self._inbox.put(notice):
            return
        everybody = await self._inbox.watching(notice.patient_id, now=notice.at)
        watching = [one for one in everybody if not await self._is_held(one, notice.at)]
        for session_id in watching:
            await self._say(session_id, notice)
        if watching:
            await self._inbox.mark_read(notice.patient_id, (notice.id,), now=notice.at)

    async def _is_held(self, session_id: SessionId, now: datetime) -> bool:
        return self._desk is not None and await self._desk.held(session_id, now=now)

    async def _say(self, session_id: SessionId, notice: Notice) -> None:
        reply = TurnDone(
            text=notice.text,
            origin=Origin.FIXED,
            label=self._label(),
            sources=(),
            timing_ms={},
            trace_id=notice.id,
            pending=None,
        )
        stamp: dict[str, Json] = {"session_id": session_id, "at": notice.at.isoformat()}
        said = (events.created(notice.id, 1, None), events.done(notice.id, None, reply))
        await self._log.append(session_id, [stamp | event for event in said])
