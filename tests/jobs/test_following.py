"""Follow-up when it is due: told once, told again, called; never twice, never lost, never at night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from archive.opening import OpenArchive
from domain.diary import Reminder, ReminderId, ReminderKind
from domain.errors import Unavailable
from domain.follow_up import CarePlanStatus, Task, TaskCode, TaskStatus
from domain.notices import FOLLOW_UP_WORK, Notice
from jobs.following import Following
from jobs.quiet import QuietHours
from jobs.worker import Worker
from tests.follow_up.stage import NURSE, PATIENT_ID, book, enrolled
from tests.jobs.ward import RememberingNotifier
from tests.stores import SHANGHAI, SetClock, booking_rules, sqlite_archive

pytestmark = pytest.mark.contract
TEXTS = {"followup.invite": "请做随访", "followup.invite_again": "还没有做完", "followup.medication": "到用药的时间了"}


class Wording:
    """Says which text it was asked for."""

    def say(self, text_id: str, /, **_values: str | int) -> str:
        """The text's gist."""
        return TEXTS[text_id]


class Once(RememberingNotifier):
    """A way to patients that keeps the first notice of an id, as every receiver does."""

    dies_after: bool = False

    async def notify(self, notice: Notice) -> None:
        """Keep the notice, then fail if it is to."""
        if all(one.id != notice.id for one in self.notices):
            await RememberingNotifier.notify(self, notice)
        if self.dies_after:
            raise Unavailable("worker")


@dataclass(slots=True)
class Station:
    """An archive with workers."""

    archive: OpenArchive
    clock: SetClock
    notifier: Once

    def worker(self) -> Worker:
        """One more worker."""
        following = Following(
            follow_up=self.archive.follow_up,
            notifier=self.notifier,
            wording=Wording(),
            quiet=QuietHours(rules=booking_rules(), zone=SHANGHAI),
            book=book,
        )
        return Worker(self.archive.follow_up.due, following.handlers(), self.clock, kinds=FOLLOW_UP_WORK)

    async def at(self, moment: datetime) -> list[str]:
        """Set the clock, do what is due; what was said then."""
        self.clock.time = moment
        before = len(self.notifier.notices)
        await self.worker().drain()
        return self.notifier.texts[before:]

    async def task(self, task: Task) -> Task:
        """A task as it stands."""
        return await self.archive.follow_up.task(task.id)


@pytest.fixture
async def station(tmp_path: Path, clock: SetClock) -> AsyncIterator[Station]:
    """An empty archive and nobody told."""
    async with sqlite_archive(tmp_path, clock) as archive:
        yield Station(archive, clock, Once())


async def test_told_told_again_then_a_nurse_calls(station: Station) -> None:
    """Day 3 at ten, six hours later, and eighteen hours after that a call stands on the board."""
    _, [task] = await enrolled(station.archive, station.clock)
    assert task.due_at == datetime(2026, 3, 5, 10, tzinfo=SHANGHAI)
    assert await station.at(task.due_at - timedelta(minutes=1)) == []
    assert await station.at(task.due_at) == ["请做随访"]
    assert await station.at(task.due_at + timedelta(hours=5)) == []
    assert await station.at(task.due_at + timedelta(hours=6)) == ["还没有做完"]
    assert await station.at(task.due_at + timedelta(hours=25)) == []
    assert (await station.task(task)).status is TaskStatus.FAILED
    [call] = await station.archive.follow_up.board(now=station.clock.now())
    assert call.code is TaskCode.CALL
    assert await station.at(task.due_at + timedelta(days=9)) == []
    await station.archive.follow_up.take(call.id, by=NURSE, now=station.clock.now())
    await station.archive.follow_up.complete(call.id, by=NURSE, now=station.clock.now())
    assert await station.archive.follow_up.board(now=station.clock.now()) == ()


async def test_a_task_that_was_answered_is_not_told_of(station: Station) -> None:
    """Nor called about; the plan is complete."""
    care_plan, [task] = await enrolled(station.archive, station.clock)
    await station.at(task.due_at)
    await station.archive.follow_up.begin(task.id, now=station.clock.now())
    await station.archive.follow_up.complete(task.id, by=NURSE, now=station.clock.now())
    assert await station.at(task.due_at + timedelta(days=2)) == []
    assert (await station.archive.follow_up.care_plan(care_plan.id)).status is CarePlanStatus.COMPLETED


async def test_a_worker_that_dies_after_telling_tells_nobody_twice(station: Station) -> None:
    """The notice went out, the try was not noted; the next worker tells again under the same id."""
    _, [task] = await enrolled(station.archive, station.clock)
    station.notifier.dies_after = True
    assert await station.at(task.due_at) == ["请做随访"]
    assert (await station.task(task)).tries == 0
    station.notifier.dies_after = False
    assert await station.at(task.due_at + timedelta(minutes=10)) == []
    assert (await station.task(task)).tries == 1


async def test_a_notifier_that_is_away_loses_nothing(station: Station) -> None:
    """What could not be told is told later."""
    _, [task] = await enrolled(station.archive, station.clock)
    station.notifier.away = True
    assert await station.at(task.due_at) == []
    station.notifier.away = False
    assert await station.at(task.due_at + timedelta(hours=1)) == ["请做随访"]


async def test_two_workers_tell_once(station: Station) -> None:
    """Each claim is one worker's."""
    _, [task] = await enrolled(station.archive, station.clock)
    station.clock.time = task.due_at
    first, second = station.worker(), station.worker()
    assert [await first.drain(), await second.drain()] == [1, 0]
    assert station.notifier.texts == ["请做随访"]


async def test_a_clock_set_back_tells_nobody_twice(station: Station) -> None:
    """The second try counts from the first, whatever the clock says meanwhile."""
    _, [task] = await enrolled(station.archive, station.clock)
    assert await station.at(task.due_at) == ["请做随访"]
    assert await station.at(task.due_at - timedelta(days=1)) == []
    assert await station.at(task.due_at + timedelta(hours=1)) == []
    assert await station.at(task.due_at + timedelta(hours=7)) == ["还没有做完"]


async def test_nobody_is_told_in_the_quiet_hours(station: Station) -> None:
    """A task that came due while the service was away waits for the morning."""
    _, [task] = await enrolled(station.archive, station.clock)
    night = datetime.combine(task.due_at.date(), time(23, 30), tzinfo=SHANGHAI)
    assert await station.at(night) == []
    morning = datetime.combine(night.date() + timedelta(days=1), booking_rules().quiet_until, tzinfo=SHANGHAI)
    assert await station.at(morning) == ["请做随访"]


async def test_a_plan_on_hold_is_silent_and_goes_on_later(station: Station) -> None:
    """Nothing is told while it is held, nothing is lost when it goes on."""
    care_plan, [task] = await enrolled(station.archive, station.clock)
    await station.archive.follow_up.change(care_plan.id, CarePlanStatus.ON_HOLD, by=NURSE, now=station.clock.now())
    assert await station.at(task.due_at) == []
    await station.archive.follow_up.change(care_plan.id, CarePlanStatus.ACTIVE, by=NURSE, now=station.clock.now())
    assert await station.at(task.due_at + timedelta(days=1)) == ["请做随访"]


async def test_a_stopped_plan_is_silent(station: Station) -> None:
    """「别再发了」 holds for what was due already."""
    _, [task] = await enrolled(station.archive, station.clock)
    await station.archive.follow_up.stop(PATIENT_ID, by=NURSE, now=station.clock.now())
    assert await station.at(task.due_at) == []


async def test_a_reminder_is_said_once_on_each_of_its_days(station: Station) -> None:
    """Three days; a day the service was away is left out, so is a late one, and the last day is the last."""
    first = date(2026, 3, 3)
    reminder = Reminder(
        id=ReminderId("r1"),
        kind=ReminderKind.MEDICATION,
        patient_id=PATIENT_ID,
        care_plan_id=None,
        at=time(9, 0),
        first_day=first,
        last_day=first + timedelta(days=2),
    )
    await station.archive.follow_up.reminders.set(reminder, now=station.clock.now())
    said = []
    for day, hour in ((3, 8), (3, 9), (3, 12), (4, 12), (5, 11), (6, 9), (7, 9)):
        said.append(len(await station.at(datetime(2026, 3, day, hour, tzinfo=SHANGHAI))))
    assert said == [0, 1, 0, 0, 1, 0, 0]


async def test_a_stopped_reminder_is_silent(station: Station) -> None:
    """Stopping takes hold at once."""
    day = date(2026, 3, 3)
    reminder = Reminder(
        id=ReminderId("r1"),
        kind=ReminderKind.MEDICATION,
        patient_id=PATIENT_ID,
        care_plan_id=None,
        at=time(9, 0),
        first_day=day,
        last_day=day,
    )
    await station.archive.follow_up.reminders.set(reminder, now=station.clock.now())
    await station.archive.follow_up.reminders.stop(reminder.id)
    assert await station.at(datetime(2026, 3, 3, 9, tzinfo=SHANGHAI)) == []
    assert await station.archive.follow_up.reminders.of_patient(PATIENT_ID) == ()
