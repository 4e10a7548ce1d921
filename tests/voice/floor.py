"""A voice loop with everything around it faked, on a time that only moves when the test moves it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from domain.voice import SAMPLE_BYTES, SPOKEN_RATE, Hypothesis
from tests.fakes.timers import FakeTimers
from tests.fakes.voice import FakeRecogniser, FakeVoice, parts
from voice.hearing import Said
from voice.loop import Loop


@dataclass
class Floor:
    """The `Line` of a loop, the loop, and the time."""

    recogniser: FakeRecogniser = field(default_factory=FakeRecogniser)
    voice: FakeVoice = field(default_factory=lambda: FakeVoice(seconds=1.0))
    timers: FakeTimers = field(default_factory=FakeTimers)
    pending: bool = False
    danger: bool = False
    log: list[str] = field(default_factory=list)
    utterances: list[Said] = field(default_factory=list)
    hypotheses: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    sent_seconds: float = 0.0
    numbers: int = 0

    def __post_init__(self) -> None:
        """Open both halves."""
        self.loop = Loop(self, parts(self.recogniser, self.voice), monotonic=lambda: self.timers.now, pause=self._pause)
        self.loop.listen()
        self.loop.speak()

    async def _pause(self, seconds: float) -> None:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        call = self.timers.call_later(seconds, lambda: over.set_result(None))
        try:
            await over
        finally:
            call.cancel()

    async def settle(self) -> None:
        """Let everything run that can run now."""
        for _ in range(60):
            await asyncio.wait({asyncio.ensure_future(_turn())})

    async def move(self, seconds: float) -> None:
        """Move the time on in steps, everybody doing what is due."""
        for _ in range(round(seconds / 0.1)):
            self.timers.advance(0.1)
            await self.settle()

    def new_id(self) -> str:
        """The next of u1, u2, u3."""
        self.numbers += 1
        return f"u{self.numbers}"

    def number(self) -> int:
        """The next of 1, 2, 3."""
        self.numbers += 1
        return self.numbers

    def yes_no(self, *, over_agent: bool) -> bool:
        """As the test says."""
        return self.danger or (self.pending and not over_agent)

    def speech_started(self, audio_ms: int) -> None:
        """Note it."""
        assert audio_ms >= 0
        self.log.append("started")

    def speech_stopped(self, audio_ms: int) -> None:
        """Note it."""
        assert audio_ms >= 0
        self.log.append("stopped")

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Note it."""
        assert item_id
        self.hypotheses.append(hypothesis.text)

    def caption(self, item_id: str, text: str) -> None:
        """Note it."""
        assert item_id
        self.log.append(f"caption {text}")

    async def said(self, said: Said, *, over_agent: bool) -> None:
        """Note it."""
        self.utterances.append(said)
        self.log.append(f"said {said.text}{' over' if over_agent else ''}")

    def interrupted(self, speech_id: str) -> None:
        """Note it."""
        self.log.append(f"interrupted {speech_id}")

    def began(self, speech_id: str, number: int, caption: str | None) -> None:
        """Note it."""
        assert number
        self.log.append(f"began {speech_id}{f' {caption}' if caption else ''}")

    async def audio(self, number: int, pcm: bytes) -> None:
        """Count it."""
        assert number
        self.sent_seconds += len(pcm) / SAMPLE_BYTES / SPOKEN_RATE

    def ended(self, speech_id: str, number: int, reason: str) -> None:
        """Note it."""
        assert number
        self.log.append(f"ended {speech_id} {reason}")

    def unheard(self, speech_id: str, text: str) -> None:
        """Note it."""
        self.given_up[speech_id] = text

    def first_audio(self, seconds: float) -> None:
        """Takes no time here."""
        assert seconds >= 0


async def _turn() -> None:
    """One turn of the event loop."""
