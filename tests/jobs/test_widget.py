"""Notices in the widget: said at once where the patient is, kept for later where not, and never twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from pydantic import TypeAdapter

from archive.database import EmbeddedDatabase
from channels.noticing import WidgetNotifier
from channels.server_events import ResponseCreated, ResponseDone
from domain.errors import Unavailable
from domain.notices import Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.ports import HandoffDesk
from domain.session import SessionId
from domain.turn import Json
from jobs.quiet import QuietHours
from tests.jobs.ward import open_ward
from tests.stores import MONDAY_MORNING, SHANGHAI, SetClock, booking_rules

pytestmark = pytest.mark.contract

SESSION = SessionId("session-1")


class _Log:
    """The event logs of sessions, in memory; `away` makes it fail."""

    def __init__(self) -> None:
        self.events: dict[SessionId, list[dict[str, Json]]] = {}
        self.away = False

    async def append(self, session_id: SessionId, events: Sequence[dict[str, Json]]) -> tuple[int, ...]:
        """Number and keep the events."""
        if self.away:
            raise Unavailable("memory")
        kept = self.events.setdefault(session_id, [])
        first = len(kept) + 1
        kept += [{**event, "seq": first + place} for place, event in enumerate(events)]
        return tuple(range(first, len(kept) + 1))

    async def since(self, session_id: SessionId, seq: int) -> tuple[dict[str, Json], ...]:
        """What was kept after `seq`."""
        return tuple(self.events.get(session_id, ())[seq:])

    async def follow(self, session_id: SessionId, seq: int) -> AsyncIterator[dict[str, Json]]:
        """What was kept after `seq`, without waiting for more."""
        for event in await self.since(session_id, seq):
            yield event


def _notice(patient_id: PatientId) -> Notice:
    return Notice(
        id=NoticeId("remind:1"),
        kind=NoticeKind.REMINDER,
        patient_id=patient_id,
        subject="1",
        text="提醒您",
        at=MONDAY_MORNING,
    )


async def test_a_patient_who_is_there_hears_it_at_once(tmp_path: Path, clock: SetClock) -> None:
    """As an answer to nothing, in every session that shows this patient's notices, once; it counts as read."""
    log = _Log()
    async with open_ward(EmbeddedDatabase(tmp_path / "h.db"), clock) as ward:
        inbox, patient_id = ward.stage.hospital.inbox, await ward.stage.patient()
        notifier = WidgetNotifier(inbox, log, label=lambda: "系统自动回复")
        await inbox.watch(patient_id, SESSION, until=MONDAY_MORNING + timedelta(minutes=1))
        await inbox.watch(patient_id, SESSION, until=MONDAY_MORNING + timedelta(hours=1))
        await inbox.watch(patient_id, SessionId("gone"), until=MONDAY_MORNING)
        for _ in range(2):
            await notifier.notify(_notice(patient_id))
        (created, done), others = log.events.pop(SESSION), log.events
        assert others == {}
        assert TypeAdapter(ResponseCreated).validate_python(created).response_id == "remind:1"
        said = TypeAdapter(ResponseDone).validate_python(done)
        assert (said.text, said.in_reply_to, said.response_id) == ("提醒您", None, "remind:1")
        assert await inbox.unread(patient_id) == ()


async def test_a_patient_who_is_not_there_finds_it_later(tmp_path: Path, clock: SetClock) -> None:
    """Nobody else's session says it; it waits unread."""
    log = _Log()
    async with open_ward(EmbeddedDatabase(tmp_path / "h.db"), clock) as ward:
        inbox, patient_id = ward.stage.hospital.inbox, await ward.stage.patient()
        await inbox.watch(await ward.stage.patient(2), SESSION, until=MONDAY_MORNING + timedelta(hours=1))
        await WidgetNotifier(inbox, log, label=str).notify(_notice(patient_id))
        assert log.events == {}
        assert [one.text for one in await inbox.unread(patient_id)] == ["提醒您"]


async def test_a_notice_that_could_not_be_said_stays_unread(tmp_path: Path, clock: SetClock) -> None:
    """Session memory is away: the notice is kept all the same, and the repetition does not say it late."""
    log = _Log()
    async with open_ward(EmbeddedDatabase(tmp_path / "h.db"), clock) as ward:
        inbox, patient_id = ward.stage.hospital.inbox, await ward.stage.patient()
        notifier = WidgetNotifier(inbox, log, label=str)
        await inbox.watch(patient_id, SESSION, until=MONDAY_MORNING + timedelta(hours=1))
        log.away = True
        with pytest.raises(Unavailable):
            await notifier.notify(_notice(patient_id))
        log.away = False
        await notifier.notify(_notice(patient_id))
        assert log.events == {}
        assert len(await inbox.unread(patient_id)) == 1


@pytest.mark.parametrize(
    ("hour", "until"),
    [(6, 7), (7, None), (12, None), (21, None), (22, 31), (23, 31), (0, 7)],
)
def test_quiet_hours_run_over_midnight(hour: int, until: int | None) -> None:
    """From 22:00 to 07:00, whatever zone the clock is in."""
    quiet = QuietHours(rules=booking_rules(), zone=SHANGHAI)
    midnight = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    expected = None if until is None else midnight + timedelta(hours=until)
    assert quiet.until(midnight + timedelta(hours=hour)) == expected


class _Nurse:
    """A desk where a nurse answers one session."""

    async def held(self, session_id: SessionId, *, now: datetime) -> bool:
        """That one."""
        return session_id == SESSION and now == MONDAY_MORNING


async def test_where_a_nurse_answers_a_notice_waits(tmp_path: Path, clock: SetClock) -> None:
    """Nothing is said between the two; the patient finds it later."""
    log = _Log()
    async with open_ward(EmbeddedDatabase(tmp_path / "h.db"), clock) as ward:
        inbox, patient_id = ward.stage.hospital.inbox, await ward.stage.patient()
        await inbox.watch(patient_id, SESSION, until=MONDAY_MORNING + timedelta(hours=1))
        notifier = WidgetNotifier(inbox, log, label=str, desk=cast("HandoffDesk", _Nurse()))
        await notifier.notify(_notice(patient_id))
        assert log.events == {}
        assert len(await inbox.unread(patient_id)) == 1
