"""Speech recognition: partials while somebody speaks and nobody else needs the machine, then the final."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from domain.errors import Unavailable
from domain.voice import HEARD_RATE, SAMPLE_BYTES, Heard, Hypothesis
from voice.recognition.decoding import (
    FULL_FRAMES,
    LONGEST_SECONDS,
    SHORT_FRAMES,
    Audio,
    Decoded,
    Decoder,
    fits_short,
    samples,
    seconds_of,
)
from voice.recognition.guard import doubt
from voice.recognition.partials import Agreement, Pace
from voice.recognition.workers import Workers

WARMING: Final = np.zeros(HEARD_RATE, np.float32)
MOST_BYTES: Final = int(LONGEST_SECONDS * HEARD_RATE) * SAMPLE_BYTES


class Recogniser:
    """`SpeechToText` over one network for finals and, where there is one, a quicker one for partials.

    With `short_input`, audio that fits is encoded at half length, and again at full length when the words are
    doubtful.
    """

    def __init__(
        self,
        final: Decoder,
        quick: Decoder | None,
        workers: Workers,
        *,
        monotonic: Callable[[], float],
        short_input: bool = True,
    ) -> None:
        self._final = final
        self._quick = quick
        self._workers = workers
        self._monotonic = monotonic
        self._short_input = short_input
        self._pace = Pace()

    async def warm(self) -> None:
        """Recognise silence once at every length, so that the first patient does not wait for it."""
        frames = (SHORT_FRAMES, FULL_FRAMES) if self._short_input else (FULL_FRAMES,)
        for length in frames:
            await self._workers.run(partial(self._final.decode, WARMING, frames=length, thorough=True))
        if self._quick is not None:
            await self._workers.run(partial(self._quick.decode, WARMING, frames=SHORT_FRAMES, thorough=False))

    def expect(self, words: Sequence[str]) -> None:
        """The names likely to be said from now on, most important first."""
        self._final.expect(tuple(words))

    def listen(self, heard: Heard, *, partials: bool = True) -> Utterance:
        """Begin an utterance."""
        return Utterance(self, heard, partials=partials and self._quick is not None)

    async def glance(self, audio: Audio) -> Decoded | None:
        """A partial, quickly; nothing when the machine has something better to do."""
        if self._quick is None or not self._workers.idle:
            return None
        began = self._monotonic()
        decoded = await self._workers.run(
            partial(self._quick.decode, audio, frames=SHORT_FRAMES, thorough=False),
        )
        self._pace.took(self._monotonic() - began)
        return decoded

    async def read(self, audio: Audio, told: Callable[[Decoded], None]) -> Decoded:
        """The final words; `told` hears every reading on the way, the last one too."""
        short = self._short_input and fits_short(audio)
        first = await self._decode(audio, SHORT_FRAMES if short else FULL_FRAMES)
        told(first)
        if not short or doubt(first, seconds=seconds_of(audio)) is None:
            return first
        try:
            second = await self._decode(audio, FULL_FRAMES)
        except Unavailable:
            return first  # doubtful words are better than none
        told(second)
        return max(first, second, key=lambda one: (_rank(one, audio), one.confidence))

    @property
    def pace_seconds(self) -> float:
        """Seconds of audio between two partials now."""
        return self._pace.seconds

    async def _decode(self, audio: Audio, frames: int) -> Decoded:
        return await self._workers.run(partial(self._final.decode, audio, frames=frames, thorough=True))


class Utterance:
    """One utterance being recognised."""

    def __init__(self, recogniser: Recogniser, heard: Heard, *, partials: bool) -> None:
        self._recogniser = recogniser
        self._heard = heard
        self._partials = partials
        self._audio = bytearray()
        self._looked = 0.0
        self._agreement = Agreement()
        self._glance: asyncio.Task[None] | None = None
        self._closed = False

    def hear(self, pcm: bytes) -> None:
        """Take more of the utterance.

        Raises:
            ValueError: it is longer than 30 s.
        """
        if len(self._audio) + len(pcm) > MOST_BYTES:
            raise ValueError(f"an utterance has at most {LONGEST_SECONDS:.0f} s")
        self._audio += pcm
        seconds = len(self._audio) / SAMPLE_BYTES / HEARD_RATE
        if (
            self._partials
            and (self._glance is None or self._glance.done())
            and seconds - self._looked >= self._recogniser.pace_seconds
        ):
            audio = samples(self._audio)
            if fits_short(audio):
                self._looked = seconds
                self._glance = asyncio.get_running_loop().create_task(self._look(audio))

    async def finish(self) -> Hypothesis:
        """The final hypothesis; a partial under way may be heard after it, for the screen's sake."""
        self._partials = False
        audio = samples(self._audio)
        seconds = seconds_of(audio)
        if not audio.size:
            decoded = Decoded(text="", confidence=0.0, no_speech=1.0, repetition=0.0)
        else:
            decoded = await self._recogniser.read(audio, lambda one: self._tell(_hypothesis(one, audio, final=True)))
        return replace(_hypothesis(decoded, audio, final=True), doubt=doubt(decoded, seconds=seconds))

    def close(self) -> None:
        """Give the utterance up."""
        self._closed = True
        self._partials = False

    async def _look(self, audio: Audio) -> None:
        try:
            decoded = await self._recogniser.glance(audio)
        except Unavailable:
            return  # the final will say so
        if decoded is not None:
            agreed = self._agreement.take(decoded.text)
            self._tell(replace(_hypothesis(decoded, audio, final=False), agreed=agreed))

    def _tell(self, hypothesis: Hypothesis) -> None:
        if hypothesis.text and not self._closed:
            self._heard(hypothesis)


def _hypothesis(decoded: Decoded, audio: Audio, *, final: bool) -> Hypothesis:
    return Hypothesis(
        text=decoded.text,
        final=final,
        confidence=decoded.confidence,
        no_speech=decoded.no_speech,
        audio_seconds=seconds_of(audio),
    )


def _rank(decoded: Decoded, audio: Audio) -> int:
    """How believable: 2 sure, 1 unsure, 0 not the patient's words."""
    found = doubt(decoded, seconds=seconds_of(audio))
    if found is None:
        return 2
    return int(found == "unsure")
