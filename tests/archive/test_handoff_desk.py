"""Contract of `HandoffDesk`."""

from __future__ import annotations

import pytest

from archive.opening import OpenArchive
from domain.errors import NotFound
from domain.session import SessionId
from tests.archive.examples import SESSION, a_record
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.contract

FIRST, SECOND, THIRD = SessionId("a"), SessionId("b"), SessionId("c")


async def _ask(opened: OpenArchive, session_id: SessionId, *, urgent: bool = False, key: str = "1") -> int:
    return await opened.desk.request(
        session_id, reason="想找人工", urgent=urgent, key=f"{session_id}:{key}", now=MONDAY_MORNING
    )


async def _three(opened: OpenArchive) -> None:
    for one in (FIRST, SECOND, THIRD):
        await opened.sessions.create(a_record(one))


async def test_conversations_wait_in_order_of_asking(opened: OpenArchive) -> None:
    """Who asks first is served first."""
    await _three(opened)
    assert [await _ask(opened, one) for one in (FIRST, SECOND, THIRD)] == [1, 2, 3]


async def test_an_urgent_one_goes_before_the_others(opened: OpenArchive) -> None:
    """Urgent conversations come before those that are not, and among themselves by arrival."""
    await _three(opened)
    await _ask(opened, FIRST)
    assert await _ask(opened, SECOND, urgent=True) == 1
    assert await _ask(opened, THIRD, urgent=True) == 2
    assert await _ask(opened, FIRST) == 3


async def test_asking_again_keeps_the_place(opened: OpenArchive) -> None:
    """Neither a replayed nor a new request puts a waiting conversation in twice."""
    await _three(opened)
    assert await _ask(opened, FIRST) == 1
    assert await _ask(opened, FIRST) == 1
    assert await _ask(opened, FIRST, key="2") == 1
    assert await _ask(opened, SECOND) == 2


async def test_a_request_that_becomes_urgent_moves_up(opened: OpenArchive) -> None:
    """A later urgent request of the same conversation raises it, and nothing lowers it again."""
    await _three(opened)
    await _ask(opened, FIRST)
    await _ask(opened, SECOND)
    assert await _ask(opened, SECOND, urgent=True, key="2") == 1
    assert await _ask(opened, SECOND, key="3") == 1
    assert await _ask(opened, FIRST) == 2


async def test_a_conversation_is_open_from_asking_until_closed(opened: OpenArchive) -> None:
    """Closing frees its place; asking anew afterwards queues it at the end."""
    await _three(opened)
    assert not await opened.desk.open_for(FIRST)
    await _ask(opened, FIRST)
    await _ask(opened, SECOND)
    assert await opened.desk.open_for(FIRST)
    await opened.desk.close(FIRST, now=MONDAY_MORNING)
    assert not await opened.desk.open_for(FIRST)
    assert await _ask(opened, SECOND) == 1
    assert await _ask(opened, FIRST, key="2") == 2


async def test_a_closed_request_replayed_does_not_open_again(opened: OpenArchive) -> None:
    """The same key queues once, also after it was served."""
    await _three(opened)
    await _ask(opened, FIRST)
    await opened.desk.close(FIRST, now=MONDAY_MORNING)
    assert await _ask(opened, FIRST) == 0
    assert not await opened.desk.open_for(FIRST)


async def test_an_unknown_session_cannot_wait(opened: OpenArchive) -> None:
    """There is no key to encrypt its reason under."""
    with pytest.raises(NotFound):
        await _ask(opened, SESSION)
