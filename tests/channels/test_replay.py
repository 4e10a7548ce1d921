"""Reconnecting at any point, to any replica, gives the same sequence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from domain.notices import NoticeId
from domain.session import InputId, SessionId
from tests.channels.ward import fake_memory, ward
from tests.fakes.memory import FakeServer
from tests.fakes.turns import FakeTurns

pytestmark = pytest.mark.e2e


async def test_every_cut_point_gives_the_same_sequence(tmp_path: Path) -> None:
    """Whatever number a client saw last, replay brings exactly what follows it."""
    async with ward(tmp_path) as service:
        opened, client = await service.consented()
        await client.asked("m1", "卡")
        await client.asked("m2", "坏")
        await client.asked("m3", "我妈突然嘴歪说不出话")
        whole = [event for event in client.seen if event.get("seq")]
        for cut in range(len(whole) + 1):
            again = await service.connected(opened, last_seq=cut)
            while (await again.next())["type"] != "session.resumed":
                pass
            if cut:
                assert again.seen[: len(whole) - cut] == whole[cut:]
            else:
                assert again.seen[: len(whole)] == whole
            assert again.numbers() == list(range(cut + 1, again.numbers()[-1] + 1))


async def test_a_socket_cut_in_the_middle_of_an_answer_misses_nothing(tmp_path: Path) -> None:
    """The answer goes on without a socket and is replayed whole."""
    async with ward(tmp_path) as service:
        opened, client = await service.consented()
        await client.say("m1", "等卡")
        created = await client.until("response.created")
        await client.leave()
        service.turns.gate.set()
        again = await service.connected(opened, last_seq=created["seq"])
        assert (await again.end_of("m1"))["text"] == "收到：等卡"
        assert again.numbers() == list(range(created["seq"] + 1, again.numbers()[-1] + 1))


async def test_a_number_from_nowhere_is_taken_as_none(tmp_path: Path) -> None:
    """A client that claims to have seen the future is served from now on."""
    async with ward(tmp_path) as service:
        opened, _ = await service.consented()
        client = await service.connected(opened, last_seq=99_999)
        assert (await client.next())["type"] == "session.resumed"
        assert (await client.asked("m1", "好"))["type"] == "response.done"


async def test_another_replica_goes_on_with_the_session(tmp_path: Path) -> None:
    """A reconnect to another process replays and continues the same sequence; the first socket is closed."""
    server = FakeServer()
    async with (
        ward(tmp_path, memory=fake_memory(server)) as first,
        ward(tmp_path, memory=fake_memory(server), turns=first.turns) as second,
    ):
        opened, client = await first.consented()
        await client.asked("m1", "好")
        other = await second.connected(opened, last_seq=2)
        await other.asked("m2", "嗯")
        assert other.numbers() == list(range(3, other.numbers()[-1] + 1))
        assert [e["in_reply_to"] for e in other.seen if e["type"] == "response.done"] == ["m1", "m2"]
        assert await client.closed() == 4409


async def test_an_answer_given_by_one_replica_arrives_on_the_other(tmp_path: Path) -> None:
    """The first replica still answers when the patient is already on the second: answered once, seen once."""
    server = FakeServer()
    turns = FakeTurns()
    async with (
        ward(tmp_path, memory=fake_memory(server), turns=turns) as first,
        ward(tmp_path, memory=fake_memory(server), turns=turns.replica()) as second,
    ):
        opened, client = await first.consented()
        await client.say("m1", "等")
        created = await client.until("response.created")
        other = await second.connected(opened, last_seq=created["seq"])
        await other.until("session.resumed")
        turns.gate.set()
        done = await other.end_of("m1")
        assert done["response_id"] == created["response_id"]
        await other.asked("m2", "好")
        assert [e["in_reply_to"] for e in other.seen if e["type"] == "response.done"] == ["m1", "m2"]
        assert not any(e["type"] == "response.cancelled" for e in other.seen)
        assert turns.acted == ["m1", "m2"]


@pytest.mark.long
async def test_what_waits_for_a_patient_is_said_on_connecting_and_once(tmp_path: Path) -> None:
    """Two replicas and a reconnect at once: a notice that came meanwhile is one answer to nothing."""
    server, turns = FakeServer(), FakeTurns()
    async with (
        ward(tmp_path, memory=fake_memory(server), turns=turns) as first,
        ward(tmp_path, memory=fake_memory(server), turns=turns.replica()) as second,
    ):
        opened, client = await first.consented()
        await client.asked("m1", "好")
        await client.leave()
        turns.unsaid[SessionId(opened["session_id"])] = (NoticeId("n1"),)
        last_seq = client.numbers()[-1]
        await asyncio.gather(first.connected(opened, last_seq=last_seq), second.connected(opened, last_seq=last_seq))
        await first.idle()
        await second.idle()
        again = await first.connected(opened, last_seq=last_seq)
        await again.asked("m2", "嗯")
        answers = [event for event in again.seen if event["type"] == "response.done"]
        assert [event["in_reply_to"] for event in answers] == [None, "m2"]
        assert answers[0]["text"] == "收到：n1"
        assert len([one for one in turns.acted if one.startswith("~arrived")]) == 1


async def test_a_restart_answers_what_was_accepted(tmp_path: Path) -> None:
    """The process died in the middle of an answer: it is cancelled as restarted and given again, done once."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        opened, client = await service.consented()
        await client.say("m1", "等")
        created = await client.until("response.created")
        await client.say("m2", "好")
        await client.until("input.accepted", id="m2")
        server.down = True
    server.down = False
    async with ward(tmp_path, memory=fake_memory(server), turns=FakeTurns(gate=opened_gate())) as service:
        client = await service.connected(opened, last_seq=created["seq"])
        cancelled = await client.until("response.cancelled")
        assert (cancelled["response_id"], cancelled["reason"]) == (created["response_id"], "restarted")
        done = await client.end_of("m1")
        assert done["type"] == "response.done"
        assert done["response_id"] != created["response_id"]
        assert (await client.end_of("m2"))["type"] == "response.done"
        assert service.turns.acted == ["m1", "m2"]
        assert client.numbers() == list(range(created["seq"] + 1, client.numbers()[-1] + 1))


async def test_an_answer_that_was_stored_is_not_given_again_after_a_restart(tmp_path: Path) -> None:
    """The process died between storing the answer and striking the input from the journal."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        opened, client = await service.consented()
        done = await client.asked("m1", "好")
        utterance = service.turns.ran[0]
    server.open[utterance.session_id][utterance.input_id] = utterance
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        client = await service.connected(opened, last_seq=done["seq"])
        await client.asked("m2", "好")
        ends = [event for event in client.seen if event["type"] in {"response.done", "response.cancelled"}]
        assert [event["in_reply_to"] for event in ends] == ["m2"]
        assert utterance.input_id not in server.open[utterance.session_id]


async def test_what_was_accepted_before_a_withdrawal_is_answered_without_consent(tmp_path: Path) -> None:
    """The journal keeps an input over a restart; the consent that counts is the one now in force."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        opened, client = await service.consented()
        done = await client.asked("m1", "好")
        utterance = replace(service.turns.ran[0], input_id=InputId("m2"))
        await client.consent()
    server.open[utterance.session_id][utterance.input_id] = utterance
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        client = await service.connected(opened, last_seq=done["seq"])
        await client.end_of("m2")
        assert [(one.input_id, one.consented) for one in service.turns.ran] == [("m2", False)]


def opened_gate() -> asyncio.Event:
    """A gate that lets everything pass."""
    gate = asyncio.Event()
    gate.set()
    return gate
