"""Contract of `InputJournal`, on the fake, Valkey and Redis."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from domain.clinical import Disposition, RedFlag, RuleId, Screening
from domain.errors import LockLost
from domain.session import InputId, SessionId
from domain.turn import Choice, Form, Utterance
from tests.memory.conftest import Replica

pytestmark = pytest.mark.contract

Pair = tuple[Replica, Replica]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(session_id: SessionId, number: int, text: str = "头疼") -> Utterance:
    """A text input."""
    return Utterance(session_id=session_id, input_id=InputId(f"i{number}"), at=NOON, text=text)


async def test_an_input_is_accepted_once_by_all_replicas_together(pair: Pair, session_id: SessionId) -> None:
    """Of ten deliveries of the same input, to both replicas at once, one is new."""
    answers = await asyncio.gather(*(pair[i % 2].journal.accept(said(session_id, 1)) for i in range(10)))
    assert sorted(answers) == [False] * 9 + [True]
    assert await pair[1].journal.unfinished(session_id) == (said(session_id, 1),)


async def test_unfinished_inputs_come_back_whole_and_in_order(pair: Pair, session_id: SessionId) -> None:
    """Texts, choices, forms and what the screen had found, in the order they were accepted."""
    flag = RedFlag(
        rule_id=RuleId("RF-001"),
        name="胸痛",
        disposition=Disposition.CALL_120,
        certain=True,
        crisis=False,
        question="",
        first_aid="",
        anchors=("胸口疼",),
        sources=("S1",),
    )
    kinds = {"text": "胸口疼", "screening": Screening(flags=(flag,))}, {"choice": Choice(action="answer", value="yes")}
    inputs = [
        Utterance(session_id=session_id, input_id=InputId(f"z{9 - i}"), at=NOON, **kinds[i % 2]) for i in range(6)
    ]
    form = Form(name="identity", fields={"name": "张三", "id_number": "11010519491231002X"})
    inputs.append(Utterance(session_id=session_id, input_id=InputId("form"), at=NOON, form=form))
    for utterance in inputs:
        assert await pair[0].journal.accept(utterance)
    assert await pair[1].journal.unfinished(session_id) == tuple(inputs)


async def test_a_finished_input_is_gone_and_still_known(pair: Pair, session_id: SessionId) -> None:
    """Its id stays a duplicate, and finishing it again does nothing."""
    first, second = pair
    for number in (1, 2):
        await first.journal.accept(said(session_id, number))
    await second.journal.finish(session_id, InputId("i1"))
    await second.journal.finish(session_id, InputId("i1"))
    assert await first.journal.unfinished(session_id) == (said(session_id, 2),)
    assert not await first.journal.accept(said(session_id, 1))


async def test_the_same_id_in_another_session_is_another_input(pair: Pair, session_id: SessionId) -> None:
    """Ids are unique in a session only."""
    other = SessionId(f"{session_id}-other")
    assert await pair[0].journal.accept(said(session_id, 1))
    assert await pair[0].journal.accept(said(other, 1))
    await pair[0].journal.finish(other, InputId("i1"))
    assert await pair[0].journal.unfinished(session_id) == (said(session_id, 1),)


async def test_a_stale_holder_cannot_finish_or_accept(pair: Pair, session_id: SessionId) -> None:
    """What a holder that lost its session says about its inputs is refused."""
    first, second = pair
    await first.journal.accept(said(session_id, 1))
    async with first.locks.hold(session_id):
        await first.expire_lock(session_id)
        async with second.locks.hold(session_id):
            pass
        with pytest.raises(LockLost):
            await first.journal.finish(session_id, InputId("i1"))
        with pytest.raises(LockLost):
            await first.journal.accept(said(session_id, 2))
    assert await second.journal.unfinished(session_id) == (said(session_id, 1),)


async def test_forgetting_a_session_empties_its_journal(pair: Pair, session_id: SessionId) -> None:
    """Neither inputs nor their ids are left."""
    await pair[0].journal.accept(said(session_id, 1))
    await pair[0].sessions.forget(session_id)
    assert await pair[1].journal.unfinished(session_id) == ()
    assert await pair[1].journal.accept(said(session_id, 1))
