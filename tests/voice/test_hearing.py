"""Real speech through the real network of voice activity and the segmenter: noise, babble, silence, broken audio."""

from __future__ import annotations

import numpy as np
import pytest

from domain.errors import SpeechFailed
from domain.voice import TurnTaking
from tests.voice.speech import Pcm, babble, between, hum, in_noise, resampled, silence, spoken
from voice import vad
from voice.ear import Ear
from voice.segmenter import Segmenter, SpeechEnded, SpeechEvent, SpeechHeard, SpeechStarted
from voice.vad import SileroActivity

pytestmark = pytest.mark.contract

SENTENCES = ("您好，我想挂明天上午心内科的专家号", "好的", "救命，我胸口疼")
LEAD = 3.0
"""Seconds in which the noise becomes known."""


def hear(activity: SileroActivity, recording: Pcm, *, frame_bytes: int = 1024) -> list[SpeechEvent]:
    """Everything told of a recording that comes in frames of this length."""
    ear = Ear(activity.stream(), Segmenter(TurnTaking()))
    raw = recording.tobytes()
    return [event for start in range(0, len(raw), frame_bytes) for event in ear.hear(raw[start : start + frame_bytes])]


def bounds(events: list[SpeechEvent]) -> list[tuple[float, float]]:
    """Start and end of every utterance in seconds; `continues` joins pieces."""
    starts = [event.audio_ms / 1000 for event in events if isinstance(event, SpeechStarted) and not event.continues]
    ends = [event.audio_ms / 1000 for event in events if isinstance(event, SpeechEnded) and not event.continues]
    return list(zip(starts, ends, strict=True))


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("kind", ["white", "babble"])
@pytest.mark.parametrize("decibels", [20, 10, 5])
def test_speech_is_found_in_noise(activity: SileroActivity, sentence: str, kind: str, decibels: float) -> None:
    """One utterance, begun within half a second and ended within one; at 5 dB within 0.75 and 3 s."""
    speech = spoken(sentence)
    clean = between(speech, before=LEAD, after=4)
    seconds = clean.size / 16000 + 0.01
    noise = (hum(seconds) if kind == "white" else babble(seconds))[: clean.size]
    events = hear(activity, in_noise(clean, noise, decibels=decibels))
    ((start, end),) = bounds(events)
    over = LEAD + speech.size / 16000
    begun_within, ended_within = (0.5, 1.0) if decibels > 5 else (0.75, 3.0)
    assert LEAD <= start <= LEAD + begun_within
    assert over <= end <= over + ended_within


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("noise", [0, 200])
def test_whoever_speaks_at_once_is_heard(activity: SileroActivity, sentence: str, noise: float) -> None:
    """There is no noise to measure against yet."""
    recording = np.concatenate([spoken(sentence), silence(1.5)])
    recording += hum(recording.size / 16000 + 0.01, level=noise)[: recording.size]
    ((start, _),) = bounds(hear(activity, recording))
    assert start <= 0.7


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_beginning_of_a_word_is_kept(activity: SileroActivity, sentence: str) -> None:
    """The pre-roll holds what was said before the network was sure: all of the speech is in the utterance."""
    speech = spoken(sentence)
    events = hear(activity, between(speech))
    heard = b"".join(event.pcm for event in events if isinstance(event, SpeechStarted | SpeechHeard))
    assert speech.tobytes() in heard


@pytest.mark.parametrize("noise", ["silence", "hum", "loud"])
def test_a_minute_without_speech_is_no_utterance(activity: SileroActivity, noise: str) -> None:
    """No recogniser is ever asked about silence, so it cannot write a sentence into it."""
    made = {"silence": silence(60), "hum": hum(60, level=60), "loud": hum(60, level=3000)}[noise]
    assert hear(activity, made) == []


def test_thirty_seconds_of_talk_lose_nothing(activity: SileroActivity) -> None:
    """The pieces of a monologue, joined, are the monologue."""
    once = np.concatenate([spoken(SENTENCES[0]), silence(0.25)])
    talk = np.tile(once, int(30 * 16000 / once.size) + 1)[: 30 * 16000]
    events = hear(activity, between(talk))
    heard = b"".join(event.pcm for event in events if isinstance(event, SpeechStarted | SpeechHeard))
    assert len(bounds(events)) == 1
    assert sum(isinstance(event, SpeechEnded) for event in events) >= 2
    assert talk[: 29 * 16000].tobytes() in heard


def test_a_microphone_turned_up_too_far_is_still_understood(activity: SileroActivity) -> None:
    """Speech clipped at a tenth of its height."""
    speech = spoken(SENTENCES[0])
    clipped = between((speech.astype(np.int32) * 10).clip(-32768, 32767).astype(np.int16))
    assert len(bounds(hear(activity, clipped))) == 1


@pytest.mark.parametrize("rate", [8000, 48000])
def test_audio_at_a_wrong_rate_leaves_every_utterance_closed(activity: SileroActivity, rate: int) -> None:
    """Whatever is made of it, a start has its end and the stream goes on to hear right audio."""
    wrong = resampled(between(spoken(SENTENCES[0])).astype(np.float64), 16000, rate).astype(np.int16)
    right = between(spoken(SENTENCES[2]), before=3)
    found = bounds(hear(activity, np.concatenate([wrong, right])))
    begin = wrong.size / 16000 + 3
    assert any(begin <= start <= begin + 0.5 for start, _ in found)


@pytest.mark.parametrize("frame_bytes", [1, 333, 8192])
def test_frames_of_any_length_are_the_same_audio(activity: SileroActivity, frame_bytes: int) -> None:
    """Half a sample waits for its other half."""
    recording = between(spoken("好的"), before=0.5, after=1)
    assert hear(activity, recording, frame_bytes=frame_bytes) == hear(activity, recording)


def test_streams_do_not_hear_each_other(activity: SileroActivity) -> None:
    """One network serves two microphones, chunk by chunk in turn."""
    speech = between(spoken(SENTENCES[2])).tobytes()
    quiet = bytes(len(speech))
    ears = [Ear(activity.stream(), Segmenter(TurnTaking())) for _ in range(2)]
    told: list[list[SpeechEvent]] = [[], []]
    for start in range(0, len(speech), 1024):
        for ear, raw, events in zip(ears, (speech, quiet), told, strict=True):
            events.extend(ear.hear(raw[start : start + 1024]))
    assert len(bounds(told[0])) == 1
    assert told[1] == []


def test_a_wheel_without_its_network_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version may keep it elsewhere."""
    monkeypatch.setattr(vad, "WEIGHTS", "assets/another.onnx")
    with pytest.raises(SpeechFailed, match="voice activity: missing"):
        SileroActivity()
