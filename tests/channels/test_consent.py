"""Before consent words are screened and held; agreeing processes them once, refusing keeps guidance."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.ward import Client, Ward, ward
from tests.fakes.timers import FakeTimers

pytestmark = pytest.mark.e2e


async def _newcomer(service: Ward) -> Client:
    client = await service.connected(await service.opened())
    await client.until("session.created")
    return client


async def test_a_message_before_consent_is_held_and_processed_once_given(tmp_path: Path) -> None:
    """It gets `consent_required`, is journalled only after consent, and is then answered in order."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        for number in (1, 2):
            error = await client.asked(f"m{number}", f"话{number}")
            assert (error["code"], error["retryable"]) == ("consent_required", True)
        assert service.turns.ran == []
        updated = await client.consent("care_chat", "follow_up")
        assert {name for name, given in updated["consent"].items() if given} == {"care_chat", "follow_up"}
        await client.until("response.done", in_reply_to="m2")
        assert service.turns.acted == ["m1", "m2"]


async def test_a_held_message_sent_again_is_held_once(tmp_path: Path) -> None:
    """A client may repeat what was not accepted."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        await client.asked("m1", "话")
        await client.asked("m1", "话")
        await client.consent("care_chat")
        await client.end_of("m1")
        assert service.turns.acted == ["m1"]


async def test_held_messages_outlive_the_socket_for_a_while(tmp_path: Path) -> None:
    """A reconnect finds them; a patient who stays away loses them, unstored."""
    timers = FakeTimers()
    async with ward(tmp_path, timers=timers) as service:
        opened = await service.opened()
        client = await service.connected(opened)
        await client.until("session.created")
        await client.asked("m1", "话")
        await client.leave()
        again = await service.connected(opened)
        await again.until("session.resumed")
        await again.consent("care_chat")
        assert (await again.end_of("m1"))["type"] == "response.done"
        late = await _newcomer(service)
        await late.asked("m1", "话")
        assert len(service.hub) == 2
        await again.leave()
        await late.leave()
        newest = await _newcomer(service)
        timers.advance(3600)
        await newest.leave()
        final = await _newcomer(service)
        assert len(service.hub) == 1
        await final.leave()


async def test_no_more_is_held_than_may_wait(tmp_path: Path) -> None:
    """Five messages wait for consent; the sixth is told to wait."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        codes = [(await client.asked(f"m{number}", "话"))["code"] for number in range(6)]
        assert codes == ["consent_required"] * 5 + ["busy"]


async def test_a_refusal_drops_what_was_held_and_keeps_guidance(tmp_path: Path) -> None:
    """Nothing said before is processed; what is said after goes to the conversation, which knows the refusal."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        client = await service.connected(opened)
        await client.until("session.created")
        await client.asked("m1", "我头疼")
        await client.consent()
        assert (await client.asked("m2", "停车场在哪"))["type"] == "response.done"
        assert [(one.input_id, one.consented) for one in service.turns.ran] == [("m2", False)]
        record = await service.services.sessions.get(opened["session_id"])
        assert record is not None
        assert record.session.consent.at is not None
        assert record.session.consent.purposes == frozenset()


async def test_consent_outlives_the_socket(tmp_path: Path) -> None:
    """A later socket, also after a restart, finds the consent given."""
    async with ward(tmp_path) as service:
        opened, _ = await service.consented()
    async with ward(tmp_path) as service:
        client = await service.connected(opened)
        assert (await client.next())["consent"]["care_chat"] is True
        assert (await client.asked("m1", "好"))["type"] == "response.done"


async def test_withdrawing_takes_back_what_is_named(tmp_path: Path) -> None:
    """The other purposes stay."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        await client.consent("care_chat", "follow_up")
        await client.send("consent.withdraw", version="v1", purposes=["follow_up"])
        updated = await client.until("consent.updated")
        assert updated["consent"]["care_chat"] is True
        assert updated["consent"]["follow_up"] is False
        await client.send("consent.withdraw", version="v1", purposes=["follow_up"])
        await client.until("consent.updated")
        assert len(service.turns.unfollowed) == 1


async def test_a_withdrawal_that_cannot_stop_the_follow_up_is_not_taken(tmp_path: Path) -> None:
    """The consent stands until it can be acted on; the client asks again."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        await client.consent("care_chat", "follow_up")
        service.turns.down = True
        await client.send("consent.withdraw", version="v1", purposes=["follow_up"])
        assert (await client.until("error"))["code"] == "unavailable"
        service.turns.down = False
        await client.send("consent.withdraw", version="v1", purposes=["follow_up"])
        assert (await client.until("consent.updated"))["consent"]["follow_up"] is False


async def test_consent_to_another_notice_is_a_conflict(tmp_path: Path) -> None:
    """Only the notice now in force can be agreed to."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        await client.send("consent.give", version="v0", purposes=["care_chat"])
        assert (await client.until("error"))["code"] == "conflict"
        assert (await client.asked("m1", "话"))["code"] == "consent_required"


async def test_an_emergency_before_consent_is_raised_at_once(tmp_path: Path) -> None:
    """Escalation first, then the question for consent, which keeps the 120 line."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        await client.say("m1", "我妈突然嘴歪说不出话")
        assert (await client.next())["type"] == "escalation.raised"
        error = await client.next()
        assert error["code"] == "consent_required"
        assert "120" in error["message"]


async def test_a_warning_sign_before_consent_is_asked_about_and_silence_counts_as_yes(tmp_path: Path) -> None:
    """The error carries the question; 90 s without consent raise the escalation."""
    timers = FakeTimers()
    async with ward(tmp_path, timers=timers) as service:
        client = await _newcomer(service)
        error = await client.asked("m1", "我胸口闷")
        assert "现在胸口是压着一样地痛吗" in error["message"]
        assert "120" in error["message"]
        timers.advance(89)
        timers.advance(1)
        assert (await client.until("escalation.raised"))["rule_ids"] == ["RF-001"]


async def test_the_form_may_follow_only_after_consent(tmp_path: Path) -> None:
    """Identity fields sent before consent are held like words, in memory only."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        client = await service.connected(opened)
        await client.until("session.created")
        await client.send("input_form", id="f1", form="identity", fields={"name": "张三"})
        assert (await client.end_of("f1"))["code"] == "consent_required"
        assert await service.services.journal.unfinished(opened["session_id"]) == ()


@pytest.mark.parametrize(("purposes", "kept"), [(["care_chat"], 1), ([], 0)])
async def test_a_comment_is_kept_only_with_consent(tmp_path: Path, purposes: list[str], kept: int) -> None:
    """The rating is counted either way; words need the patient's yes."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        client = await service.connected(opened)
        await client.consent(*purposes)
        await client.send("feedback.give", response_id="r1", rating=-1, comment="没听懂我头疼")
        await client.asked("m1", "好")
        lines = await service.services.archive.transcript(opened["session_id"])
        assert [line.text for line in lines] == ["没听懂我头疼"] * kept


async def test_the_fields_of_a_broken_form_are_not_remembered(tmp_path: Path) -> None:
    """They are screened like everything else, and are no part of what the next message is read with."""
    async with ward(tmp_path) as service:
        client = await _newcomer(service)
        await client.send("input_form", id="f1", form="identity", fields={"name": "胸口闷"}, more=1)
        assert (await client.until("error"))["code"] == "bad_fields"
        await client.asked("m1", "冷汗")
        assert "escalation.raised" not in [event["type"] for event in client.seen]
