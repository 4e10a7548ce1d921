"""Contract of `SessionLocks` and `Fence`, and what only a lease on a server can show."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack

import pytest

from domain.errors import LockLost, Unavailable
from domain.session import SessionId
from memory.locks import ACQUIRE
from tests.fakes.memory import FakeMemory
from tests.memory.conftest import Replica, redis_replica

pytestmark = pytest.mark.contract

Pair = tuple[Replica, Replica]


async def test_one_holder_at_a_time_over_both_replicas(pair: Pair, session_id: SessionId) -> None:
    """Twenty tasks on two replicas never overlap, and each gets a larger token than the one before."""
    inside, tokens = 0, []

    async def work(replica: Replica) -> None:
        nonlocal inside
        async with replica.locks.hold(session_id) as fence:
            inside += 1
            assert inside == 1
            tokens.append(fence.token)
            await replica.events.append(session_id, [{"n": 1}])
            await fence.check()
            inside -= 1

    await asyncio.gather(*(work(pair[i % 2]) for i in range(20)))
    assert tokens == sorted(set(tokens))
    assert len(tokens) == 20


async def test_waiting_tasks_are_served_in_the_order_they_came(pair: Pair, session_id: SessionId) -> None:
    """First come, first served on one replica, whose tasks queue one behind the other."""
    served: list[int] = []

    async def work(number: int) -> None:
        async with pair[0].locks.hold(session_id):
            served.append(number)

    async with pair[0].locks.hold(session_id):
        waiting = [asyncio.create_task(work(number)) for number in range(5)]
        await pair[0].sessions.ping()
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2, 3, 4]


async def test_sessions_do_not_wait_for_each_other(pair: Pair, session_id: SessionId) -> None:
    """Holding one session leaves every other free."""
    async with asyncio.timeout(2), pair[0].locks.hold(session_id), pair[1].locks.hold(SessionId(f"{session_id}-2")):
        pass


async def test_the_session_is_given_back_after_an_error(pair: Pair, session_id: SessionId) -> None:
    """A turn that fails does not keep its session."""
    with pytest.raises(ZeroDivisionError):
        async with pair[0].locks.hold(session_id):
            raise ZeroDivisionError
    async with asyncio.timeout(2), pair[1].locks.hold(session_id):
        pass


async def test_a_holder_whose_lease_ran_out_learns_that_it_lost(pair: Pair, session_id: SessionId) -> None:
    """The later token is larger, the earlier fence fails its check, the later one does not."""
    first, second = pair
    async with first.locks.hold(session_id) as old:
        await old.check()
        await first.expire_lock(session_id)
        async with second.locks.hold(session_id) as new:
            assert new.token > old.token
            await new.check()
            with pytest.raises(LockLost):
                await old.check()


async def test_a_late_give_back_does_not_free_the_next_holder(pair: Pair, session_id: SessionId) -> None:
    """When the stale holder leaves, the session still belongs to the later one."""
    first, second = pair
    stale = first.locks.hold(session_id)
    await stale.__aenter__()
    await first.expire_lock(session_id)
    async with second.locks.hold(session_id) as held:
        await stale.__aexit__(None, None, None)
        await held.check()
        waiting = asyncio.create_task(_token(first, session_id))
        await second.events.append(session_id, [{"n": 1}])
        assert not waiting.done()
    assert await waiting > held.token


async def _token(replica: Replica, session_id: SessionId) -> int:
    async with replica.locks.hold(session_id) as fence:
        return fence.token


async def test_waiting_ends_when_the_session_stays_busy() -> None:
    """The fake gives up after its waiting time."""
    memory, session_id = FakeMemory(wait_seconds=0.01), SessionId("s")
    async with memory.locks.hold(session_id):
        with pytest.raises(Unavailable, match="session lock"):
            await _hold_once(memory, session_id)


async def _hold_once(memory: FakeMemory, session_id: SessionId) -> None:
    async with memory.locks.hold(session_id):
        raise AssertionError("the session was held already")


async def test_the_heartbeat_keeps_a_session_longer_than_its_lease(valkey_url: str, session_id: SessionId) -> None:
    """Another replica waits three leases long and still does not get it, then gets it at once."""
    prefix = secrets.token_hex(4)
    async with (
        redis_replica(valkey_url, prefix=prefix, lease_seconds=0.4) as first,
        redis_replica(valkey_url, prefix=prefix, lease_seconds=0.4, wait_seconds=1.2) as second,
    ):
        async with first.locks.hold(session_id) as fence:
            with pytest.raises(Unavailable, match="session lock"):
                await _token(second, session_id)
            await fence.check()
        async with asyncio.timeout(2):
            assert await _token(second, session_id) > fence.token


async def test_a_crashed_holder_is_followed_when_its_lease_ends(valkey_url: str, session_id: SessionId) -> None:
    """Without a heartbeat the next replica gets the session after the lease, not before."""
    async with redis_replica(valkey_url, lease_seconds=0.2) as replica:
        names = [replica.connection.key(session_id, kind) for kind in ("lock", "fence", "queue", "waiting")]
        granted, token = await replica.connection.run(ACQUIRE, names, ("crashed", 200, 60, 200))
        assert granted
        began = asyncio.get_running_loop().time()
        assert await _token(replica, session_id) > int(token)
        assert 0.1 < asyncio.get_running_loop().time() - began < 2


async def test_a_waiter_that_crashed_loses_its_place(valkey_url: str, session_id: SessionId) -> None:
    """Whoever stands first and asks no more holds the others up for a lease at most."""
    async with redis_replica(valkey_url, lease_seconds=0.2) as replica:
        names = [replica.connection.key(session_id, kind) for kind in ("lock", "fence", "queue", "waiting")]
        async with replica.locks.hold(session_id):
            granted, _ = await replica.connection.run(ACQUIRE, names, ("crashed waiter", 200, 60, 200))
            assert not granted
        async with asyncio.timeout(2):
            await _token(replica, session_id)


async def test_replicas_are_served_in_the_order_they_came(url: str, session_id: SessionId) -> None:
    """The server keeps the queue over processes: whoever asked first is next."""
    prefix, served = secrets.token_hex(4), []
    async with AsyncExitStack() as stack:
        replicas = [await stack.enter_async_context(redis_replica(url, prefix=prefix)) for _ in range(5)]
        first = replicas[0]
        queue = first.connection.key(session_id, "queue")

        async def work(number: int) -> None:
            async with replicas[number].locks.hold(session_id):
                served.append(number)

        waiting = []
        async with first.locks.hold(session_id), asyncio.timeout(5):
            for number in range(1, len(replicas)):
                waiting.append(asyncio.create_task(work(number)))
                while await first.connection.call("ZCARD", queue) < number:
                    assert not waiting[-1].done()
        await asyncio.gather(*waiting)
    assert served == list(range(1, len(replicas)))


async def test_a_cancelled_waiter_leaves_the_queue(valkey_url: str, session_id: SessionId) -> None:
    """The next in line is served at once although the one before it was cancelled while waiting."""
    prefix = secrets.token_hex(4)
    async with (
        redis_replica(valkey_url, prefix=prefix) as first,
        redis_replica(valkey_url, prefix=prefix) as second,
    ):
        queue = first.connection.key(session_id, "queue")
        async with first.locks.hold(session_id):
            waiter = asyncio.create_task(_token(second, session_id))
            while not await first.connection.call("EXISTS", queue):
                assert not waiter.done()
            waiter.cancel()
            await asyncio.wait([waiter])
            async with asyncio.timeout(2):
                while await first.connection.call("EXISTS", queue):
                    assert waiter.cancelled()
        async with asyncio.timeout(1):
            await _token(second, session_id)


async def test_waiting_is_not_polling(valkey_url: str, session_id: SessionId) -> None:
    """A waiter is told by the one that leaves, long before it would ask again by itself."""
    prefix = secrets.token_hex(4)
    async with (
        redis_replica(valkey_url, prefix=prefix) as first,
        redis_replica(valkey_url, prefix=prefix) as second,
    ):
        queue = first.connection.key(session_id, "queue")
        async with first.locks.hold(session_id):
            waiter = asyncio.create_task(_token(second, session_id))
            while not await first.connection.call("EXISTS", queue):
                assert not waiter.done()
            began = asyncio.get_running_loop().time()
        await waiter
        assert asyncio.get_running_loop().time() - began < 1, "the lease is 10 s: the waiter was told"


async def test_forgetting_a_session_stops_its_holder_from_writing(pair: Pair, session_id: SessionId) -> None:
    """After an erasure a turn still under way cannot bring the session back."""
    first, second = pair
    async with first.locks.hold(session_id):
        await second.sessions.forget(session_id)
        with pytest.raises(LockLost):
            await first.events.append(session_id, [{"n": 1}])
    assert await second.events.since(session_id, 0) == ()
