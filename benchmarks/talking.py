"""What speaking and giving way cost: a real espeak-ng, the loop, and a line that only looks at the clock."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from benchmarks.figures import Figure, percentile
from domain.voice import HEARD_RATE, SAMPLE_BYTES, Hypothesis
from tests.fakes.voice import FakeRecogniser, FakeVoice, final, loud, parts, quiet
from voice.hearing import Said
from voice.loop import Loop
from voice.parts import OpenVoice
from voice.synthesis.espeak import Espeak

ROUNDS: Final = 30
SENTENCE: Final = "好的，我听到了，我问几个问题，好决定您该去哪里、多快去。"
UTTERANCES: Final = 20
CHUNK: Final = 1024


@dataclass
class _Line:
    """Notes when audio came, when it was stopped and when words were told."""

    audio_at: asyncio.Future[float] = field(default_factory=asyncio.Future)
    stopped_at: float = 0.0
    told: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    numbers: int = 0

    def new_id(self) -> str:
        """A fresh id."""
        return f"u{self.number()}"

    def number(self) -> int:
        """The next number."""
        self.numbers += 1
        return self.numbers

    def yes_no(self, *, over_agent: bool) -> bool:
        """Whether a yes or no is waited for."""
        return not over_agent

    def speech_started(self, audio_ms: int) -> None:
        """Not looked at."""

    def speech_stopped(self, audio_ms: int) -> None:
        """Not looked at."""

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Not looked at."""

    def caption(self, item_id: str, text: str) -> None:
        """Not looked at."""

    async def said(self, said: Said, *, over_agent: bool) -> None:
        """Words were understood."""
        self.told.put_nowait(said.text + str(over_agent))

    def interrupted(self, speech_id: str) -> None:
        """Not looked at."""

    def began(self, speech_id: str, number: int, caption: str | None) -> None:
        """Not looked at."""

    async def audio(self, number: int, pcm: bytes) -> None:
        """A piece of audio goes out."""
        if number and pcm and not self.audio_at.done():
            self.audio_at.set_result(time.perf_counter())

    def ended(self, speech_id: str, number: int, reason: str) -> None:
        """An answer's audio ended."""
        assert speech_id, (number, reason)
        self.stopped_at = time.perf_counter()

    def unheard(self, speech_id: str, text: str) -> None:
        """Not looked at."""

    def first_audio(self, seconds: float) -> None:
        """Not looked at."""


def _loop(line: _Line, open_voice: OpenVoice) -> Loop:
    return Loop(line, open_voice, monotonic=time.perf_counter, pause=asyncio.sleep)  # noqa: TID251 - real time is what is measured


async def measure() -> list[Figure]:
    """First audio, the flush, and what the loop itself takes of a second of talk."""
    return [await _first_audio(), await _flush(), await _overhead()]


async def _first_audio() -> Figure:
    voice, times = Espeak(), []
    for number in range(ROUNDS):
        line = _Line()
        loop = _loop(line, parts(None, voice))
        loop.speak()
        began = time.perf_counter()
        loop.say(f"r{number}", SENTENCE, private=True, whole=True)
        times.append((await line.audio_at - began) * 1000)
        loop.be_silent()
    return Figure(
        name="sentence → first audio, espeak-ng, p50", value=round(percentile(times[1:], 0.5), 1), unit="ms", most=60
    )


async def _flush() -> Figure:
    times = []
    for _ in range(ROUNDS):
        line = _Line()
        loop = _loop(line, parts(FakeRecogniser(), FakeVoice(seconds=10.0)))
        loop.listen()
        loop.speak()
        loop.say("r", SENTENCE, private=True, whole=True)
        await line.audio_at
        sound = quiet(1.0) + loud(1.0)
        for start in range(0, len(sound), CHUNK):
            began = time.perf_counter()
            loop.hear(sound[start : start + CHUNK])
            if line.stopped_at:
                break
        times.append((line.stopped_at - began) * 1000)
        await loop.close()
    return Figure(
        name="speech confirmed → flush sent, p95", value=round(percentile(times, 0.95), 2), unit="ms", most=30
    )


async def _overhead() -> Figure:
    """Hearing and answering with recogniser and voice that take no time."""
    line = _Line()
    loop = _loop(line, parts(FakeRecogniser(finals=[final("我想挂号")] * UTTERANCES), FakeVoice(seconds=0.1)))
    loop.listen()
    sound = quiet(1.0) + loud(1.0) + quiet(1.0)
    began = time.process_time()
    for _ in range(UTTERANCES):
        for start in range(0, len(sound), CHUNK):
            loop.hear(sound[start : start + CHUNK])
        await line.told.get()
    spent = time.process_time() - began
    await loop.close()
    seconds = UTTERANCES * len(sound) / SAMPLE_BYTES / HEARD_RATE
    return Figure(
        name="the loop without models, of a core per stream", value=round(100 * spent / seconds, 2), unit="%", most=0.5
    )
