"""Turns that wait for the archive: sealed, in order, on the fake, Valkey and Redis."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.backlog import Backlog
from domain.errors import NotFound
from domain.session import Author, InputId, Message, SessionId
from memory.backlog import RedisBacklog
from memory.retention import Retention
from tests.fakes.memory import FakeBacklog, FakeServer, FakeSessionKeys
from tests.follow_up.stage import alert
from tests.memory.conftest import redis_replica

pytestmark = pytest.mark.contract


def line(session_id: SessionId, text: str) -> Message:
    """What a patient said."""
    return Message(
        session_id=session_id,
        author=Author.PATIENT,
        text=text,
        at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        input_id=InputId(f"i-{secrets.token_hex(4)}"),
    )


@pytest.fixture
async def backlog(server: FakeServer | str) -> AsyncIterator[Backlog]:
    """A backlog nobody else uses."""
    if isinstance(server, FakeServer):
        yield FakeBacklog(server)
        return
    async with redis_replica(server) as replica:
        yield RedisBacklog(replica.connection, replica.keys, Retention())


async def test_turns_of_all_sessions_come_back_in_order(backlog: Backlog) -> None:
    """Whole, until they are settled; settling one twice is fine."""
    said = [line(SessionId(f"s-{number}"), f"话{number}") for number in range(3)]
    for message in said:
        await backlog.put([message], None)
    first, *others = await backlog.waiting()
    assert [turn.messages for turn in (first, *others)] == [(message,) for message in said]
    await backlog.settle(first.ticket)
    await backlog.settle(first.ticket)
    assert [turn.ticket for turn in await backlog.waiting()] == [turn.ticket for turn in others]


async def test_an_alert_waits_like_a_turn(backlog: Backlog) -> None:
    """Whole and under its session's key; one of no session is not taken."""
    raised = alert(datetime(2026, 3, 1, 12, tzinfo=UTC))
    await backlog.put_alert(raised)
    (waits,) = await backlog.waiting()
    assert (waits.messages, waits.decision, waits.alert) == ((), None, raised)
    with pytest.raises(NotFound):
        await backlog.put_alert(replace(raised, session_id=None))


async def test_what_waits_is_sealed_expires_and_is_empty_once_its_session_is_erased(valkey_url: str) -> None:
    """No words in the server, a TTL on the list, and nothing to read without the key."""
    keys, session_id = FakeSessionKeys(), SessionId("s-1")
    async with redis_replica(valkey_url, keys=keys) as replica:
        kept = RedisBacklog(replica.connection, keys, Retention())
        await kept.put([line(session_id, "胸口疼")], None)
        name = f"{replica.connection.prefix}:backlog"
        assert "胸口疼".encode() not in (await replica.connection.call("LRANGE", name, 0, -1))[0]
        assert await replica.connection.call("TTL", name) > 0
        await keys.destroy(session_id)
        (turn,) = await kept.waiting()
        assert (turn.messages, turn.decision) == ((), None)
