"""From a complaint to a booked visit by voice: real Whisper code, real Silero, real espeak-ng, a real socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.voice import TurnTaking
from tests.channels.ward import Client
from tests.e2e.service import Running, last_code, running
from tests.voice.speech import between, spoken
from tests.voice.taught_whisper import teach_whisper
from voice.clip import utterances
from voice.vad import SileroActivity

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SENTENCES = ("头疼三天了", "都没有", "帮我挂号", "第一个", "确认")
ANSWERS = {"triage_question": "都没有", "triage_result": "帮我挂号", "slots": "第一个", "booking_review": "确认"}
PHONE = "13812345678"
IDENTITY = {"name": "欧阳明月", "id_number": "11010519900307232X", "phone": PHONE}
BOTH = {"input": "pcm16;rate=16000", "output": "pcm16;rate=24000"}
FRAME = 1024
STEPS = 16


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper that knows five sentences, as the ear cuts them."""
    activity = SileroActivity()
    clips = {
        text: [piece for piece, _ in utterances(between(spoken(text)).tobytes(), activity, TurnTaking())]
        for text in SENTENCES
    }
    return teach_whisper(tmp_path_factory.mktemp("whisper"), clips)


async def _patient(banyi: Running) -> tuple[dict[str, Any], Client]:
    """A session with its audio open, once the weights are read."""
    while not banyi.service.services.voice().hears:
        await banyi.http.get("/healthz")
    opened, client = await banyi.patient()
    await client.send("session.update", audio=BOTH)
    return opened, client


async def _speak(client: Client, text: str) -> dict[str, Any]:
    """Say a sentence into the microphone, over whatever the agent still says; the end of its answer."""
    sound = between(spoken(text), before=0.9, after=1.1).tobytes()
    for start in range(0, len(sound), FRAME):
        await client.socket.send(sound[start : start + FRAME])
    heard = await client.until("transcript.completed")
    assert heard["text"].rstrip("。") == text
    return await client.end_of(heard["item_id"])


async def test_a_visit_is_booked_by_voice(tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Complaint, questions, department, slot and yes are spoken; identity is typed; the answers are heard."""
    monkeypatch.setenv("BANYI_VOICE_MODEL", str(weights))
    monkeypatch.setenv("BANYI_VOICE_PARTIAL_MODEL", "")
    async with running(tmp_path) as banyi:
        _, client = await _patient(banyi)
        assert client.seen[0]["audio"] == {"input": True, "output": True}
        seen = len(client.seen)
        await _speak(client, "头疼三天了")
        for step in range(STEPS):
            card = next(one["card"] for one in reversed(client.seen[seen:]) if one["type"] == "response.card")
            seen = len(client.seen)
            if card["type"] == "appointment":
                break
            if card["type"] == "identity_form":
                code = card["form"] == "code"
                fields = {"code": last_code(tmp_path / "var", PHONE)} if code else IDENTITY
                await client.send("input_form", id=f"f{step}", form=card["form"], fields=fields)
                await client.end_of(f"f{step}")
            else:
                await _speak(client, ANSWERS[card["type"]])
        assert card["type"] == "appointment"
        assert card["status"] == "booked"
        started = {one["number"] for one in client.seen if one["type"] == "response.audio.started"}
        assert len(started) >= 4
        assert set(client.audio) <= started
        assert sum(map(len, client.audio.values())) > 100_000
        assert "barge_in" in {one["reason"] for one in client.seen if one["type"] == "response.audio.done"}
        await client.send("session.update", audio={"output": "none"})
        metrics = (await banyi.http.get("/metrics")).text
        assert 'banyi_recognition_seconds_count{outcome="understood"}' in metrics
        assert "banyi_first_audio_seconds_count" in metrics
        await client.leave()
