"""Texts as lines of a file: each id once, whoever writes, whatever was left unfinished."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Unavailable
from domain.notices import Notice, NoticeId, NoticeKind, TextMessage
from domain.patient import PatientId
from tests.jobs.ward import RememberingNotifier
from tests.stores import MONDAY_MORNING
from tools.notices.outbox import OutboxFile
from tools.notices.ways import EveryWay, LogNotifier, TextNotifier

pytestmark = pytest.mark.unit


def _message(number: int = 1) -> TextMessage:
    return TextMessage(id=f"n{number}", to="13800138000", text="提醒您", at=MONDAY_MORNING)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_a_message_is_one_line_for_the_owner_alone(tmp_path: Path) -> None:
    """To whom, what, when, and the id that tells a repetition; the file is nobody else's to read."""
    path = tmp_path / "outbox" / "sms.jsonl"
    await OutboxFile(path).send(_message())
    assert _lines(path) == [{"to": "13800138000", "text": "提醒您", "at": "2026-03-02T07:00:00+08:00", "id": "n1"}]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_the_same_message_stands_there_once(tmp_path: Path) -> None:
    """Sent again, by another writer, after a restart, all at once."""
    path = tmp_path / "sms.jsonl"
    writers = [OutboxFile(path) for _ in range(4)]
    await asyncio.gather(*(writer.send(_message(number)) for writer in writers for number in range(10)))
    await OutboxFile(path).send(_message(3))
    assert sorted(line["id"] for line in _lines(path)) == sorted(f"n{number}" for number in range(10))


async def test_a_line_a_killed_process_left_unfinished_is_cut_off(tmp_path: Path) -> None:
    """Its message is sent again whole."""
    path = tmp_path / "sms.jsonl"
    writer = OutboxFile(path)
    await writer.send(_message(1))
    with path.open("ab") as file:
        file.write(b'{"to":"138001')
    await writer.send(_message(2))
    assert [line["id"] for line in _lines(path)] == ["n1", "n2"]


async def test_an_emptied_file_is_begun_anew(tmp_path: Path) -> None:
    """Whoever tidies the outbox loses nothing that is sent afterwards."""
    path = tmp_path / "sms.jsonl"
    writer = OutboxFile(path)
    await writer.send(_message(1))
    os.truncate(path, 0)
    await writer.send(_message(1))
    assert [line["id"] for line in _lines(path)] == ["n1"]


async def test_a_file_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """So that the notice is tried again."""
    (tmp_path / "outbox").write_text("in the way", encoding="utf-8")
    with pytest.raises(Unavailable):
        await OutboxFile(tmp_path / "outbox" / "sms.jsonl").send(_message())


class _Phones:
    """Knows one number."""

    async def phone(self, patient_id: PatientId) -> str:
        """The number."""
        assert patient_id == "p1"
        return "13900139000"


async def test_a_notice_goes_every_way_and_to_the_patients_phone(tmp_path: Path) -> None:
    """Under its own id, so that a repetition of all ways adds nothing to any."""
    path, other = tmp_path / "sms.jsonl", RememberingNotifier()
    ways = EveryWay([LogNotifier(), other, TextNotifier(_Phones(), OutboxFile(path))])
    notice = Notice(
        id=NoticeId("remind:1"),
        kind=NoticeKind.REMINDER,
        patient_id=PatientId("p1"),
        subject="1",
        text="提醒您",
        at=MONDAY_MORNING + timedelta(hours=1),
    )
    await ways.notify(notice)
    await ways.notify(notice)
    assert other.notices == [notice, notice]
    assert [(line["to"], line["id"]) for line in _lines(path)] == [("13900139000", "remind:1")]
