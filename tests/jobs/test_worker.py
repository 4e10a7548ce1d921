"""Due work is done once: by any number of workers, after a crash, and when something is away."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from archive.database import Database
from archive.due import LEASE, SqlDueWork
from domain.errors import NotFound
from domain.notices import Due, DueKind, NoticeId, NoticeKind
from jobs.worker import LONGEST_RETRY, Handler, Worker, retry_after
from tests.hospital.steps import TOMORROW, book
from tests.jobs.ward import KEPT, Ward, handlers, open_ward
from tests.stores import SetClock
from tools.hospital.sql.schema_life import due, notices

pytestmark = pytest.mark.contract

MINUTE = timedelta(minutes=1)


class _Counting:
    """Handlers that count what they are given and may be told to fail."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.error: Exception | None = None

    async def handle(self, one: Due, _now: datetime) -> None:
        """Count, or fail as told."""
        self.done[one.id] += 1
        if self.error:
            raise self.error

    @property
    def all(self) -> dict[DueKind, Handler]:
        """The same handler for every kind."""
        return dict.fromkeys(DueKind, self.handle)


async def _plan(database: Database, clock: SetClock, number: int) -> SqlDueWork:
    planned = [(DueKind.HOLD_EXPIRES, f"h{one}", clock.now()) for one in range(number)]
    await database.write(lambda c: due.plan(c, planned))
    return SqlDueWork(database, due)


async def test_many_workers_share_the_work_and_each_piece_is_done_once(ward: Ward) -> None:
    """Eight workers, two hundred pieces, no piece twice."""
    counting = _Counting()
    work = await _plan(ward.stage.database, ward.clock, 200)
    workers = [Worker(work, counting.all, ward.clock) for _ in range(8)]
    taken = await asyncio.gather(*(worker.drain() for worker in workers))
    assert sum(taken) >= 200
    assert set(counting.done.values()) == {1}
    assert len(counting.done) >= 200


async def test_work_of_a_worker_that_died_is_done_by_another(ward: Ward) -> None:
    """When its claim runs out and not before; the dead one coming back cannot end what it lost."""
    await ward.worker.drain()
    work = await _plan(ward.stage.database, ward.clock, 1)
    (lost,) = await work.claim(now=ward.clock.now(), limit=10)
    counting = _Counting()
    other = Worker(work, counting.all, ward.clock)
    ward.clock.advance(LEASE - timedelta(seconds=1))
    assert await other.drain() == 0
    ward.clock.advance(timedelta(seconds=1))
    (again,) = await work.claim(now=ward.clock.now(), limit=10)
    assert (again.id, again.attempt) == (lost.id, 2)
    assert not await work.finish(lost)
    assert not await work.postpone(lost, ward.clock.now())
    assert await work.finish(again)
    assert not await work.finish(again)
    ward.clock.advance(LEASE)
    assert await other.drain() == 0


async def test_what_fails_is_tried_again_ever_more_rarely(ward: Ward) -> None:
    """A notifier that is away delays a notice and loses none, and the others are not kept waiting."""
    await book(ward.stage, await ward.stage.open_slot(TOMORROW))
    ward.notifier.away = True
    assert await ward.after(timedelta(hours=11)) == []
    assert await ward.after(timedelta(seconds=4)) == []
    ward.notifier.away = False
    assert len(await ward.after(timedelta(seconds=1))) == 1
    assert [retry_after(attempt) for attempt in (1, 2, 3)] == [timedelta(seconds=s) for s in (5, 10, 20)]
    assert retry_after(100) == LONGEST_RETRY


async def test_a_defect_in_one_piece_harms_no_other(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    """A bug is logged and tried again later; a subject that is gone is done."""
    await ward.worker.drain()
    work = await _plan(ward.stage.database, ward.clock, 1)
    counting = _Counting()
    worker = Worker(work, counting.all, ward.clock)
    counting.error = RuntimeError("bug")
    await worker.drain()
    assert await worker.drain() == 0
    ward.clock.advance(timedelta(seconds=5))
    counting.error = NotFound("hold")
    await worker.drain()
    ward.clock.advance(timedelta(days=1))
    assert await worker.drain() == 0
    assert list(counting.done.values()) == [2]
    assert "bug" not in caplog.text


def test_a_kind_without_a_handler_stops_the_start(clock: SetClock) -> None:
    """Due work nobody does would wait for ever."""
    counting = _Counting()
    some = counting.all
    del some[DueKind.RETENTION]
    with pytest.raises(ValueError, match="retention"):
        Worker(_NoWork(), some, clock)


class _NoWork:
    """A table of due work with nothing in it."""

    async def claim(self, *, now: datetime, limit: int) -> tuple[Due, ...]:
        """Nothing."""
        assert now.tzinfo is not None
        assert limit > 0
        return ()

    async def finish(self, _due: Due) -> bool:
        """Nothing to finish."""
        return False

    async def postpone(self, _due: Due, _until: datetime) -> bool:
        """Nothing to postpone."""
        return False

    async def forget(self, *, before: datetime) -> int:
        """Nothing to forget."""
        assert before.tzinfo is not None
        return 0


async def test_a_notice_whose_worker_died_after_telling_is_told_under_the_same_id(ward: Ward) -> None:
    """Told twice at most, and the receiver can tell: the id is the due work's own."""
    await book(ward.stage, await ward.stage.open_slot(TOMORROW))
    ward.clock.advance(timedelta(hours=11))
    work = ward.stage.hospital.due
    claimed = await work.claim(now=ward.clock.now(), limit=10)
    telling = handlers(ward.stage.hospital, ward.notifier)
    for one in claimed:
        await telling[one.kind](one, ward.clock.now())
    ward.clock.advance(LEASE)
    await ward.worker.drain()
    first, second = ward.notifier.notices
    assert first.id == second.id
    assert (first.kind, first.text) == (NoticeKind.REMINDER, second.text)


async def test_moved_work_is_not_ended_by_whoever_had_it(ward: Ward) -> None:
    """A new time set while a worker has the row stands."""
    await ward.worker.drain()
    work = await _plan(ward.stage.database, ward.clock, 1)
    (claimed,) = await work.claim(now=ward.clock.now(), limit=10)
    later = ward.clock.now() + MINUTE
    await ward.stage.database.write(lambda c: due.plan(c, [(DueKind.HOLD_EXPIRES, "h0", later)]))
    assert not await work.finish(claimed)
    assert await work.claim(now=ward.clock.now(), limit=10) == ()
    (moved,) = await work.claim(now=later, limit=10)
    assert moved.id == claimed.id


async def test_what_is_kept_no_longer_is_forgotten_once_a_day(ward: Ward) -> None:
    """Notices after ninety days; done work, when asked, by its time."""
    inbox, patient_id = ward.stage.hospital.inbox, await ward.stage.patient()
    await book(ward.stage, await ward.stage.open_slot(TOMORROW))
    await ward.after(timedelta(hours=11))
    for notice in ward.notifier.notices:
        assert await inbox.put(notice)
        assert not await inbox.put(notice)
    (kept,) = await inbox.unread(patient_id)
    assert kept.text == ward.notifier.texts[0]
    ward.clock.advance(KEPT - timedelta(days=1))
    await ward.stage.hospital.keep_up()
    await ward.worker.drain()
    assert len(await inbox.unread(patient_id)) == 1
    ward.clock.advance(timedelta(days=2))
    await ward.stage.hospital.keep_up()
    await ward.worker.drain()
    assert await inbox.unread(patient_id) == ()
    left = await ward.stage.database.read(lambda c: c.execute(select(func.count()).select_from(notices)).scalar_one())
    assert left == 0
    assert await ward.stage.hospital.due.forget(before=ward.clock.now()) > 0


async def test_the_inbox_shows_each_patient_their_own_and_remembers_what_was_read(ward: Ward) -> None:
    """Reading marks it; another patient's notice can be neither seen nor marked."""
    inbox = ward.stage.hospital.inbox
    await book(ward.stage, await ward.stage.open_slot(TOMORROW))
    await ward.after(timedelta(hours=11))
    (notice,) = ward.notifier.notices
    await inbox.put(notice)
    stranger = await ward.stage.patient(2)
    assert await inbox.unread(stranger) == ()
    await inbox.mark_read(stranger, (notice.id,), now=ward.clock.now())
    assert len(await inbox.unread(notice.patient_id)) == 1
    await inbox.mark_read(notice.patient_id, (notice.id, NoticeId("never")), now=ward.clock.now())
    assert await inbox.unread(notice.patient_id) == ()


async def test_due_work_survives_a_restart(database: Database, clock: SetClock) -> None:
    """What was due while nothing ran is done when it runs again."""
    async with open_ward(database, clock) as ward:
        await book(ward.stage, await ward.stage.open_slot(TOMORROW))
        clock.advance(timedelta(hours=11))
        again = Worker(ward.stage.hospital.due, handlers(ward.stage.hospital, ward.notifier), clock)
        await again.drain()
        assert len(ward.notifier.notices) == 1
