"""What hearing costs, without the time of a real recogniser: made weights stand in for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from benchmarks.figures import Figure, percentile
from domain.voice import CHUNK_BYTES, CHUNK_SECONDS, HEARD_RATE, SAMPLE_BYTES, Hypothesis, Listener, TurnTaking
from tests.voice.made_whisper import make_whisper
from tests.voice.speech import between, hum, in_noise, spoken
from voice.ear import Ear
from voice.recognition.decoding import Audio, Decoded
from voice.recognition.recogniser import Recogniser
from voice.recognition.whisper import Whisper
from voice.recognition.workers import Workers
from voice.segmenter import Segmenter, SpeechEnded, SpeechHeard, SpeechStarted
from voice.vad import SileroActivity

STREAMS: Final = 40
LISTENING_SECONDS: Final = 12.0
ROUNDS: Final = 50
STALL_LOOKS_SECONDS: Final = 0.001
SAYS: Final = "我想挂心内科的号"


async def measure() -> list[Figure]:
    """The ear's CPU, the way to the recogniser, many streams at once, and whether the event loop is ever held."""
    activity = SileroActivity()
    recording = conversation()
    return [
        _ear(activity, recording),
        await _to_the_recogniser(activity, recording),
        *await _many(activity, recording),
        await _stall(),
    ]


def conversation() -> bytes:
    """Half a minute of a hospital hall: sentences and pauses in noise 15 dB below."""
    said = [between(spoken(text), before=1.0, after=2.0) for text in (SAYS, "请问药房在哪里", "我肚子疼，应该挂哪个科")]
    clean = np.concatenate(said * 2)
    return in_noise(clean, hum(clean.size / HEARD_RATE + 0.01)[: clean.size], decibels=15).tobytes()


@asynccontextmanager
async def recognition(*, width: int, queue: int) -> AsyncIterator[tuple[Workers, Whisper]]:
    """One thread and made weights of one layer so wide; those of `base` are 512 wide and have six."""
    workers = Workers(places=1, queue=queue)
    with TemporaryDirectory() as directory:
        made = make_whisper(Path(directory), says=SAYS, width=width)
        network = await workers.run(lambda: Whisper(made, device="cpu", compute="int8", threads=1, workers=1))
        try:
            yield workers, network
        finally:
            await workers.aclose()


def _ear(activity: SileroActivity, recording: bytes) -> Figure:
    ear = Ear(activity.stream(), Segmenter(TurnTaking()))
    seconds = len(recording) / SAMPLE_BYTES / HEARD_RATE
    shares = []
    for _ in range(5):
        began = time.process_time()
        for start in range(0, len(recording), CHUNK_BYTES):
            for _event in ear.hear(recording[start : start + CHUNK_BYTES]):
                pass
        shares.append((time.process_time() - began) / seconds)
    return Figure(
        name="voice activity and segmenter",
        value=round(min(shares) * 100, 3),
        unit="% of a core",
        most=0.5,
        note=f"CPU, one live stream, best of 5 × {seconds:.0f} s of speech in noise",
    )


@dataclass
class Clocked:
    """A recogniser's network that only notes when it was asked."""

    asked: list[float] = field(default_factory=list)

    def decode(self, audio: Audio, *, frames: int, thorough: bool) -> Decoded:
        """Sure of one sentence."""
        del audio, frames, thorough
        self.asked.append(time.perf_counter())
        return Decoded(text=SAYS, confidence=1.0, no_speech=0.0, repetition=0.5)

    def expect(self, words: tuple[str, ...]) -> None:
        """Expects nothing."""


async def _to_the_recogniser(activity: SileroActivity, recording: bytes) -> Figure:
    """From the last chunk of the hang-over to the network's thread."""
    network = Clocked()
    workers = Workers(places=1, queue=1)
    recogniser = Recogniser(network, None, workers, monotonic=time.monotonic)
    took: list[float] = []
    while len(took) < ROUNDS:
        ear = Ear(activity.stream(), Segmenter(TurnTaking()))
        listener = recogniser.listen(_ignore)
        for start in range(0, len(recording), CHUNK_BYTES):
            began = time.perf_counter()
            for event in ear.hear(recording[start : start + CHUNK_BYTES]):
                match event:
                    case SpeechStarted():
                        listener = recogniser.listen(_ignore)
                        listener.hear(event.pcm)
                    case SpeechHeard():
                        listener.hear(event.pcm)
                    case SpeechEnded():
                        await listener.finish()
                        took.append((network.asked[-1] - began) * 1000)
    await workers.aclose()
    return Figure(
        name="end of speech → recogniser called, p95",
        value=round(percentile(took, 0.95), 2),
        unit="ms",
        most=20,
        note=f"wall, after the hang-over, {len(took)} utterances",
    )


async def _many(activity: SileroActivity, recording: bytes) -> list[Figure]:
    """Streams at their own pace, shifted against each other, with partials and finals of made weights."""
    async with recognition(width=32, queue=4 * STREAMS) as (workers, network):
        recogniser = Recogniser(network, network, workers, monotonic=time.monotonic)
        await recogniser.warm()
        return await _listening(activity, recording, recogniser)


async def _listening(activity: SileroActivity, recording: bytes, recogniser: Recogniser) -> list[Figure]:
    late: list[float] = []
    finals: list[Hypothesis] = []
    began, cpu = time.perf_counter() + 0.2, time.process_time()

    async def stream(number: int) -> None:
        ear = Ear(activity.stream(), Segmenter(TurnTaking()))
        listener: Listener | None = None
        shift = number * len(recording) // STREAMS // CHUNK_BYTES * CHUNK_BYTES
        audio = recording[shift:] + recording[:shift]
        begins = began + number / STREAMS * CHUNK_SECONDS
        ending: list[asyncio.Task[None]] = []
        for place in range(int(LISTENING_SECONDS / CHUNK_SECONDS)):
            due = begins + place * CHUNK_SECONDS
            await asyncio.sleep(max(0.0, due - time.perf_counter()))  # noqa: TID251 - a microphone's pace
            for event in ear.hear(audio[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES]):
                match event:
                    case SpeechStarted():
                        listener = recogniser.listen(_ignore)
                        listener.hear(event.pcm)
                    case SpeechHeard() if listener is not None:
                        listener.hear(event.pcm)
                    case SpeechEnded() if listener is not None:
                        ending.append(asyncio.create_task(_finish(listener, finals)))
            late.append((time.perf_counter() - due) * 1000)
        await asyncio.gather(*ending)

    await asyncio.gather(*(stream(number) for number in range(STREAMS)))
    used = (time.process_time() - cpu) / LISTENING_SECONDS
    return [
        Figure(
            name=f"{STREAMS} listening streams, latest frame",
            value=round(max(late), 1),
            unit="ms",
            most=100,
            note=f"wall, heard after it was due, {len(late)} frames, {len(finals)} finals of made weights between",
        ),
        Figure(
            name=f"{STREAMS} listening streams, CPU", value=round(used, 2), unit="cores", note="recognition included"
        ),
    ]


async def _finish(listener: Listener, finals: list[Hypothesis]) -> None:
    finals.append(await listener.finish())


async def _stall() -> Figure:
    """How long the event loop is held while a thread decodes 30 s, the longest of all looks."""
    audio = np.zeros(HEARD_RATE * 30, np.float32)
    held = []
    async with recognition(width=512, queue=0) as (workers, network):
        decoding = asyncio.create_task(workers.run(lambda: network.decode(audio, frames=3000, thorough=True)))
        while not decoding.done():
            looked = time.perf_counter()
            await asyncio.sleep(STALL_LOOKS_SECONDS)  # noqa: TID251 - how late it wakes is what is measured
            held.append((time.perf_counter() - looked - STALL_LOOKS_SECONDS) * 1000)
    return Figure(
        name="event loop held by a decode, longest",
        value=round(max(held), 1),
        unit="ms",
        most=20,
        note=f"wall, a thread decodes 30 s of audio, {len(held)} looks",
    )


def _ignore(_: Hypothesis) -> None:
    """Nobody reads."""
