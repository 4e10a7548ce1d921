"""Where an utterance begins and ends. Pure: every chunk is 32 ms, so the audio itself is the clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from typing import Final, TypeAlias

from domain.voice import CHUNK_SAMPLES, CHUNK_SECONDS, HEARD_RATE, TurnTaking
from voice.loudness import MEMORY_CHUNKS, NoiseFloor
from voice.wording import open_ended

HYSTERESIS: Final = 0.15
"""By how much the probability of speech may fall below the threshold of its start while it goes on."""

STILL: Final = 0.75
"""Speech that goes on may be a little closer to the noise than where it started."""

PEAK_DECAY: Final = 0.997
"""Per chunk: the peak an utterance is measured against falls by 0.8 dB a second."""

BREATH: Final = 0.09
LOOKING_FOR_BREATH: Final = 2.0
"""In the last 2 s before the longest piece, a pause of 90 ms is where it is cut."""

PAUSE: Final = 0.3
PATIENCE: Final = 1.2
PAUSES_KEPT: Final = 4
CUT_OFF: Final = 1.5
"""Pauses of 0.3 s and more are learnt from: the end waits 1.2 times the longest of the last four. A speaker who goes
on within 1.5 s of the end was cut off: that counts as a pause."""


class End(StrEnum):
    """Why a piece ended."""

    SILENCE = "silence"
    PRESSED = "pressed"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """Speech began; `pcm` is everything from the pre-roll on. `continues` marks a later piece of one utterance.

    `audio_ms` is where `pcm` ends, counted from the stream's first sample.
    """

    audio_ms: int
    pcm: bytes = field(repr=False)
    continues: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechHeard:
    """One more chunk of the utterance; `voiced` is whether somebody speaks in it."""

    pcm: bytes = field(repr=False)
    voiced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    """The piece is complete. With `continues` the utterance goes on in a next piece, which has started already.

    `voiced_seconds` of the piece is 0 when nothing was said after the cut.
    """

    audio_ms: int
    why: End
    voiced_seconds: float
    continues: bool = False


SpeechEvent: TypeAlias = SpeechStarted | SpeechHeard | SpeechEnded


class Segmenter:
    """Utterances of one microphone. `taking` may be replaced at any time, for elders or another terminal."""

    def __init__(self, taking: TurnTaking) -> None:
        self.taking = taking
        self._floor = NoiseFloor()
        self._chunks = 0
        self._before: deque[bytes] = deque(maxlen=_chunks(taking.pre_roll) + _chunks(taking.start))
        self._levels: deque[float] = deque(maxlen=MEMORY_CHUNKS)
        self._pauses: deque[float] = deque(maxlen=PAUSES_KEPT)
        self._run = 0
        self._speaking = self._pressed = self._open = False
        self._peak = 0.0
        self._silence = self._length = self._voiced = 0
        self._pieces = 0
        self._last_end: int | None = None
        self._last_silence = 0

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open."""
        return self._speaking

    @property
    def end_seconds(self) -> float:
        """The silence that would end the utterance now."""
        taking = self.taking
        learnt = min(taking.slowest_end, PATIENCE * max(self._pauses, default=0.0))
        return max(taking.open_end if self._open else taking.end, learnt)

    def words(self, text: str) -> None:
        """The newest hypothesis of the open utterance: an open phrase gets more time."""
        self._open = open_ended(text)

    def press(self) -> tuple[SpeechEvent, ...]:
        """The button is held: everything is speech until `release`."""
        self._pressed = True
        return () if self._speaking else (self._start(),)

    def release(self) -> tuple[SpeechEvent, ...]:
        """The button is let go: an open utterance ends at once."""
        self._pressed = False
        return (self._end(End.PRESSED),) if self._speaking else ()

    def too_soft(self, level: float) -> bool:
        """Whether nobody speaks and a chunk of this loudness could not be the beginning, whatever its probability."""
        return not self._speaking and self._floor.known and level <= self.taking.start_ratio * self._floor.level

    def hear(self, chunk: bytes, level: float, probability: float) -> tuple[SpeechEvent, ...]:
        """Take the next chunk of `CHUNK_BYTES` with its loudness and its probability of speech."""
        self._chunks += 1
        if not self._speaking:
            return self._wait(chunk, level, probability)
        return self._follow(chunk, level, probability)

    def _wait(self, chunk: bytes, level: float, probability: float) -> tuple[SpeechEvent, ...]:
        taking = self.taking
        if not self._floor.known:
            self._floor.hear(level)
        speech = probability >= taking.speech_probability and level > taking.start_ratio * self._floor.level
        self._run = self._run + 1 if speech else max(0, self._run - 1)
        self._before.append(chunk)
        self._levels.append(level)
        if self._run < _chunks(taking.start):
            if not speech:
                self._floor.hear(level)
            return ()
        if self._last_end is not None:
            gap = (self._chunks - self._run - self._last_end + self._last_silence) * CHUNK_SECONDS
            self._learn(gap, at_most=CUT_OFF)
        return (self._start(),)

    def _follow(self, chunk: bytes, level: float, probability: float) -> tuple[SpeechEvent, ...]:
        taking = self.taking
        noise = self._floor.level
        loud = level > max(self._peak * _ratio(-taking.within_db), noise * taking.start_ratio * STILL)
        clear = self._floor.known and level > noise * _ratio(taking.clear_db)
        voiced = (loud or clear) and probability >= taking.speech_probability - HYSTERESIS
        self._length += 1
        self._levels.append(level)
        if voiced:
            self._learn(self._silence * CHUNK_SECONDS, at_most=taking.slowest_end)
            self._silence = 0
            self._voiced += 1
            self._peak = max(self._peak * PEAK_DECAY, level)
        else:
            self._silence += 1
            self._peak *= PEAK_DECAY
        heard = SpeechHeard(pcm=chunk, voiced=voiced)
        if not self._pressed and self._silence * CHUNK_SECONDS >= self.end_seconds:
            return heard, self._end(End.SILENCE)
        if self._too_long():
            return heard, *self._cut()
        return (heard,)

    def _too_long(self) -> bool:
        seconds = self._length * CHUNK_SECONDS
        if seconds >= self.taking.longest:
            return True
        breath = self._silence * CHUNK_SECONDS >= BREATH
        return breath and seconds >= self.taking.longest - LOOKING_FOR_BREATH

    def _cut(self) -> tuple[SpeechEvent, ...]:
        """End a piece and go on in the next; after the last piece the talk is noise."""
        if self._pieces >= self.taking.most_pieces:
            self._floor.become(self._levels)
            self._pressed = False
            return (self._end(End.LONGEST),)
        ended = SpeechEnded(audio_ms=self._ms, why=End.LONGEST, voiced_seconds=self._voiced_seconds, continues=True)
        self._pieces += 1
        self._length = self._voiced = 0
        return ended, SpeechStarted(audio_ms=self._ms, pcm=b"", continues=True)

    def _start(self) -> SpeechStarted:
        self._speaking = True
        self._open = False
        self._pieces = 1
        self._length = len(self._before)
        self._voiced = self._run
        self._silence = self._run = 0
        self._peak = max([*self._levels][-_chunks(self.taking.start) - 2 :], default=0.0)
        pcm = b"".join(self._before)
        self._before.clear()
        return SpeechStarted(audio_ms=self._ms, pcm=pcm)

    def _end(self, why: End) -> SpeechEnded:
        self._speaking = self._open = False
        self._last_end = self._chunks
        self._last_silence = self._silence
        return SpeechEnded(audio_ms=self._ms, why=why, voiced_seconds=self._voiced_seconds)

    def _learn(self, pause: float, *, at_most: float) -> None:
        if PAUSE <= pause <= at_most and not self._pressed:
            self._pauses.append(pause)

    @property
    def _ms(self) -> int:
        return self._chunks * CHUNK_SAMPLES * 1000 // HEARD_RATE

    @property
    def _voiced_seconds(self) -> float:
        return self._voiced * CHUNK_SECONDS


def _chunks(seconds: float) -> int:
    return ceil(seconds / CHUNK_SECONDS)


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))
