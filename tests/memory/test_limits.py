"""Contract of `RateLimits`, on the fake, Valkey and Redis."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from domain.errors import RateLimited
from tests.fakes.memory import FakeMemory, FakeServer
from tests.memory.conftest import Replica, redis_replica

pytestmark = pytest.mark.contract

Pair = tuple[Replica, Replica]


async def test_the_limit_holds_over_both_replicas(pair: Pair) -> None:
    """Of eight hits at once on two replicas, five are let through."""
    hits = (pair[i % 2].limits.hit("k", limit=5, per_seconds=60) for i in range(8))
    results = await asyncio.gather(*hits, return_exceptions=True)
    refused = [result for result in results if isinstance(result, RateLimited)]
    assert len(refused) == 3
    assert results.count(None) == 5
    assert all(55 < refusal.retry_after_seconds <= 60 for refusal in refused)


async def test_keys_are_counted_apart(pair: Pair) -> None:
    """One caller's flood does not stop another."""
    await pair[0].limits.hit("a", limit=1, per_seconds=60)
    await pair[0].limits.hit("b", limit=1, per_seconds=60)
    with pytest.raises(RateLimited):
        await pair[1].limits.hit("a", limit=1, per_seconds=60)


async def test_a_limit_of_nothing_lets_nothing_through(pair: Pair) -> None:
    """Zero allowed means the first hit is refused."""
    with pytest.raises(RateLimited):
        await pair[0].limits.hit("k", limit=0, per_seconds=60)


async def test_the_window_slides(pair: Pair) -> None:
    """After what `retry_after_seconds` says, and not before, another hit is let through."""
    loop = asyncio.get_running_loop()
    for _ in range(3):
        await pair[0].limits.hit("k", limit=3, per_seconds=0.5)
    with pytest.raises(RateLimited) as refusal:
        await pair[0].limits.hit("k", limit=3, per_seconds=0.5)
    assert 0 < refusal.value.retry_after_seconds <= 0.5
    open_again = asyncio.Event()
    loop.call_later(refusal.value.retry_after_seconds + 0.005, open_again.set)
    await open_again.wait()
    await pair[1].limits.hit("k", limit=3, per_seconds=0.5)


async def test_the_fake_can_run_on_a_clock_of_the_test() -> None:
    """Tests of others move time by hand."""
    now = [100.0]
    memory = FakeMemory(FakeServer(monotonic=lambda: now[0]))
    await memory.limits.hit("k", limit=1, per_seconds=10)
    now[0] += 9
    with pytest.raises(RateLimited) as refusal:
        await memory.limits.hit("k", limit=1, per_seconds=10)
    assert refusal.value.retry_after_seconds == 1
    now[0] += 1
    await memory.limits.hit("k", limit=1, per_seconds=10)


async def test_an_address_is_not_stored_readably(valkey_url: str) -> None:
    """The key of a limit is a hash, and goes when its window has passed."""
    prefix = f"test-{secrets.token_hex(4)}"
    async with redis_replica(valkey_url, prefix=prefix) as replica:
        await replica.limits.hit("203.0.113.7", limit=1, per_seconds=60)
        (name,) = await replica.connection.call("KEYS", f"{prefix}:*")
        assert b"203.0.113.7" not in name
        assert 0 < await replica.connection.call("PTTL", name) <= 60_000
