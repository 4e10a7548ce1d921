"""Hand-made ears and a mouth: speech is what is loud, words are what the test says, a voice is one steady tone."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from domain.errors import BanyiError, SpeechFailed
from domain.voice import (
    HEARD_RATE,
    SAMPLE_BYTES,
    SPOKEN_RATE,
    Doubt,
    Heard,
    Hypothesis,
    Interrupting,
    Saying,
    TextToSpeech,
    TurnTaking,
)
from voice.parts import OpenVoice

LOUD = 8000


def loud(seconds: float) -> bytes:
    """Speech, to these ears."""
    count = int(seconds * HEARD_RATE)
    return array("h", [LOUD if index % 40 < 20 else -LOUD for index in range(count)]).tobytes()


def quiet(seconds: float) -> bytes:
    """Silence."""
    return bytes(int(seconds * HEARD_RATE) * SAMPLE_BYTES)


def final(text: str, doubt: Doubt | None = None) -> Hypothesis:
    """What was said."""
    return Hypothesis(text=text, final=True, confidence=0.3 if doubt else 0.9, doubt=doubt)


class FakeActivity:
    """Hears speech in whatever is loud."""

    def stream(self) -> FakeActivity:
        """Itself: it keeps nothing."""
        return self

    def probability(self, chunk: bytes) -> float:
        """Whether it is loud."""
        return float(max(array("h", chunk)) > LOUD // 2)


@dataclass
class FakeRecogniser:
    """Understands `finals`, one for each utterance, and shows `partials` of the first one, one every 0.3 s.

    An error among the finals is raised. `gate` holds finals back while it is closed.
    """

    finals: list[Hypothesis | BanyiError] = field(default_factory=list)
    partials: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    heard_seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the gate."""
        self.gate.set()

    def listen(self, heard: Heard, *, partials: bool = True) -> FakeListener:
        """Begin an utterance."""
        return FakeListener(self, heard, partials)

    def expect(self, words: Sequence[str]) -> None:
        """Nothing is expected here."""


@dataclass
class FakeListener:
    """One utterance."""

    recogniser: FakeRecogniser
    heard: Heard
    partials: bool
    seconds: float = 0.0

    def hear(self, pcm: bytes) -> None:
        """Count, and show a partial now and then."""
        assert not len(pcm) % SAMPLE_BYTES
        before, self.seconds = self.seconds, self.seconds + len(pcm) / SAMPLE_BYTES / HEARD_RATE
        if int(before / 0.3) != int(self.seconds / 0.3) and self.partials and self.recogniser.partials:
            self.heard(Hypothesis(text=self.recogniser.partials.pop(0), final=False, confidence=0.9))

    async def finish(self) -> Hypothesis:
        """The next of the finals; told before it is judged."""
        self.recogniser.heard_seconds.append(self.seconds)
        await self.recogniser.gate.wait()
        result = self.recogniser.finals.pop(0) if self.recogniser.finals else final("", Doubt.NOTHING)
        if isinstance(result, BanyiError):
            raise result
        if result.text:
            self.heard(replace(result, doubt=None))
        return result

    def close(self) -> None:
        """Give up."""


@dataclass
class FakeVoice:
    """Says everything in one tone (`marker`, a sample's value), `seconds` for each piece; `broken` says nothing."""

    marker: int = 1
    seconds: float = 0.05
    broken: bool = False
    sayings: list[Saying] = field(default_factory=list)

    async def say(self, saying: Saying) -> AsyncGenerator[bytes, None]:
        """The tone, in chunks of 50 ms."""
        self.sayings.append(saying)
        if self.broken:
            raise SpeechFailed("fake", "failed")
        left = int(self.seconds * SPOKEN_RATE)
        while left:
            count = min(left, SPOKEN_RATE // 20)
            left -= count
            yield array("h", [self.marker]).tobytes() * count

    @property
    def said(self) -> list[str]:
        """The pieces said, without marks at their ends."""
        return [saying.text.rstrip("。，！？") for saying in self.sayings]


def parts(recogniser: FakeRecogniser | None = None, voice: TextToSpeech | None = None) -> OpenVoice:
    """Voice with these halves."""
    return OpenVoice(
        recogniser=recogniser,
        activity=FakeActivity() if recogniser else None,
        voice=voice,
        taking=TurnTaking(),
        interrupting=Interrupting(),
    )
