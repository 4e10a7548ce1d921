"""The audit chain notices whatever is changed, inserted or removed behind its back."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from archive.opening import OpenArchive
from domain.patient import Consent, Purpose
from domain.session import SessionId
from tests.archive.examples import SAID, SESSION, a_decision, a_message, a_record
from tests.stores import SetClock, sqlite_archive

pytestmark = pytest.mark.contract


async def _five_rows(archive: OpenArchive) -> None:
    """Created, consent, turn, turn, hand-off."""
    await archive.sessions.create(a_record())
    await archive.sessions.give_consent(SESSION, Consent(version="1", purposes=frozenset({Purpose.CARE_CHAT})))
    await archive.archive.record_turn([a_message()], a_decision())
    await archive.archive.record_turn([a_message("好", input_id="input-2")], None)
    await archive.archive.audit("handoff.requested", SESSION, {"urgent": "true"})


def _tamper(folder: Path, *statements: str) -> None:
    raw = sqlite3.connect(folder / "archive.db", isolation_level=None)
    for statement in statements:
        raw.execute(statement)
    raw.close()


async def test_an_untouched_chain_verifies(embedded: OpenArchive) -> None:
    """Every row is counted and the head names the last one."""
    await _five_rows(embedded)
    verified = await embedded.archive.verify()
    assert (verified.rows, verified.broken_at) == (5, None)
    assert len(verified.head) == 64


@pytest.mark.parametrize(
    ("statements", "broken_at"),
    [
        (["UPDATE audit SET detail = '{}' WHERE seq = 2"], 2),
        (["UPDATE audit SET event = 'session.erased' WHERE seq = 3"], 3),
        (["UPDATE audit SET at = at + 1 WHERE seq = 1"], 1),
        (["UPDATE audit SET session_id = 'other' WHERE seq = 5"], 5),
        (["DELETE FROM audit WHERE seq = 4"], 4),
        (["DELETE FROM audit WHERE seq = 5"], 5),
        (["DELETE FROM audit"], 1),
        (["INSERT INTO audit SELECT 6, at, event, session_id, detail, commitment, mac FROM audit WHERE seq = 5"], 6),
        (["UPDATE messages SET sealed_message = x'00' WHERE input_id = 'input-1'"], 3),
        (["DELETE FROM messages WHERE input_id = 'input-2'"], 4),
        (["DELETE FROM decisions"], 3),
        (["UPDATE messages SET audit_seq = 4"], 3),
    ],
)
async def test_every_change_is_found_where_it_was_made(
    embedded: OpenArchive, tmp_path: Path, statements: list[str], broken_at: int
) -> None:
    """Changed, removed, added, swapped: the first row that is not as it was written is named."""
    await _five_rows(embedded)
    _tamper(tmp_path, *statements)
    assert (await embedded.archive.verify()).broken_at == broken_at


async def test_an_erasure_does_not_break_the_chain(embedded: OpenArchive) -> None:
    """The rows of an erased session stay and hold; those of others still stand for their messages."""
    other = SessionId("session-2")
    await _five_rows(embedded)
    await embedded.sessions.create(a_record(other))
    await embedded.archive.record_turn([a_message(session_id=other)], None)
    await embedded.archive.erase(SESSION)
    verified = await embedded.archive.verify()
    assert (verified.rows, verified.broken_at) == (8, None)


async def test_a_chain_longer_than_a_block_verifies(embedded: OpenArchive) -> None:
    """Verification walks in blocks and joins them."""
    await asyncio.gather(*(embedded.archive.audit("tick", SESSION, {"number": str(one)}) for one in range(1_005)))
    assert (await embedded.archive.verify()).rows == 1_005


async def test_two_processes_keep_one_chain(embedded: OpenArchive, tmp_path: Path, clock: SetClock) -> None:
    """A second archive on the same file, as another process has, continues the chain instead of forking it."""
    await embedded.sessions.create(a_record())
    async with sqlite_archive(tmp_path, clock) as other:
        await asyncio.gather(
            *(
                archive.archive.record_turn([a_message(input_id=f"{which}-{number}")], None)
                for number in range(25)
                for which, archive in enumerate((embedded, other))
            )
        )
        assert (await other.archive.verify()).rows == 51
        assert len(await other.archive.transcript(SESSION)) == 50
    assert (await embedded.archive.verify()).broken_at is None


async def test_cutting_off_the_newest_rows_changes_the_head(embedded: OpenArchive, tmp_path: Path) -> None:
    """Rows and head cut back together look whole inside; the head noted outside tells."""
    await _five_rows(embedded)
    noted = (await embedded.archive.verify()).head
    _tamper(
        tmp_path,
        "DELETE FROM audit WHERE seq = 5",
        "UPDATE audit_head SET seq = 4, mac = (SELECT mac FROM audit WHERE seq = 4)",
    )
    verified = await embedded.archive.verify()
    assert verified.broken_at is None
    assert verified.head != noted


async def test_no_file_ever_holds_what_the_patient_said(embedded: OpenArchive, tmp_path: Path) -> None:
    """Texts, quotes and answers are on disk only sealed; erasing removes even those bytes."""
    await _five_rows(embedded)
    sealed = await embedded.archive._database.read(
        lambda c: c.exec_driver_sql("SELECT sealed_message FROM messages").scalars().all()
    )
    assert _found_in(tmp_path, SAID.encode()) == []
    assert _found_in(tmp_path, "胸口闷".encode()) == []
    assert _found_in(tmp_path, sealed[0]) != []
    await embedded.archive.erase(SESSION)
    assert _found_in(tmp_path, sealed[0]) == []


def _found_in(folder: Path, needle: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if needle in file.read_bytes()]
