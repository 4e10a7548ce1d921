"""Contract of `Claims`: one nurse at a time, and only while they are there."""

from __future__ import annotations

import asyncio

import pytest

from archive.opening import OpenArchive
from domain.desk import LEASE, Cause, Holding, Urgency
from domain.errors import Conflict, NotFound
from domain.session import SessionId
from domain.staff import Role, StaffId
from tests.archive.examples import SESSION, a_message, a_record
from tests.stores import MONDAY_MORNING, SetClock

pytestmark = pytest.mark.contract


async def two_nurses(opened: OpenArchive) -> tuple[StaffId, StaffId]:
    """A conversation with a message, and two nurses."""
    await opened.sessions.create(a_record())
    await opened.archive.record_turn([a_message()], None)
    made = [
        await opened.staff.add(name, name, Role.NURSE, "a long password", second_factor=False)
        for name in ("first", "second")
    ]
    return made[0].staff.id, made[1].staff.id


async def test_of_two_nurses_who_claim_at_once_one_wins(opened: OpenArchive, clock: SetClock) -> None:
    """The other is told that a colleague was faster, and the agent is mute."""
    nurses = await two_nurses(opened)
    claiming = (opened.claims.claim(SESSION, by=one, now=clock.now()) for one in nurses for _ in range(3))
    outcomes = await asyncio.gather(*claiming, return_exceptions=True)
    winners = {one.staff_id for one in outcomes if not isinstance(one, BaseException)}
    assert len(winners) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3
    assert await opened.desk.held(SESSION, now=clock.now())


async def test_a_claim_ends_when_the_nurse_is_gone(opened: OpenArchive, clock: SetClock) -> None:
    """Without a heartbeat the lease runs out, the next nurse may claim, and the first one's number is worth nothing."""
    first, second = await two_nurses(opened)
    mine = await opened.claims.claim(SESSION, by=first, now=clock.now())
    clock.advance(LEASE / 2)
    mine = await opened.claims.renew(SESSION, by=first, number=mine.number, now=clock.now())
    clock.advance(LEASE)
    assert not await opened.desk.held(SESSION, now=clock.now())
    theirs = await opened.claims.claim(SESSION, by=second, now=clock.now())
    assert theirs.number > mine.number
    with pytest.raises(Conflict):
        await opened.claims.renew(SESSION, by=first, number=mine.number, now=clock.now())
    with pytest.raises(Conflict):
        await opened.claims.release(SESSION, by=first, number=mine.number, now=clock.now())


async def test_a_lapsed_claim_is_told_once(opened: OpenArchive, clock: SetClock) -> None:
    """To one of the processes that look."""
    first, _ = await two_nurses(opened)
    await opened.claims.claim(SESSION, by=first, now=clock.now())
    assert await opened.claims.lapse(now=clock.now()) == ()
    clock.advance(LEASE)
    lapsed = await asyncio.gather(*(opened.claims.lapse(now=clock.now()) for _ in range(2)))
    assert sorted(lapsed) == [(), (SESSION,)]


async def test_a_nurse_who_claims_again_fences_their_other_window(opened: OpenArchive, clock: SetClock) -> None:
    """The older number is lost."""
    first, _ = await two_nurses(opened)
    older = await opened.claims.claim(SESSION, by=first, now=clock.now())
    newer = await opened.claims.claim(SESSION, by=first, now=clock.now())
    with pytest.raises(Conflict):
        await opened.claims.renew(SESSION, by=first, number=older.number, now=clock.now())
    await opened.claims.release(SESSION, by=first, number=newer.number, now=clock.now())
    assert await opened.claims.claim_on(SESSION, now=clock.now()) is None


async def test_giving_back_ends_the_waiting_and_a_lapse_does_not(opened: OpenArchive, clock: SetClock) -> None:
    """Whom a nurse left alone waits on; whom a nurse gave back was served."""
    first, _ = await two_nurses(opened)
    await opened.desk.request(SESSION, reason="人工", urgent=False, key="1", now=clock.now(), cause=Cause.ASKED)
    await opened.claims.claim(SESSION, by=first, now=clock.now())
    assert (await opened.cases.case(SESSION, now=clock.now())).holding is Holding.NURSE
    clock.advance(LEASE)
    await opened.claims.lapse(now=clock.now())
    waiting = await opened.cases.case(SESSION, now=clock.now())
    assert (waiting.holding, waiting.urgency) == (Holding.WAITING, Urgency.YELLOW)
    again = await opened.claims.claim(SESSION, by=first, now=clock.now())
    await opened.claims.release(SESSION, by=first, number=again.number, now=clock.now())
    served = await opened.cases.case(SESSION, now=clock.now())
    assert (served.holding, served.urgency) == (Holding.AGENT, Urgency.NONE)


async def test_whom_a_nurse_talks_with_is_not_in_the_queue(opened: OpenArchive, clock: SetClock) -> None:
    """The next one moves up."""
    first, _ = await two_nurses(opened)
    other = SessionId("other")
    await opened.sessions.create(a_record(other))

    async def place(session_id: SessionId) -> int:
        return await opened.desk.request(session_id, reason="人工", urgent=False, key=session_id, now=MONDAY_MORNING)

    assert [await place(SESSION), await place(other)] == [1, 2]
    await opened.claims.claim(SESSION, by=first, now=clock.now())
    assert await place(other) == 1


async def test_nobody_can_claim_what_does_not_exist(opened: OpenArchive, clock: SetClock) -> None:
    """Nor is it held."""
    with pytest.raises(NotFound):
        await opened.claims.claim(SESSION, by=StaffId("st_1"), now=clock.now())
    assert not await opened.desk.held(SESSION, now=clock.now())


async def test_turns_claims_and_requests_at_once_do_not_stop_each_other(opened: OpenArchive, clock: SetClock) -> None:
    """They lock in one order, so no database has to break a circle."""
    first, _ = await two_nurses(opened)

    async def talk(number: int) -> None:
        await opened.archive.record_turn([a_message(input_id=f"at-once-{number}")], None)

    async def ask(number: int) -> None:
        await opened.desk.request(SESSION, reason="人工", urgent=number % 2 == 0, key=f"k{number}", now=clock.now())

    async def take(_number: int) -> None:
        await opened.claims.claim(SESSION, by=first, now=clock.now())
        await opened.case_work.handle(SESSION, "完成", by=first, now=clock.now())

    await asyncio.gather(*(work(number) for number in range(8) for work in (talk, ask, take)))
    case = await opened.cases.case(SESSION, now=clock.now())
    assert case.messages == 9
    assert case.claim is not None
    assert case.claim.number == 8
