"""A red flag's question left open for 90 s raises the escalation unprompted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.channels.ward import fake_memory, ward
from tests.fakes.memory import FakeServer
from tests.fakes.timers import FakeTimers
from tests.fakes.turns import FakeTurns, red_flag_question
from tests.stores import SetClock

pytestmark = pytest.mark.e2e

WINDOW = timedelta(seconds=90)


async def test_silence_raises_the_escalation_and_the_conversation_learns_of_it(tmp_path: Path, clock: SetClock) -> None:
    """At the deadline, not before; the turn that follows does not raise it again."""
    timers = FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, timers=timers, turns=turns) as service:
        _, client = await service.consented()
        await client.asked("m1", "胸口闷")
        await service.idle()
        timers.advance(89.9)
        timers.advance(0.1)
        raised = await client.until("escalation.raised")
        assert raised["in_reply_to"] is None
        done = await client.until("response.done")
        assert done["in_reply_to"] is None
        assert [event["type"] for event in client.seen].count("escalation.raised") == 1
        assert turns.ran[-1].choice is not None
        assert turns.ran[-1].choice.action == "silence"


async def test_an_answer_ends_the_wait(tmp_path: Path, clock: SetClock) -> None:
    """Once the question is answered no silence is dangerous."""
    timers = FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, timers=timers, turns=turns) as service:
        _, client = await service.consented()
        await client.asked("m1", "胸口闷")
        await service.idle()
        turns.waits_for.clear()
        await client.asked("m2", "没有")
        timers.advance(1000)
        await client.asked("m3", "好")
        assert "escalation.raised" not in [event["type"] for event in client.seen]


async def test_silence_counts_without_a_socket_and_is_replayed(tmp_path: Path, clock: SetClock) -> None:
    """The patient's phone may be gone; the escalation waits for it."""
    timers = FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, timers=timers, turns=turns) as service:
        opened, client = await service.consented()
        done = await client.asked("m1", "胸口闷")
        await service.idle()
        await client.leave()
        timers.advance(90)
        again = await service.connected(opened, last_seq=done["seq"])
        assert (await again.until("escalation.raised"))["rule_ids"] == ["RF-001"]


async def test_a_deadline_that_passed_during_a_restart_is_overdue(tmp_path: Path, clock: SetClock) -> None:
    """The next socket brings the escalation at once."""
    server = FakeServer()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns) as service:
        opened, client = await service.consented()
        done = await client.asked("m1", "胸口闷")
        await service.idle()
    clock.advance(timedelta(minutes=5))
    timers = FakeTimers()
    again_turns = turns.replica()
    async with ward(tmp_path, clock=clock, memory=fake_memory(server), turns=again_turns, timers=timers) as service:
        client = await service.connected(opened, last_seq=done["seq"])
        await client.until("session.resumed")
        timers.advance(0)
        assert (await client.until("escalation.raised"))["rule_ids"] == ["RF-001"]


async def test_two_replicas_raise_it_once(tmp_path: Path, clock: SetClock) -> None:
    """The replica that lost the socket and the one that has it both count the seconds."""
    server, timers = FakeServer(), FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with (
        ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns, timers=timers) as first,
        ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns.replica(), timers=timers) as second,
    ):
        opened, client = await first.consented()
        done = await client.asked("m1", "胸口闷")
        await first.idle()
        await client.leave()
        again = await second.connected(opened, last_seq=done["seq"])
        await again.until("session.resumed")
        timers.advance(90)
        await again.until("response.done")
        await again.asked("m2", "好")
        assert [event["type"] for event in again.seen].count("escalation.raised") == 1


async def test_silence_is_raised_with_memory_away(tmp_path: Path, clock: SetClock) -> None:
    """Without a number, and in time."""
    server, timers = FakeServer(), FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns, timers=timers) as service:
        _, client = await service.consented()
        await client.asked("m1", "胸口闷")
        await service.idle()
        server.down = turns.down = True
        timers.advance(90)
        assert (await client.until("escalation.raised"))["seq"] is None


@pytest.mark.parametrize("reply", [{"type_": "input_text", "text": "是"}, {"type_": "input_choice", "value": "p1:yes"}])
async def test_a_yes_with_memory_away_is_raised_at_once(tmp_path: Path, clock: SetClock, reply: dict[str, str]) -> None:
    """Typed or tapped, it does not wait for the silence to pass; the retry that is answered raises no second time."""
    server, timers = FakeServer(), FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    fields = reply if "text" in reply else {**reply, "action": "answer"}
    async with ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns, timers=timers) as service:
        _, client = await service.consented()
        await client.asked("m1", "胸口闷")
        await service.idle()
        server.down = turns.down = True
        await client.send(id="m2", **fields)
        assert (await client.until("escalation.raised"))["in_reply_to"] == "m2"
        assert (await client.end_of("m2"))["code"] == "unavailable"
        server.down = turns.down = False
        await client.send(id="m2", **fields)
        await client.end_of("m2")
        assert [event["type"] for event in client.seen].count("escalation.raised") == 1


async def test_a_no_with_memory_away_is_no_silence(tmp_path: Path, clock: SetClock) -> None:
    """What was denied is not raised when the time is up, although no turn could take note of it."""
    server, timers = FakeServer(), FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns, timers=timers) as service:
        _, client = await service.consented()
        await client.asked("m1", "胸口闷")
        await service.idle()
        server.down = turns.down = True
        await client.asked("m2", "没有")
        timers.advance(100)
        await client.asked("m3", "好")
        assert "escalation.raised" not in [event["type"] for event in client.seen]


async def test_a_yes_before_consent_is_raised_at_once(tmp_path: Path, clock: SetClock) -> None:
    """The question stood in the error; the answer is heard although nothing is processed yet."""
    async with ward(tmp_path, clock=clock, timers=FakeTimers()) as service:
        client = await service.connected(await service.opened())
        await client.asked("m1", "我胸口闷")
        await client.say("m2", "是")
        assert (await client.until("escalation.raised"))["in_reply_to"] == "m2"


async def test_another_sign_does_not_put_the_deadline_off(tmp_path: Path, clock: SetClock) -> None:
    """With memory away a second doubtful sign waits no longer than the first."""
    server, timers = FakeServer(), FakeTimers()
    turns = FakeTurns(question=red_flag_question(clock.now() + WINDOW))
    async with ward(tmp_path, clock=clock, memory=fake_memory(server), turns=turns, timers=timers) as service:
        _, client = await service.consented()
        await client.asked("m1", "胸口闷")
        await service.idle()
        server.down = turns.down = True
        clock.advance(timedelta(seconds=60))
        timers.advance(60)
        await client.asked("m2", "胸口闷得慌")
        timers.advance(30)
        assert (await client.until("escalation.raised"))["rule_ids"] == ["RF-001"]
