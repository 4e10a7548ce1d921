"""From the bytes of one microphone to utterances."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from domain.voice import VoiceStream
from voice.frames import Framer
from voice.loudness import loudness
from voice.segmenter import Segmenter, SpeechEvent

RUN_UP: Final = 8
"""Before a loud chunk the network hears the last quarter second it was spared, so that it knows what came before."""


class Ear:
    """Frames of any length in, the events of speech out. `segmenter` is for the button, the words and the pace.

    What is too soft to begin an utterance is kept from the network: a microphone nobody speaks into costs next to
    nothing.
    """

    def __init__(self, stream: VoiceStream, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self._stream = stream
        self._framer = Framer()
        self._spared: deque[bytes] = deque(maxlen=RUN_UP)

    def hear(self, frame: bytes) -> Iterator[SpeechEvent]:
        """Take PCM16LE mono 16 kHz; consume everything this yields."""
        for chunk in self._framer.cut(frame):
            level = loudness(chunk)
            yield from self.segmenter.hear(chunk, level, self._probability(chunk, level))

    def _probability(self, chunk: bytes, level: float) -> float:
        if self.segmenter.too_soft(level):
            self._spared.append(chunk)
            return 0.0
        while self._spared:
            self._stream.probability(self._spared.popleft())
        return self._stream.probability(chunk)
