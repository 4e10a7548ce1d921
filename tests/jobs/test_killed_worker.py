"""A worker killed while telling a patient: the patient is told, and told once."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from archive.due import LEASE
from jobs.worker import Worker
from tests.hospital.steps import TOMORROW, book
from tests.hospital.victim import database
from tests.jobs.victim import run
from tests.jobs.ward import handlers, open_ward
from tests.postgres import new_database
from tests.stores import SetClock
from tools.notices.outbox import OutboxFile
from tools.notices.ways import TextNotifier

pytestmark = pytest.mark.contract

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.jobs.victim"])


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_reminder_whose_worker_is_killed_is_sent_once(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock, *, kind: str, after: bool
) -> None:
    """SIGKILL before the text is written or right after; whoever takes over completes it and repeats nothing."""
    sqlite = kind == "sqlite"
    address = str(tmp_path / "h.db") if sqlite else new_database(request.getfixturevalue("postgres"))
    outbox = tmp_path / "sms.jsonl"
    async with open_ward(database(address), clock) as ward:
        await ward.worker.drain()
        await book(ward.stage, await ward.stage.open_slot(TOMORROW))
        due_at = clock.advance(timedelta(hours=11))
        victim = _processes.Process(target=run, args=(address, outbox, due_at, after), daemon=True)
        victim.start()
        await asyncio.to_thread(victim.join)
        assert victim.exitcode == -signal.SIGKILL
        assert outbox.exists() == after
        notifier = TextNotifier(ward.stage.hospital.patients, OutboxFile(outbox))
        workers = [Worker(ward.stage.hospital.due, handlers(ward.stage.hospital, notifier), clock) for _ in range(3)]
        for _ in range(3):
            await asyncio.gather(*(worker.drain() for worker in workers))
            clock.advance(LEASE)
    (line,) = outbox.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"].startswith("提醒您")
