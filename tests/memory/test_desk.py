"""Contracts of the bell and of typing, on the fake and over two replicas on a real server."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest

from domain.desk import Typing
from domain.session import Author, SessionId
from memory.desk import RedisBell, RedisTyping
from tests.fakes.desk import FakeBell, FakeTyping
from tests.memory.conftest import RedisReplica, redis_replica

pytestmark = pytest.mark.contract

ONE, OTHER = SessionId("one"), SessionId("other")


async def heard(keys: AsyncIterator[None]) -> None:
    """Wait for the next."""
    async with asyncio.timeout(10):
        await anext(keys)


async def typing_is_heard(here: Typing, there: Typing) -> None:
    """By whoever follows this side of this conversation."""
    async with there.follow(ONE, Author.PATIENT) as keys:
        await here.typed(ONE, Author.PATIENT)
        await heard(keys)
    async with there.follow(ONE, Author.NURSE) as keys:
        await here.typed(OTHER, Author.NURSE)
        await here.typed(ONE, Author.PATIENT)
        silent = asyncio.ensure_future(heard(keys))
        await here.typed(ONE, Author.NURSE)
        await silent


@pytest.fixture
async def redis_pair(valkey_url: str) -> AsyncIterator[tuple[RedisReplica, RedisReplica]]:
    """Two replicas on one real server."""
    prefix = f"test-{secrets.token_hex(4)}"
    async with redis_replica(valkey_url, prefix=prefix) as first, redis_replica(valkey_url, prefix=prefix) as second:
        yield first, second


async def test_the_bell_is_heard_on_the_other_replica(redis_pair: tuple[RedisReplica, RedisReplica]) -> None:
    """Whoever rings."""
    here, there = (RedisBell(one.connection, one.signals) for one in redis_pair)
    async with there.listen() as rings:
        await heard(rings)  # the subscription has begun: what was rung before may have been missed
        await here.ring()
        await heard(rings)


async def test_typing_is_heard_on_the_other_replica(redis_pair: tuple[RedisReplica, RedisReplica]) -> None:
    """And leaves nothing that stays."""
    here, there = (RedisTyping(one.connection, one.signals) for one in redis_pair)
    await typing_is_heard(here, there)
    left = await redis_pair[0].connection.call("TTL", redis_pair[0].connection.key(ONE, "typing-nurse"))
    assert 0 < left <= 6


async def test_the_fakes_keep_the_same_promises() -> None:
    """Within one process."""
    typing, bell = FakeTyping(), FakeBell()
    await typing_is_heard(typing, typing)
    async with bell.listen() as rings:
        await bell.ring()
        await heard(rings)
