"""Contract of `EventLog`, on the fake, Valkey and Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.errors import LockLost
from domain.session import SessionId
from domain.turn import Json
from memory.retention import Retention
from tests.memory.conftest import Replica, redis_replica

pytestmark = pytest.mark.contract

Pair = tuple[Replica, Replica]


async def take(events: AsyncIterator[dict[str, Json]], count: int) -> list[Json]:
    """The next `count` sequence numbers of a follower."""
    numbers: list[Json] = []
    async with asyncio.timeout(5):
        while len(numbers) < count:
            numbers.append((await anext(events))["seq"])
    return numbers


async def test_numbers_begin_at_one_and_go_on_in_every_replica(pair: Pair, session_id: SessionId) -> None:
    """Each append continues where the last one ended, whoever made it."""
    first, second = pair
    assert await first.events.append(session_id, [{"type": "a"}, {"type": "b"}]) == (1, 2)
    assert await second.events.append(session_id, [{"type": "c"}]) == (3,)
    assert await first.events.append(session_id, [{"type": "d"}]) == (4,)


async def test_appending_nothing_takes_no_number(pair: Pair, session_id: SessionId) -> None:
    """An empty append returns no numbers."""
    assert await pair[0].events.append(session_id, []) == ()
    assert await pair[0].events.append(session_id, [{"type": "a"}]) == (1,)


async def test_replay_gives_what_came_after_a_number_in_order(pair: Pair, session_id: SessionId) -> None:
    """Events come back whole, with their numbers, on the other replica too."""
    first, second = pair
    await first.events.append(session_id, [{"type": "a", "text": "您好"}, {"type": "b", "n": [1, None, 2.5]}])
    await first.events.append(session_id, [{"type": "c"}])
    assert await second.events.since(session_id, 0) == (
        {"type": "a", "text": "您好", "seq": 1},
        {"type": "b", "n": [1, None, 2.5], "seq": 2},
        {"type": "c", "seq": 3},
    )
    assert [event["seq"] for event in await second.events.since(session_id, 2)] == [3]
    assert await second.events.since(session_id, 3) == ()
    assert await second.events.since(SessionId("unknown"), 0) == ()


async def test_two_replicas_writing_at_once_never_skip_or_share_a_number(pair: Pair, session_id: SessionId) -> None:
    """40 concurrent appends from two replicas take the numbers 1 to 80, each append's two adjoining."""
    appends = [pair[i % 2].events.append(session_id, [{"by": i}, {"by": i}]) for i in range(40)]
    taken = await asyncio.gather(*appends)
    assert sorted(number for numbers in taken for number in numbers) == list(range(1, 81))
    assert all(later == earlier + 1 for earlier, later in taken)
    stored = await pair[0].events.since(session_id, 0)
    assert [event["seq"] for event in stored] == list(range(1, 81))
    assert all(stored[numbers[0] - 1]["by"] == i for i, numbers in enumerate(taken))


async def test_a_follower_gets_the_past_and_then_what_either_replica_appends(pair: Pair, session_id: SessionId) -> None:
    """Nothing is missing, nothing comes twice, wherever it was appended."""
    first, second = pair
    await first.events.append(session_id, [{"n": 1}, {"n": 2}, {"n": 3}])
    follower = second.events.follow(session_id, 1)
    assert await take(follower, 2) == [2, 3]
    for by in (first, second, first, second):
        await by.events.append(session_id, [{"n": 0}])
    assert await take(follower, 4) == [4, 5, 6, 7]
    await first.events.append(session_id, [{"n": i} for i in range(100)])
    assert await take(follower, 100) == list(range(8, 108))


async def test_two_followers_of_one_session_and_one_of_another_hear_only_their_own(
    pair: Pair, session_id: SessionId
) -> None:
    """Every follower sees its whole session and nothing else."""
    first, second = pair
    other = SessionId(f"{session_id}-other")
    followers = [first.events.follow(session_id, 0), second.events.follow(session_id, 0)]
    stranger = second.events.follow(other, 0)
    waiting = [asyncio.create_task(take(follower, 2)) for follower in (*followers, stranger)]
    await first.events.append(session_id, [{"of": "one"}, {"of": "one"}])
    await first.events.append(other, [{"of": "other"}])
    await second.events.append(other, [{"of": "other"}])
    assert await asyncio.gather(*waiting) == [[1, 2], [1, 2], [1, 2]]
    assert {event["of"] for event in await first.events.since(other, 0)} == {"other"}


async def test_a_follower_that_left_does_not_disturb_the_one_that_stays(pair: Pair, session_id: SessionId) -> None:
    """Leaving and coming back follows again from the number given."""
    first, second = pair
    stays = second.events.follow(session_id, 0)
    leaves = asyncio.create_task(take(second.events.follow(session_id, 0), 2))
    await first.events.append(session_id, [{"n": 1}])
    assert await take(stays, 1) == [1]
    leaves.cancel()
    await asyncio.wait([leaves])
    await first.events.append(session_id, [{"n": 2}])
    assert await take(stays, 1) == [2]
    assert await take(second.events.follow(session_id, 1), 1) == [2]


async def test_a_stale_holder_cannot_append(pair: Pair, session_id: SessionId) -> None:
    """Once the session has a later holder, the earlier one's events are refused; unheld writes are not."""
    first, second = pair
    async with first.locks.hold(session_id):
        await first.events.append(session_id, [{"n": 1}])
        await first.expire_lock(session_id)
        async with second.locks.hold(session_id):
            await second.events.append(session_id, [{"n": 2}])
        with pytest.raises(LockLost):
            await first.events.append(session_id, [{"n": "stale"}])
    await first.events.append(session_id, [{"n": 3}])
    assert [event["n"] for event in await first.events.since(session_id, 0)] == [1, 2, 3]


async def test_forgetting_a_session_removes_its_events(pair: Pair, session_id: SessionId) -> None:
    """Nothing is left to replay, and numbers begin anew."""
    first, second = pair
    await first.events.append(session_id, [{"n": 1}, {"n": 2}])
    await second.sessions.forget(session_id)
    assert await first.events.since(session_id, 0) == ()
    assert await first.events.append(session_id, [{"n": 1}]) == (1,)


@pytest.mark.parametrize(("replay_seconds", "least", "most"), [(3600, 1000, 1000), (0, 50, 300)])
async def test_events_older_than_the_replay_time_are_dropped(
    url: str, session_id: SessionId, replay_seconds: int, least: int, most: int
) -> None:
    """What must be replayable stays to the last event; of the rest a remnant; numbers go on as if all were there."""
    async with redis_replica(url, retention=Retention(replay_seconds=replay_seconds)) as replica:
        for _ in range(20):
            await replica.events.append(session_id, [{"n": 1}] * 50)
        length = await replica.connection.call("XLEN", replica.connection.key(session_id, "events"))
        assert least <= length <= most
        stored = [event["seq"] for event in await replica.events.since(session_id, 0)]
        assert stored == list(range(1001 - length, 1001))
        assert [event["seq"] for event in await replica.events.since(session_id, 990)] == list(range(991, 1001))
