"""Contract of `Archive`: transcripts, decisions, erasure."""

from __future__ import annotations

import asyncio

import pytest

from archive.opening import OpenArchive
from domain.errors import NotFound
from domain.session import Author, SessionId
from tests.archive.examples import SESSION, a_decision, a_message, a_record

pytestmark = pytest.mark.contract


async def test_a_turn_comes_back_as_it_was_recorded(opened: OpenArchive) -> None:
    """Messages keep their order, text, label and time; the trace id leads to the decision."""
    await opened.sessions.create(a_record())
    asked = a_message()
    answered = a_message("请立即拨打120", author=Author.AGENT, after_seconds=1)
    await opened.archive.record_turn([asked, answered], a_decision())
    assert await opened.archive.transcript(SESSION) == (asked, answered)
    assert await opened.archive.decision("trace-1") == a_decision()


async def test_a_replayed_turn_is_stored_once(opened: OpenArchive) -> None:
    """The same input id and author never stand twice; what the first run lacked is added."""
    await opened.sessions.create(a_record())
    asked = a_message()
    await opened.archive.record_turn([asked], None)
    answered = a_message("好的", author=Author.AGENT)
    await opened.archive.record_turn([asked, answered], a_decision())
    await opened.archive.record_turn([asked, answered], a_decision())
    assert await opened.archive.transcript(SESSION) == (asked, answered)
    assert (await opened.archive.verify()).broken_at is None


async def test_sessions_do_not_see_each_other(opened: OpenArchive) -> None:
    """A transcript holds the messages of its own session only."""
    other = SessionId("session-2")
    await opened.sessions.create(a_record())
    await opened.sessions.create(a_record(other))
    theirs = a_message("牙疼", session_id=other)
    await opened.archive.record_turn([a_message()], None)
    await opened.archive.record_turn([theirs], None)
    assert await opened.archive.transcript(other) == (theirs,)


async def test_unknown_is_nothing(opened: OpenArchive) -> None:
    """An unknown session has no transcript, an unknown trace no decision."""
    assert await opened.archive.transcript(SESSION) == ()
    assert await opened.archive.decision("never") is None


async def test_a_turn_of_an_unknown_session_is_refused(opened: OpenArchive) -> None:
    """Without its session there is no key to encrypt under."""
    with pytest.raises(NotFound):
        await opened.archive.record_turn([a_message()], None)


async def test_an_empty_turn_leaves_no_trace(opened: OpenArchive) -> None:
    """Nothing said and nothing decided is nothing recorded."""
    await opened.archive.record_turn([], None)
    assert (await opened.archive.verify()).rows == 0


async def test_a_decision_alone_is_recorded(opened: OpenArchive) -> None:
    """What was decided on an input whose words may not be kept can still be replayed."""
    await opened.sessions.create(a_record())
    await opened.archive.record_turn([], a_decision())
    assert await opened.archive.decision("trace-1") == a_decision()
    assert await opened.archive.transcript(SESSION) == ()


async def test_many_turns_at_once_are_all_kept(opened: OpenArchive) -> None:
    """Fifty sessions that speak together lose nothing and leave an unbroken chain."""
    ids = [SessionId(f"session-{number}") for number in range(50)]
    await asyncio.gather(*(opened.sessions.create(a_record(one)) for one in ids))
    await asyncio.gather(
        *(
            opened.archive.record_turn([a_message(session_id=one)], a_decision(f"trace-{one}", session_id=one))
            for one in ids
        )
    )
    assert [len(await opened.archive.transcript(one)) for one in ids] == [1] * 50
    verified = await opened.archive.verify()
    assert (verified.rows, verified.broken_at) == (100, None)


async def test_erasing_leaves_nothing_but_the_log(opened: OpenArchive) -> None:
    """Session, key, transcript, decision and hand-off are gone; the erasure is logged; the chain still holds."""
    await opened.sessions.create(a_record())
    await opened.archive.record_turn([a_message()], a_decision())
    await opened.desk.request(SESSION, reason="转人工", urgent=False, key="k", now=a_message().at)
    await opened.archive.erase(SESSION)
    assert await opened.sessions.get(SESSION) is None
    assert await opened.archive.transcript(SESSION) == ()
    assert await opened.archive.decision("trace-1") is None
    assert not await opened.desk.open_for(SESSION)
    with pytest.raises(NotFound):
        await opened.keys.key(SESSION)
    assert await opened.archive.erasures() == (SESSION,)
    assert (await opened.archive.verify()).broken_at is None


async def test_erasing_again_is_fine(opened: OpenArchive) -> None:
    """A repeated or unknown erasure does nothing and is logged once."""
    await opened.sessions.create(a_record())
    await opened.archive.erase(SESSION)
    rows = (await opened.archive.verify()).rows
    await opened.archive.erase(SESSION)
    await opened.archive.erase(SessionId("never"))
    assert (await opened.archive.verify()).rows == rows
    assert await opened.archive.erasures() == (SESSION,)


async def test_a_turn_that_ends_after_the_erasure_stores_nothing(opened: OpenArchive) -> None:
    """A key still in memory does not bring an erased session back."""
    await opened.sessions.create(a_record())
    key = await opened.keys.key(SESSION)
    await opened.archive.erase(SESSION)
    opened.keys.remember(SESSION, key)
    with pytest.raises(NotFound):
        await opened.archive.record_turn([a_message()], None)
    assert await opened.archive.transcript(SESSION) == ()
