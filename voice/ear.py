"""From the bytes of one microphone to utterances."""

from __future__ import annotations

from collections.abc import Iterator

from domain.voice import VoiceStream
from voice.frames import Framer
from voice.segmenter import Segmenter, SpeechEvent


class Ear:
    """Frames of any length in, the events of speech out. `segmenter` is for the button, the words and the pace."""

    def __init__(self, stream: VoiceStream, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self._stream = stream
        self._framer = Framer()

    def hear(self, frame: bytes) -> Iterator[SpeechEvent]:
        """Take PCM16LE mono 16 kHz; consume everything this yields."""
        for chunk in self._framer.cut(frame):
            yield from self.segmenter.hear(chunk, self._stream.probability(chunk))
