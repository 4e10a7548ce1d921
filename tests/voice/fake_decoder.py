"""A network that says what the test wrote, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import SpeechFailed
from voice.recognition.decoding import Audio, Decoded, seconds_of


def words(text: str, confidence: float = 0.9, *, no_speech: float = 0.0, repetition: float = 0.7) -> Decoded:
    """A reading of the network."""
    return Decoded(text=text, confidence=confidence, no_speech=no_speech, repetition=repetition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call."""

    seconds: float
    frames: int
    thorough: bool


class FakeDecoder:
    """Says its lines in order, the last one for ever; a failure is raised. `gate` holds every call back."""

    def __init__(self, lines: Sequence[Decoded | SpeechFailed], *, gate: threading.Event | None = None) -> None:
        self._lines = list(lines)
        self._gate = gate
        self.asked: list[Asked] = []
        self.expected: tuple[str, ...] = ()
        self.entered = threading.Event()

    def decode(self, audio: Audio, *, frames: int, thorough: bool) -> Decoded:
        """The next line."""
        self.asked.append(Asked(seconds=seconds_of(audio), frames=frames, thorough=thorough))
        self.entered.set()
        if self._gate is not None:
            assert self._gate.wait(20)
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        if isinstance(line, SpeechFailed):
            raise line
        return line

    def expect(self, words: tuple[str, ...]) -> None:
        """The names likely to be said."""
        self.expected = words
