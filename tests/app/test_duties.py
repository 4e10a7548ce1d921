"""The due work of the running service, with its real stores."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.duties import OUTBOX, worker
from app.settings import read_settings
from app.stores import open_stores
from domain.scheduling import SlotQuery
from domain.session import SessionId
from tests.hospital.stage import an_identity
from tests.jobs.ward import wording
from tests.stores import SetClock, booking_rules, demo_hospital

pytestmark = pytest.mark.e2e


async def test_a_booked_patient_is_reminded_by_text_and_inbox(tmp_path: Path, clock: SetClock) -> None:
    """By two workers that share the work, each reminder once in the outbox and once in the inbox."""
    settings = read_settings(data_dir=tmp_path, _env_file=None)
    async with open_stores(settings, demo=demo_hospital(), rules=booking_rules(), clock=clock) as stores:
        hospital, now = stores.hospital, clock.now()
        patient_id = await hospital.patients.register(an_identity())
        tomorrow = now.date() + timedelta(days=1)
        slot = (await hospital.scheduling.search(SlotQuery(first_date=tomorrow, limit=1)))[0]
        held = await hospital.scheduling.hold(slot.id, session_id=SessionId("s"), key="h", now=now)
        await hospital.scheduling.confirm(held.id, patient_id, session_id=SessionId("s"), key="c", now=now)
        workers = [worker(settings, stores, wording(), clock) for _ in range(2)]
        for hours in (11, 13, 24):
            clock.advance(timedelta(hours=hours))
            for one in workers:
                await one.drain()
        sent = [json.loads(line) for line in (tmp_path / OUTBOX).read_text(encoding="utf-8").splitlines()]
        assert [line["to"] for line in sent] == ["13800138000"] * 2
        assert {line["text"] for line in sent} == {notice.text for notice in await hospital.inbox.unread(patient_id)}
        assert "张" not in sent[0]["text"]
