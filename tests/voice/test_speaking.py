"""The voices: the one of the house by the real espeak-ng, the cloud's against a server that hangs, refuses and cuts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import numpy as np
import psutil
import pytest

from domain.errors import SpeechFailed
from domain.voice import SPOKEN_RATE, Saying
from tests.voice.cloud import Cloud, Mood, clouded
from voice.synthesis.edge import Edge
from voice.synthesis.espeak import Espeak
from voice.synthesis.voices import Voices

pytestmark = pytest.mark.contract

TEXT = "请到三楼心内科"


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    """The cloud, well."""
    async with clouded() as server:
        yield server


async def _whole(stream: AsyncGenerator[bytes, None]) -> bytes:
    async with aclosing(stream) as audio:
        return b"".join([chunk async for chunk in audio])


def _seconds(pcm: bytes) -> float:
    return len(pcm) / 2 / SPOKEN_RATE


def _pitch(pcm: bytes) -> float:
    """Where most of the sound is, in Hz: a wrong rate moves it."""
    spectrum = np.abs(np.fft.rfft(np.frombuffer(pcm, "<i2").astype(float)))
    frequencies = np.fft.rfftfreq(len(pcm) // 2, 1 / SPOKEN_RATE)
    return float((spectrum * frequencies).sum() / spectrum.sum())


async def test_the_voice_of_the_house_speaks() -> None:
    """24 kHz, loud, of a sentence's length; the same twice."""
    pcm = await _whole(Espeak().say(Saying(text=TEXT)))
    assert 0.8 < _seconds(pcm) < 4
    assert np.abs(np.frombuffer(pcm, "<i2")).max() > 3000
    assert pcm == await _whole(Espeak().say(Saying(text=TEXT)))


async def test_a_slower_pace_takes_longer() -> None:
    """0.7 for elders."""
    usual, slow = [await _whole(Espeak().say(Saying(text=TEXT, rate=rate))) for rate in (1.0, 0.7)]
    assert _seconds(slow) > 1.2 * _seconds(usual)


async def test_stopping_the_voice_ends_its_process() -> None:
    """Barge-in leaves nothing running."""
    before = {child.pid for child in psutil.Process().children()}
    async with aclosing(Espeak().say(Saying(text=TEXT * 40))) as audio:
        assert await anext(audio)
    assert {child.pid for child in psutil.Process().children() if child.status() != "zombie"} <= before


async def test_what_is_said_stands_in_no_list_of_processes() -> None:
    """The text goes in by standard input."""
    async with aclosing(Espeak().say(Saying(text="张三的血糖" * 40))) as audio:
        assert await anext(audio)
        lines = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert any("espeak" in line for line in lines)
    assert "张三" not in " ".join(lines)


async def test_a_voice_that_is_not_installed_says_so() -> None:
    """By a stable kind, so that the operator is told what to install."""
    voice = Espeak("espeak-nobody")
    assert not voice.there()
    with pytest.raises(SpeechFailed) as failed:
        await _whole(voice.say(Saying(text=TEXT)))
    assert failed.value.kind == "missing"


async def test_the_cloud_speaks(cloud: Cloud) -> None:
    """What the server sends as MP3 arrives as 24 kHz samples of the same pitch."""
    pcm = await _whole(Edge(relay=cloud.url).say(Saying(text=TEXT, private=False)))
    house = await _whole(Espeak().say(Saying(text=TEXT)))
    assert 0.8 < _seconds(pcm) < 4
    assert _pitch(pcm) == pytest.approx(_pitch(house), rel=0.3)
    assert TEXT in cloud.texts[0]


async def test_nothing_private_goes_to_the_cloud(cloud: Cloud) -> None:
    """Even when it is asked to."""
    with pytest.raises(SpeechFailed, match="refused"):
        await _whole(Edge(relay=cloud.url).say(Saying(text="张三，血糖七点八")))
    assert cloud.texts == []


@pytest.mark.parametrize("mood", ["silent", "refusing", "garbled", "empty"])
async def test_a_cloud_that_fails_is_replaced_by_the_house(cloud: Cloud, mood: Mood) -> None:
    """A socket that stays silent too, which the library waits for without end."""
    cloud.mood = mood
    edge = Edge(relay=cloud.url, first_seconds=0.3)
    with pytest.raises(SpeechFailed):
        await _whole(edge.say(Saying(text=TEXT, private=False)))
    voices = Voices(edge, Espeak(), monotonic=lambda: 0.0)
    assert _seconds(await _whole(voices.say(Saying(text=TEXT, private=False)))) > 0.8


async def test_nobody_at_the_address_is_a_failure_of_speech() -> None:
    """A refused connection."""
    with pytest.raises(SpeechFailed):
        await _whole(Edge(relay="ws://127.0.0.1:9/x").say(Saying(text=TEXT, private=False)))


async def test_a_cloud_that_goes_on_failing_is_left_alone(cloud: Cloud) -> None:
    """Until its pause is over; then it is tried, and kept when it is well."""
    now = [0.0]
    voices = Voices(Edge(relay=cloud.url, first_seconds=0.3), Espeak(), monotonic=lambda: now[0])
    saying = Saying(text=TEXT, private=False)
    cloud.mood = "garbled"
    for _ in range(5):
        await _whole(voices.say(saying))
    assert len(cloud.texts) == 3
    cloud.mood, now[0] = "well", 60.0
    for _ in range(2):
        await _whole(voices.say(saying))
    assert len(cloud.texts) == 5


async def test_the_house_says_what_is_private_whatever_the_cloud_does(cloud: Cloud) -> None:
    """Names and results are spoken at home."""
    voices = Voices(Edge(relay=cloud.url), Espeak(), monotonic=lambda: 0.0)
    assert await _whole(voices.say(Saying(text=TEXT)))
    assert cloud.texts == []


async def test_many_voices_speak_and_each_says_its_own() -> None:
    """More than there are places: the others wait their turn."""
    texts = ["一", "一二三四五六", "请到三楼心内科"] * 4
    voice = Espeak(places=3)
    said = await asyncio.gather(*(_whole(voice.say(Saying(text=text))) for text in texts))
    assert [_seconds(pcm) for pcm in said[:3]] == [_seconds(pcm) for pcm in said[3:6]]
    assert len(set(said)) == 3
