"""Whatever arrives gets the protocol's error, the session goes on, and an emergency in it is still answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from channels.ports import Rules
from tests.channels.ward import Client, ward

pytestmark = pytest.mark.e2e

EMERGENCY = "我妈突然嘴歪说不出话"
BAD: list[tuple[str, str | bytes, str, str | None]] = [
    ("not_json", "{EMERGENCY", "bad_json", None),
    ("cut_off_json", '{"type":"input_text","id":"b1","text":"EMERGENCY', "bad_json", None),
    ("lone_surrogate", '{"type":"input_text","id":"b1","text":"EMERGENCY\\ud800"}', "bad_json", None),
    ("not_an_object", '["EMERGENCY"]', "bad_fields", None),
    ("unknown_type", '{"type":"input_smell","id":"b1","text":"EMERGENCY"}', "unknown_type", "b1"),
    ("type_of_wrong_type", '{"type":7,"id":"b1","text":"EMERGENCY"}', "unknown_type", "b1"),
    ("missing_field", '{"type":"input_text","text":"EMERGENCY"}', "bad_fields", None),
    ("extra_field", '{"type":"input_text","id":"b1","text":"EMERGENCY","loud":true}', "bad_fields", "b1"),
    ("text_in_a_list", '{"type":"input_text","id":"b1","text":["EMERGENCY"]}', "bad_fields", "b1"),
    ("id_of_wrong_type", '{"type":"input_text","id":7,"text":"EMERGENCY"}', "bad_fields", None),
    ("malformed_id", '{"type":"input_text","id":"b 1","text":"EMERGENCY"}', "bad_fields", None),
    ("over_long_message", '{"type":"input_text","id":"b1","text":"%sEMERGENCY"}' % ("好" * 2001), "too_long", "b1"),
    ("over_long_frame", '{"type":"input_text","id":"b1","text":"%sEMERGENCY"}' % ("好" * 9000), "too_long", "b1"),
    ("megabyte", '{"type":"input_text","id":"b1","text":"%sEMERGENCY"}' % ("a" * 900_000), "too_long", "b1"),
    ("newlines", '{"type":"input_text","id":"b1","text":"%sEMERGENCY"}' % ("\\n" * 10_000), "too_long", "b1"),
    ("binary_rubbish", b"\xff\x00\xfeEMERGENCY\xc3(", "unsupported_audio", None),
    ("hidden_by_controls", '{"type":"x","id":"b1","text":"EMER\\u0000GENCY"}', "unknown_type", "b1"),
]


def _filled(frame: str | bytes, words: str) -> str | bytes:
    """The frame with its words."""
    if isinstance(frame, bytes):
        return frame.replace(b"EMERGENCY", words.encode())
    if "EMER\\u0000GENCY" in frame:
        return frame.replace("EMER\\u0000GENCY", "\\u0000".join(words))
    return frame.replace("EMERGENCY", words)


@pytest.mark.parametrize(("frame", "code", "in_reply_to"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
async def test_bad_input_gets_its_error_and_the_session_goes_on(
    tmp_path: Path, frame: str | bytes, code: str, in_reply_to: str | None
) -> None:
    """One error with the right code, and the next message is answered."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.socket.send(_filled(frame, "今天天气好"))
        error = await client.until("error")
        assert (error["code"], error["in_reply_to"]) == (code, in_reply_to)
        assert (await client.asked("m1", "你好"))["type"] == "response.done"
        assert client.numbers() == list(range(1, len(client.numbers()) + 1))


@pytest.mark.parametrize("frame", [row[1] for row in BAD], ids=[row[0] for row in BAD])
async def test_an_emergency_in_bad_input_is_raised_before_the_error(tmp_path: Path, frame: str | bytes) -> None:
    """The screen reads what it can; the error that follows keeps the 120 line."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.socket.send(_filled(frame, EMERGENCY))
        raised = await client.until("escalation.raised")
        assert raised["disposition"] == "CALL_120"
        assert raised["phone"] == "120"
        error = await client.until("error")
        assert "120" in error["message"]


async def test_text_of_nothing_but_blanks_is_a_bad_field(tmp_path: Path) -> None:
    """Blank and invisible text is no message."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        for number, text in enumerate(("", " \n\t ", "\u0000\u0007", "\u200b\u200b")):
            error = await client.asked(f"b{number}", text)
            assert error["code"] == "bad_fields"


async def test_emoji_alone_is_a_message(tmp_path: Path) -> None:
    """What it means is for the conversation to say."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        assert (await client.asked("m1", "😭😭"))["type"] == "response.done"


async def test_control_characters_do_not_reach_the_conversation(tmp_path: Path) -> None:
    """They are taken out, the words stay."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.asked("m1", "头\u0000疼\u001b三天\n了")
        assert service.turns.ran[0].text == "头疼三天\n了"


async def test_audio_is_not_supported_yet(tmp_path: Path) -> None:
    """Audio frames and their controls get `unsupported_audio`."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.socket.send(bytes(1024))
        assert (await client.until("error"))["code"] == "unsupported_audio"
        await client.send("input_audio.start")
        assert (await client.until("error"))["code"] == "unsupported_audio"
        await client.send("session.update", audio={"output": "pcm16;rate=24000"})
        assert (await client.until("error"))["code"] == "unsupported_audio"


async def test_a_changed_locale_is_kept(tmp_path: Path) -> None:
    """`session.update` without audio is taken quietly."""
    async with ward(tmp_path) as service:
        opened, client = await service.consented()
        await client.send("session.update", locale="en-US", captions=True, speech_rate=1)
        await client.asked("m1", "好")
        record = await service.services.sessions.get(opened["session_id"])
        assert record is not None
        assert record.session.locale == "en-US"


async def _flood(client: Client, count: int, text: str = "好") -> None:
    frames: list[dict[str, Any]] = [{"type": "feedback.give", "response_id": text, "rating": 1}] * count
    for frame in frames:
        await client.socket.send(orjson.dumps(frame).decode())


async def test_too_many_frames_are_limited_and_the_session_goes_on(tmp_path: Path) -> None:
    """Past the burst a frame gets `rate_limited`; later ones are served again."""
    async with ward(tmp_path, rules=Rules(frame_burst=10.0, frames_per_second=1.0)) as service:
        _, client = await service.consented()
        await _flood(client, 12)
        assert (await client.until("error"))["code"] == "rate_limited"
        service.clock.seconds += 60
        assert (await client.asked("m1", "你好"))["type"] == "response.done"


async def test_a_flood_is_cut_off(tmp_path: Path) -> None:
    """A client that does not stop loses its socket, with 4429."""
    async with ward(tmp_path, rules=Rules(frame_burst=10.0, flood_strikes=20)) as service:
        _, client = await service.consented()
        await _flood(client, 60)
        assert await client.closed() == 4429


async def test_an_emergency_in_a_flood_is_raised(tmp_path: Path) -> None:
    """The limit refuses the message, not the emergency."""
    async with ward(tmp_path, rules=Rules(frame_burst=2.0)) as service:
        _, client = await service.consented()
        await _flood(client, 5)
        await client.say("m1", EMERGENCY)
        raised = await client.until("escalation.raised")
        assert raised["in_reply_to"] == "m1"
        error = await client.until("error", in_reply_to="m1")
        assert error["code"] == "rate_limited"
        assert "120" in error["message"]


async def test_an_emergency_is_raised_while_six_messages_wait(tmp_path: Path) -> None:
    """A full queue refuses the message, not the emergency."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        for number in range(6):
            await client.say(f"m{number}", "等")
        await client.say("m6", EMERGENCY)
        assert (await client.until("escalation.raised"))["in_reply_to"] == "m6"
        assert (await client.until("error", in_reply_to="m6"))["code"] == "busy"


async def test_two_messages_make_one_emergency(tmp_path: Path) -> None:
    """The screen reads a message together with those before it."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.asked("m1", "我胸口闷")
        await client.say("m2", "还出冷汗")
        assert (await client.until("escalation.raised"))["in_reply_to"] == "m2"


async def test_an_emergency_is_raised_once_for_a_message(tmp_path: Path) -> None:
    """The turn reports it too; the patient reads it once, before any other part of the answer."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.asked("m1", EMERGENCY)
        types = [event["type"] for event in client.seen]
        assert types.count("escalation.raised") == 1
        assert types.index("escalation.raised") < types.index("response.created")


async def test_a_mild_flag_interrupts_nothing(tmp_path: Path) -> None:
    """What must be seen within a day is for the conversation to say."""
    async with ward(tmp_path) as service:
        _, client = await service.consented()
        await client.asked("m1", "牙疼得厉害")
        assert "escalation.raised" not in [event["type"] for event in client.seen]
        assert service.turns.ran[0].screening.flags


async def test_an_address_that_sends_too_many_forms_is_slowed_down(tmp_path: Path) -> None:
    """The form past the limit is answered `rate_limited` and not taken; words are still heard."""
    async with ward(tmp_path, rules=Rules(forms_per_minute=2)) as service:
        _, client = await service.consented()
        for number in range(3):
            await client.send("input_form", id=f"f{number}", form="identity", fields={"name": "x"})
        error = await client.until("error")
        assert (error["code"], error["in_reply_to"]) == ("rate_limited", "f2")
        assert (await client.asked("m1", "停车场在哪"))["type"] == "response.done"
