"""The search index can be lost: it is made again from the transcripts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.opening import OpenArchive
from tests.archive.examples import SESSION, a_message, a_record
from tests.stores import SetClock

pytestmark = pytest.mark.contract


async def test_a_lost_index_and_a_lost_case_come_back(embedded: OpenArchive, tmp_path: Path, clock: SetClock) -> None:
    """What was said is found again, and the conversation stands in the inbox."""
    await embedded.sessions.create(a_record())
    await embedded.archive.record_turn([a_message("医保卡丢了")], None)
    with closing(sqlite3.connect(tmp_path / "archive.db")) as beside:
        beside.execute("DELETE FROM search_terms")
        beside.execute("DELETE FROM cases")
        beside.commit()
    assert (await embedded.cases.search("医保卡", limit=5, now=clock.now()))[0] == ()
    for _ in range(2):
        assert await embedded.rebuilding.rebuild() == 1
    [found] = (await embedded.cases.search("医保卡", limit=5, now=clock.now()))[0]
    assert (found.session_id, found.messages) == (SESSION, 1)
