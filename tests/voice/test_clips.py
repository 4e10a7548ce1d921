"""Voice clips come as AMR and SILK from WeChat and as whatever browsers record; anything else is refused."""

from __future__ import annotations

import wave
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pysilk
import pytest

from domain.errors import UnsupportedAudio
from tests.voice.cloud import encoded
from tests.voice.speech import resampled, silence, spoken
from voice.clips import LARGEST_BYTES, LONGEST_SECONDS, Clips

pytestmark = pytest.mark.contract

SPEECH = spoken("我想挂心内科的号")


def _wav(seconds: float | None = None, *, rate: int = 16_000, channels: int = 1) -> bytes:
    out = BytesIO()
    samples = SPEECH if seconds is None else silence(seconds)
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
    return out.getvalue()


def _silk() -> bytes:
    out = BytesIO()
    at_24k = resampled(SPEECH.astype(np.float64), 16_000, 24_000).clip(-32768, 32767).astype("<i2")
    pysilk.encode(BytesIO(at_24k.tobytes()), out, 24_000, 24_000)
    return out.getvalue()


CLIPS: dict[str, Callable[[], bytes]] = {
    "amr": lambda: encoded(SPEECH, "libopencore_amrnb", "amr", rate=8_000),
    "silk": _silk,
    "wav": _wav,
    "stereo": lambda: _wav(channels=2),
    "opus": lambda: encoded(SPEECH, "libopus", "ogg", rate=48_000),
    "mp3": lambda: encoded(SPEECH, "libmp3lame", "mp3", rate=24_000),
}


@pytest.mark.parametrize("kind", list(CLIPS))
async def test_a_clip_is_heard_as_it_was_spoken(kind: str) -> None:
    """Its loud and quiet stretches stand where they stood; a codec may shift them by a few hundredths of a second."""
    clip = CLIPS[kind]()
    heard = np.frombuffer(await Clips().decode(clip), "<i2")
    assert heard.size == pytest.approx(SPEECH.size, rel=0.12)
    said, found = _loudness(SPEECH), _loudness(heard)
    best = max(float(np.corrcoef(said[:40], found[shift : shift + 40])[0, 1]) for shift in range(4))
    assert best > 0.85


@pytest.mark.parametrize(
    "clip", [b"", b"\x00" * 500, b"#!AMR\n", b"#!SILK_V3", b"hello", b"\x00" * (LARGEST_BYTES + 1)]
)
async def test_what_is_no_clip_is_refused(clip: bytes) -> None:
    """With an error for the patient, never a crash."""
    with pytest.raises(UnsupportedAudio):
        await Clips().decode(clip)


async def test_a_clip_longer_than_allowed_is_refused() -> None:
    """However small it is written."""
    with pytest.raises(UnsupportedAudio):
        await Clips().decode(_wav(LONGEST_SECONDS + 1))


async def test_half_a_clip_is_refused_or_heard_in_part() -> None:
    """A transfer that broke off."""
    clip = CLIPS["amr"]()
    heard = await Clips().decode(clip[: len(clip) // 2])
    assert 0 < len(heard) < SPEECH.size * 2


def _loudness(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The energy of each stretch of 20 ms."""
    frames = samples[: samples.size // 320 * 320].astype(np.float64).reshape(-1, 320)
    return np.asarray(np.sqrt((frames**2).mean(axis=1)), np.float64)
