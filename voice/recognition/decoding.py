"""What a recogniser's network makes of one stretch of audio, before anybody judges it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.voice import HEARD_RATE

Audio = NDArray[np.float32]
"""Mono 16 kHz samples from -1 to 1."""

SHORT_FRAMES: Final = 1536
FULL_FRAMES: Final = 3000
"""Mel frames, 10 ms each, an encoder is given: what fits into the short input costs about a fifth."""

FRAME_SECONDS: Final = 0.01
LONGEST_SECONDS: Final = FULL_FRAMES * FRAME_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Words as the network wrote them, in simplified characters.

    `confidence` is the mean probability of a token, `no_speech` the probability of silence, both 0 to 1;
    `repetition` is how many times smaller the text becomes by compression.
    """

    text: str = field(repr=False)
    confidence: float
    no_speech: float
    repetition: float


class Decoder(Protocol):
    """A network; called from worker threads, several at once."""

    def decode(self, audio: Audio, *, frames: int, thorough: bool) -> Decoded:
        """The words in at most `frames` mel frames of audio; `thorough` searches wider and uses the names expected.

        Raises:
            SpeechFailed: the network failed.
        """

    def expect(self, words: tuple[str, ...]) -> None:
        """The names likely to be said from now on, most important first."""


def samples(pcm: bytes | bytearray) -> Audio:
    """PCM16LE as samples from -1 to 1."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) * np.float32(1 / 32768)


def seconds_of(audio: Audio) -> float:
    """How long the audio is."""
    return audio.size / HEARD_RATE


def fits_short(audio: Audio) -> bool:
    """Whether the short input holds all of it."""
    return seconds_of(audio) <= SHORT_FRAMES * FRAME_SECONDS
