"""Audio on the socket: spoken words become inputs, answers are spoken, and emergencies win."""

from __future__ import annotations

import asyncio
from array import array
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from channels.ports import Rules
from domain.errors import Busy
from domain.voice import Doubt
from tests.channels.ward import Client, Ward, ward
from tests.fakes.turns import FakeTurns, red_flag_question
from tests.fakes.voice import FakeRecogniser, FakeVoice, final, loud, parts, quiet
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.e2e

BOTH = {"input": "pcm16;rate=16000", "output": "pcm16;rate=24000"}
EARS = {"input": "pcm16;rate=16000"}
FRAME = 4096


async def _speaks(client: Client, seconds: float = 0.7) -> None:
    """Silence, speech, silence, as a microphone sends them."""
    sound = quiet(0.6) + loud(seconds) + quiet(1.0)
    for start in range(0, len(sound), FRAME):
        await client.socket.send(sound[start : start + FRAME])


async def _opened(service: Ward, audio: dict[str, str], **more: Any) -> Client:
    _, client = await service.consented()
    await client.send("session.update", audio=audio, **more)
    return client


async def test_spoken_words_are_an_input_and_the_answer_is_spoken(tmp_path: Path) -> None:
    """Captions, transcript, input, answer, audio; every frame bears the number of its answer."""
    recogniser = FakeRecogniser(finals=[final("我想挂号")], partials=["我想挂号"])
    async with ward(tmp_path, voice=parts(recogniser, FakeVoice(marker=7))) as service:
        client = await _opened(service, BOTH)
        notice = await client.until("response.audio.started")
        assert "AI 助手" in notice["text"]
        await client.until("response.audio.done", reason="said")
        await _speaks(client)
        done = await client.until("response.done")
        assert done["text"] == "收到：我想挂号"
        over = await client.until("response.audio.done")
        assert (over["response_id"], over["reason"]) == (done["response_id"], "said")
        assert set(array("h", client.audio[over["number"]])) == {7}
        kinds = [event["type"] for event in client.seen]
        heard = ["input_audio.speech_started", "transcript.delta", "input_audio.speech_stopped", "transcript.completed"]
        assert [kind for kind in kinds if kind in heard] == heard
        [item] = [event["item_id"] for event in client.seen if event["type"] == "transcript.completed"]
        assert done["in_reply_to"] == item
        assert service.turns.acted == [item]
        assert service.meter.counts["recognised.understood"] == 1
        assert service.meter.counts["first_audio"] == 2


async def test_the_greeting_tells_what_is_there_and_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """No recogniser: a microphone is refused and text goes on; the same frames are refused before audio is open."""
    async with ward(tmp_path, voice=parts(None, FakeVoice())) as service:
        _, client = await service.consented()
        assert client.seen[0]["audio"] == {"input": False, "output": True}
        await client.send("session.update", audio=EARS)
        assert (await client.until("error"))["code"] == "unsupported_audio"
        await client.socket.send(loud(0.1))
        assert (await client.until("error"))["code"] == "unsupported_audio"
        await client.send("input_audio.start")
        assert (await client.until("error"))["code"] == "unsupported_audio"
        await client.send("session.update", audio={"input": "pcm16;rate=48000"})
        assert (await client.until("error"))["code"] == "bad_fields"
        assert (await client.asked("m1", "好"))["type"] == "response.done"


async def test_a_frame_that_is_too_long_is_refused_and_odd_ones_are_heard(tmp_path: Path) -> None:
    """8 KiB is the limit; half samples and half chunks are put together."""
    recogniser = FakeRecogniser(finals=[final("我想挂号")])
    async with ward(tmp_path, voice=parts(recogniser)) as service:
        client = await _opened(service, EARS)
        await client.socket.send(bytes(8193))
        assert (await client.until("error"))["code"] == "too_long"
        sound = quiet(0.6) + loud(0.7) + quiet(1.0)
        for start in range(0, len(sound), 777):
            await client.socket.send(sound[start : start + 777])
        assert (await client.until("transcript.completed"))["text"] == "我想挂号"


async def test_a_cry_for_help_in_a_partial_escalates_at_once(tmp_path: Path) -> None:
    """「救命」 while the patient still speaks; the final that is thrown away changes nothing."""
    recogniser = FakeRecogniser(finals=[final("谢谢观看", Doubt.PHANTOM)], partials=["救命"])
    async with ward(tmp_path, voice=parts(recogniser, FakeVoice())) as service:
        client = await _opened(service, BOTH)
        await client.until("response.audio.done")
        await client.socket.send(quiet(0.25))
        await client.socket.send(quiet(0.25))
        for _ in range(4):
            await client.socket.send(loud(0.2))
        raised = await client.until("escalation.raised")
        assert (raised["disposition"], raised["phone"]) == ("CALL_120", "120")
        spoken = await client.until("response.audio.started")
        assert spoken["response_id"].startswith("e_")
        assert "transcript.completed" not in [event["type"] for event in client.seen]


async def test_a_warning_in_a_partial_is_asked_about_when_the_final_lost_it(tmp_path: Path) -> None:
    """The turn is given the flag to confirm, not as certain."""
    recogniser = FakeRecogniser(finals=[final("今天天气好")], partials=["嘴歪"])
    async with ward(tmp_path, voice=parts(recogniser)) as service:
        client = await _opened(service, EARS)
        await _speaks(client)
        await client.until("response.done")
        [flag] = service.turns.ran[0].screening.flags
        assert (flag.rule_id, flag.certain) == ("RF-017", False)
        assert "escalation.raised" not in [event["type"] for event in client.seen]


async def test_a_warning_that_was_heard_well_escalates_like_a_typed_one(tmp_path: Path) -> None:
    """Escalation before any part of the answer, spoken before everything."""
    async with ward(tmp_path, voice=parts(FakeRecogniser(finals=[final("他嘴歪了")]), FakeVoice())) as service:
        client = await _opened(service, BOTH)
        await client.until("response.audio.done")
        await _speaks(client)
        raised = await client.until("escalation.raised")
        assert raised["in_reply_to"].startswith("v_")
        assert (await client.until("response.audio.started"))["response_id"].startswith("e_")


@pytest.mark.parametrize(("answer", "becomes"), [("对", "胸口闷"), ("不对", None)])
async def test_unsure_words_that_decide_urgency_are_read_back(tmp_path: Path, answer: str, becomes: str | None) -> None:
    """Yes makes them the input; no asks to say it again."""
    recogniser = FakeRecogniser(finals=[final("胸口闷", Doubt.UNSURE), final(answer)])
    async with ward(tmp_path, voice=parts(recogniser)) as service:
        client = await _opened(service, EARS)
        await _speaks(client)
        asked = await client.until("response.done")
        assert asked["text"] == "您说的是“胸口闷”，对吗？"
        assert not service.turns.ran
        await _speaks(client)
        done = await client.until("response.done")
        assert [utterance.text for utterance in service.turns.ran] == ([becomes] if becomes else [])
        assert (done["text"] == "请您再说一遍。") is (becomes is None)


async def test_what_is_read_back_may_be_tapped(tmp_path: Path) -> None:
    """The choice is an input with its own end."""
    recogniser = FakeRecogniser(finals=[final("胸口闷", Doubt.UNSURE)])
    async with ward(tmp_path, voice=parts(recogniser)) as service:
        client = await _opened(service, EARS)
        await _speaks(client)
        choices = await client.until("response.choices")
        right = choices["choices"][0]
        await client.until("response.done")
        await client.send("input_choice", id="t1", action=right["action"], value=right["value"])
        assert (await client.end_of("t1"))["type"] == "response.done"
        await client.until("response.done")
        assert [utterance.text for utterance in service.turns.ran] == ["胸口闷"]


async def test_an_unsure_answer_to_a_red_flag_question_is_read_back(tmp_path: Path) -> None:
    """A no that may have been a yes never closes the question."""
    turns = FakeTurns(question=red_flag_question(MONDAY_MORNING.replace(hour=8)))
    recogniser = FakeRecogniser(finals=[final("没有", Doubt.UNSURE)])
    async with ward(tmp_path, turns=turns, voice=parts(recogniser)) as service:
        client = await _opened(service, EARS)
        await client.asked("m1", "闷")
        await _speaks(client)
        assert (await client.until("response.done"))["text"] == "您说的是“没有”，对吗？"


async def test_two_failures_in_a_row_call_a_person(tmp_path: Path) -> None:
    """First 「没听清」, then the hand-off; the pool being full counts too."""
    recogniser = FakeRecogniser(finals=[final("", Doubt.NOTHING), Busy("speech recognition")])
    async with ward(tmp_path, voice=parts(recogniser)) as service:
        client = await _opened(service, EARS)
        await _speaks(client)
        assert "没听清" in (await client.until("response.done"))["text"]
        await _speaks(client)
        await client.until("response.done", text="收到：voice")
        choice = service.turns.ran[0].choice
        assert choice is not None
        assert (choice.action, choice.value) == ("handoff", "voice")


async def test_a_cough_is_no_attempt_to_speak(tmp_path: Path) -> None:
    """Nothing is said to a short sound without words; the transcript says that there were none."""
    async with ward(tmp_path, voice=parts(FakeRecogniser())) as service:
        client = await _opened(service, EARS)
        await _speaks(client, seconds=0.25)
        assert (await client.until("transcript.completed"))["text"] == ""
        await client.asked("m1", "好")
        assert [event["text"] for event in client.seen if event["type"] == "response.done"] == ["收到：好"]


async def test_a_minute_of_silence_is_nothing(tmp_path: Path) -> None:
    """No phantom words, no event."""
    async with ward(tmp_path, voice=parts(FakeRecogniser(finals=[final("谢谢观看")]))) as service:
        client = await _opened(service, EARS)
        for minute in range(6):
            service.clock.seconds += 10
            for _ in range(50):
                await client.socket.send(quiet(0.2))
            await client.asked(f"m{minute}", "好")
        assert not [event for event in client.seen if event["type"].startswith(("input_audio", "transcript"))]


async def test_speech_over_an_answer_stops_it_and_its_making(tmp_path: Path) -> None:
    """Flush: audio.done barge_in, then the answer that is still being made is cancelled; what was unheard is marked."""
    recogniser = FakeRecogniser(finals=[final("我想问别的")])
    async with ward(tmp_path, voice=parts(recogniser, FakeVoice(seconds=30.0))) as service:
        opened, client = await service.consented()
        await client.send("session.update", audio=BOTH)
        await client.until("response.audio.started")
        await client.say("m1", "好")
        answered = await client.until("response.done")
        assert (await client.until("response.audio.done"))["reason"] == "superseded"
        started = await client.until("response.audio.started")
        assert started["response_id"] == answered["response_id"]
        await _speaks(client)
        stopped = await client.until("response.audio.done")
        assert (stopped["number"], stopped["reason"]) == (started["number"], "barge_in")
        await client.send("response.cancel", response_id=answered["response_id"], audio_played_ms=300)
        await client.until("response.created")
        await service.idle()
        transcript = await service.services.archive.transcript(opened["session_id"])
        [mark] = [message.text for message in transcript if message.origin == "unheard"]
        assert "收到：" in mark
        assert service.meter.counts["barged_in"] == 1


async def test_the_stop_button_works_after_the_text_is_complete(tmp_path: Path) -> None:
    """response.cancel of an answer that is only being spoken."""
    async with ward(tmp_path, voice=parts(None, FakeVoice(seconds=30.0))) as service:
        client = await _opened(service, {"output": "pcm16;rate=24000"})
        await client.until("response.audio.started")
        done = await client.asked("m1", "好")
        await client.until("response.audio.started")
        await client.send("response.cancel", response_id=done["response_id"], audio_played_ms=100)
        assert (await client.until("response.audio.done", response_id=done["response_id"]))["reason"] == "client"
        await client.send("response.cancel", response_id="r_nobody")
        assert (await client.until("error"))["code"] == "not_found"


async def test_push_to_talk(tmp_path: Path) -> None:
    """Between start and commit everything is speech, however soft."""
    async with ward(tmp_path, voice=parts(FakeRecogniser(finals=[final("挂号")]))) as service:
        client = await _opened(service, EARS)
        await client.send("input_audio.start")
        await client.socket.send(quiet(0.2))
        await client.send("input_audio.commit")
        assert (await client.until("transcript.completed"))["text"] == "挂号"
        await client.until("response.done")


async def test_a_socket_that_dies_while_words_are_worked_out_still_has_its_answer(tmp_path: Path) -> None:
    """The utterance was over: it is journalled, answered, and replayed to the next socket."""
    recogniser = FakeRecogniser(finals=[final("我想挂号")])
    recogniser.gate.clear()
    async with ward(tmp_path, voice=parts(recogniser)) as service:
        opened, client = await service.consented()
        await client.send("session.update", audio=EARS)
        await _speaks(client)
        await client.until("input_audio.speech_stopped")
        await client.leave()
        recogniser.gate.set()
        again = await service.connected(opened, last_seq=client.numbers()[-1])
        assert (await again.until("response.done"))["text"] == "收到：我想挂号"


async def test_while_a_nurse_answers_only_she_is_heard(tmp_path: Path) -> None:
    """Her messages are spoken, the agent's are not; an emergency is."""
    voice = FakeVoice()
    async with ward(tmp_path, voice=parts(None, voice)) as service:
        opened, client = await service.consented()
        await client.send("session.update", audio={"output": "pcm16;rate=24000"})
        await client.until("response.audio.done")
        session_id, at = opened["session_id"], "2026-03-02T07:00:00.000+08:00"
        head = {"session_id": session_id, "at": at}
        told = {"type": "response.done", "response_id": "n_1", "in_reply_to": None, "text": "我是护士。"}
        rest: dict[str, Any] = {"origin": "nurse", "label": "护士", "sources": [], "timing_ms": {}}
        rest |= {"trace_id": "t", "generated": None}
        await service.services.events.append(
            opened["session_id"],
            [
                {**head, "type": "handoff.started", "queue_position": None, "by": "nurse"},
                {**head, **told, **rest},
                {**head, **told, **rest, "response_id": "b_1", "text": "我是机器。", "origin": "fixed"},
            ],
        )
        await client.until("response.audio.done", response_id="n_1")
        await client.asked("m1", "他嘴歪了")
        await client.until("response.audio.done", response_id="e_1")
        assert "我是护士" in voice.said
        assert not {"我是机器", "收到"} & set(voice.said)


async def test_fifty_sessions_hear_only_their_own_voice(tmp_path: Path) -> None:
    """Fifty at once, each with a tone of its own: no frame of one reaches another."""
    voices = count(1)
    async with ward(tmp_path, rules=Rules(sessions_per_minute=10_000, frame_burst=200.0)) as service:
        object.__setattr__(service.services, "voice", lambda: parts(None, FakeVoice(marker=next(voices))))
        opened = [await service.opened() for _ in range(50)]

        async def listens(one: dict[str, Any]) -> set[int]:
            client = await service.connected(one)
            await client.until("session.created")
            await client.consent("care_chat")
            await client.send("session.update", audio={"output": "pcm16;rate=24000"})
            await client.until("response.audio.done")
            await client.say("m1", "你好")
            await client.until("response.audio.done", reason="said")
            return {sample for pcm in client.audio.values() for sample in set(array("h", pcm))}

        heard = await asyncio.gather(*(listens(one) for one in opened))
        assert all(len(tones) == 1 for tones in heard)
        assert len(set.union(*heard)) == 50
