"""A worker killed while telling a follow-up: the patient is invited, once, and the task goes on."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from archive.due import LEASE
from domain.follow_up import TaskCode, TaskStatus
from tests.follow_up.stage import enrolled
from tests.jobs.following_victim import Death, Lines, follower, run
from tests.stores import SetClock, sqlite_archive

pytestmark = [pytest.mark.contract, pytest.mark.long]

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.jobs.following_victim"])


@pytest.mark.parametrize("death", Death)
async def test_a_follow_up_whose_worker_is_killed_is_told_once_and_never_lost(
    tmp_path: Path, clock: SetClock, *, death: Death
) -> None:
    """SIGKILL before, in the middle and after; the second try and the nurse's call come as if nothing had been."""
    outbox = tmp_path / "told.jsonl"
    async with sqlite_archive(tmp_path, clock) as archive:
        _, [task] = await enrolled(archive, clock)
        victim = _processes.Process(target=run, args=(tmp_path, outbox, task.due_at, death), daemon=True)
        victim.start()
        await asyncio.to_thread(victim.join)
        assert victim.exitcode == -signal.SIGKILL
        assert (await archive.follow_up.task(task.id)).tries == (1 if death is Death.NOTED else 0)
        notifier = Lines(outbox)
        clock.time = task.due_at
        for _ in range(3):
            await asyncio.gather(*(follower(archive, notifier, clock).drain() for _ in range(2)))
            clock.advance(LEASE)
        assert [json.loads(line)["id"] for line in _lines(outbox)] == [f"follow_up:{task.id}:1"]
        told = await archive.follow_up.task(task.id)
        assert (told.status, told.tries) == (TaskStatus.RECEIVED, 1)
        clock.advance(timedelta(hours=6))
        await follower(archive, notifier, clock).drain()
        assert [json.loads(line)["id"] for line in _lines(outbox)] == [
            f"follow_up:{task.id}:{number}" for number in (1, 2)
        ]
        clock.advance(timedelta(hours=25))
        await follower(archive, notifier, clock).drain()
        [call] = await archive.follow_up.board(now=clock.now())
        assert call.code is TaskCode.CALL


def _lines(outbox: Path) -> list[str]:
    return outbox.read_text(encoding="utf-8").splitlines()
