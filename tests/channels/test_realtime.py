"""A conversation over a real socket, as the protocol promises it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.ward import ward
from tests.fakes.turns import FakeTurns

pytestmark = pytest.mark.e2e


async def test_a_message_is_accepted_answered_and_ended_once(tmp_path: Path) -> None:
    """input.accepted, response.created, deltas, response.done: in this order, numbered without a gap."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.asked("m1", "你好")
        types = [event["type"] for event in client.seen[2:]]
        assert types == [
            "input.accepted",
            "response.created",
            "response.text.delta",
            "response.text.delta",
            "response.done",
        ]
        assert client.numbers() == [1, 2, 3, 4, 5]
        assert client.seen[-1]["text"] == "收到：你好"


async def test_cards_and_choices_reach_the_patient(tmp_path: Path) -> None:
    """A card and tap choices belong to their response."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        done = await client.asked("m1", "卡")
        card = next(event for event in client.seen if event["type"] == "response.card")
        choices = next(event for event in client.seen if event["type"] == "response.choices")
        assert card["response_id"] == choices["response_id"] == done["response_id"]
        assert choices["choices"] == [{"label": "是", "action": "answer", "value": "p1:yes"}]


async def test_messages_are_answered_in_the_order_they_came(tmp_path: Path) -> None:
    """The second waits for the first, also when it came while the first was being answered."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.say("m1", "等")
        await client.say("m2", "第二")
        await client.until("input.accepted", id="m2")
        service.turns.gate.set()
        await client.end_of("m2")
        assert service.turns.acted == ["m1", "m2"]
        created = [event["in_reply_to"] for event in client.seen if event["type"] == "response.created"]
        assert created == ["m1", "m2"]


async def test_a_seventh_message_at_once_is_told_to_wait(tmp_path: Path) -> None:
    """One is being answered, five wait, the next is busy; the six are answered."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.say("m0", "等")
        await client.until("response.created")
        for number in range(1, 7):
            await client.say(f"m{number}", "话")
        refused = await client.until("error")
        assert (refused["code"], refused["in_reply_to"], refused["retryable"]) == ("busy", "m6", True)
        service.turns.gate.set()
        await client.end_of("m5")
        assert service.turns.acted == [f"m{number}" for number in range(6)]


async def test_a_duplicate_is_acknowledged_and_not_done_twice(tmp_path: Path) -> None:
    """The same id again, during and after its answer, is only acknowledged."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.say("m1", "等")
        await client.until("response.created")
        await client.say("m1", "等")
        assert (await client.until("input.accepted"))["duplicate"] is True
        service.turns.gate.set()
        await client.end_of("m1")
        await client.say("m1", "等")
        assert (await client.until("input.accepted"))["duplicate"] is True
        await client.asked("m2", "好")
        assert service.turns.acted == ["m1", "m2"]
        assert [event["in_reply_to"] for event in client.seen if event["type"] == "response.done"] == ["m1", "m2"]


async def test_an_answer_that_broke_ends_in_an_error_and_the_session_goes_on(tmp_path: Path) -> None:
    """A bug in a turn costs that turn."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        ended = await client.asked("m1", "坏")
        assert (ended["type"], ended["code"], ended["retryable"]) == ("error", "internal", False)
        assert (await client.asked("m2", "好"))["type"] == "response.done"


async def test_an_unfinished_input_is_taken_up_again_when_it_is_sent_again(tmp_path: Path) -> None:
    """A turn that found memory away may be retried under its id."""
    turns = FakeTurns(down=True)
    async with ward(tmp_path, turns=turns) as service:
        _, client = await service.consented()
        ended = await client.asked("m1", "你好")
        assert (ended["code"], ended["retryable"]) == ("unavailable", True)
        turns.down = False
        assert (await client.asked("m1", "你好"))["type"] == "response.done"
        accepted = [event["duplicate"] for event in client.seen if event["type"] == "input.accepted"]
        assert accepted == [False, True]


async def test_a_retry_that_fails_again_is_told_so(tmp_path: Path) -> None:
    """Each retry gets its own end."""
    turns = FakeTurns(down=True)
    async with ward(tmp_path, turns=turns) as service:
        _, client = await service.consented()
        assert (await client.asked("m1", "你好"))["code"] == "unavailable"
        assert (await client.asked("m1", "你好"))["code"] == "unavailable"


async def test_cancelling_stops_the_saying_and_not_the_doing(tmp_path: Path) -> None:
    """`response.cancel` ends the answer as cancelled by the client; the turn ran to its end."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.say("m1", "等")
        created = await client.until("response.created")
        await client.send("response.cancel", response_id=created["response_id"], audio_played_ms=0)
        ended = await client.end_of("m1")
        assert (ended["type"], ended["reason"]) == ("response.cancelled", "client")
        await client.asked("m2", "好")
        assert service.turns.acted == ["m1", "m2"]


async def test_cancelling_what_is_not_being_said_is_not_found(tmp_path: Path) -> None:
    """A response that ended cannot be cancelled."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        done = await client.asked("m1", "好")
        await client.send("response.cancel", response_id=done["response_id"])
        assert (await client.until("error"))["code"] == "not_found"


@pytest.mark.parametrize("what", ["an emergency", "a person", "leaving"])
async def test_an_answer_on_its_way_is_hurried(tmp_path: Path, what: str) -> None:
    """Nobody waits for a model when a red flag comes in, a person is asked for, or nobody is there any more."""
    async with ward(tmp_path) as service:
        opened, client = await service.consented()
        await client.say("m1", "等")
        await client.until("response.created")
        if what == "an emergency":
            await client.say("m2", "我爸嘴歪了")
        elif what == "a person":
            await client.send("handoff.request", reason="想找人")
        else:
            await client.socket.close()
        assert await service.turns.hurried.get() == opened["session_id"]
        service.turns.gate.set()


async def test_asking_for_a_person_is_a_turn_of_its_own(tmp_path: Path) -> None:
    """`handoff.request` has no id, so its answer replies to none."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.send("handoff.request", reason="想找人问问")
        done = await client.until("response.done")
        assert done["in_reply_to"] is None
        choice = service.turns.ran[0].choice
        assert choice is not None
        assert (choice.action, choice.value) == ("handoff", "想找人问问")


async def test_a_form_reaches_the_turn_and_no_event(tmp_path: Path) -> None:
    """Identity fields are handed to the turn and stand in nothing that is stored for replay."""
    async with ward(tmp_path) as service:
        opened, client = await service.consented()
        await client.send("input_form", id="f1", form="identity", fields={"name": "张三丰", "phone": "13800005678"})
        await client.end_of("f1")
        form = service.turns.ran[0].form
        assert form is not None
        assert form.fields["name"] == "张三丰"
        stored = await service.services.events.since(opened["session_id"], 0)
        assert "张三丰" not in str(stored)
        assert "13800005678" not in str(stored)


async def test_feedback_is_kept_and_answered_with_nothing(tmp_path: Path) -> None:
    """A rating goes to the audit chain, its comment to the transcript."""
    async with ward(tmp_path) as service:
        opened, client = await service.consented()
        done = await client.asked("m1", "好")
        await client.send("feedback.give", response_id=done["response_id"], rating=1, comment="很清楚")
        await client.asked("m2", "好")
        transcript = await service.services.archive.transcript(opened["session_id"])
        assert [message.text for message in transcript if message.origin == "feedback"] == ["很清楚"]
