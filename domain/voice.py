"""Speech in and speech out, as the conversation sees them.

What is heard is PCM16LE mono 16 kHz, judged in chunks of 512 samples (32 ms); what is said is PCM16LE mono 24 kHz.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Protocol

HEARD_RATE: Final = 16_000
"""Samples a second of everything heard."""

SPOKEN_RATE: Final = 24_000
"""Samples a second of everything said."""

SAMPLE_BYTES: Final = 2
CHUNK_SAMPLES: Final = 512
CHUNK_BYTES: Final = CHUNK_SAMPLES * SAMPLE_BYTES
CHUNK_SECONDS: Final = CHUNK_SAMPLES / HEARD_RATE
"""Voice activity is judged once per chunk of 32 ms."""


class Doubt(StrEnum):
    """Why a final hypothesis is not taken as it stands.

    `UNSURE` words may be used, but what decides urgency is read back first. All others are not the patient's words:
    nothing was heard (`NOTHING`), silence (`NO_SPEECH`), a sentence recognisers make up (`PHANTOM`), more characters
    than anybody speaks (`TOO_FAST`), the same again and again (`REPEATED`).
    """

    UNSURE = "unsure"
    NOTHING = "nothing"
    NO_SPEECH = "no_speech"
    PHANTOM = "phantom"
    TOO_FAST = "too_fast"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """Words the recogniser believes it heard, in simplified characters.

    `confidence` is the mean probability of a token, 0 to 1; `no_speech` the probability, 0 to 1, that nobody spoke.
    `agreed` is how much of a partial two passes in a row agree on: captions show that much as settled.
    `doubt` is set on finals only. `audio_seconds` is how much audio the words come from.
    """

    text: str
    final: bool
    confidence: float
    no_speech: float = 0.0
    agreed: str = ""
    doubt: Doubt | None = None
    audio_seconds: float = 0.0

    @property
    def usable(self) -> bool:
        """Whether the words of a final are the patient's; an unsure one is usable."""
        return self.final and bool(self.text) and self.doubt in {None, Doubt.UNSURE}


Heard = Callable[[Hypothesis], None]
"""Called on the event loop with every hypothesis, partial and final, before any guard judges it: the screen's ear."""


class Listener(Protocol):
    """One utterance being recognised. Not reusable."""

    def hear(self, pcm: bytes) -> None:
        """Take more of the utterance, 16 kHz, any even number of bytes; returns at once."""

    async def finish(self) -> Hypothesis:
        """The final hypothesis of everything heard. A partial under way may be told after it.

        Raises:
            Busy: every worker is taken and enough utterances wait already.
            SpeechFailed: the recogniser did not do its work.
        """

    def close(self) -> None:
        """Give the utterance up: nothing of it is recognised any more. Harmless after `finish`."""


class SpeechToText(Protocol):
    """A recogniser of Mandarin speech."""

    def listen(self, heard: Heard, *, partials: bool = True) -> Listener:
        """Begin an utterance of at most 30 s; `partials` asks for hypotheses while it lasts."""

    def expect(self, words: Sequence[str]) -> None:
        """The names likely to be said from now on, most important first: departments and doctors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One piece to say: normalised for speech, at most a sentence or two.

    `rate` is 1.0 for the ordinary pace, 0.7 to 1.3. `private` text (names, numbers, results) never leaves the
    house. `locale` is the language tag of the text.
    """

    text: str = field(repr=False)
    rate: float = 1.0
    private: bool = True
    locale: str = "zh-CN"


class TextToSpeech(Protocol):
    """A voice."""

    def say(self, saying: Saying) -> AsyncGenerator[bytes, None]:
        """The audio as it is made: PCM16LE mono 24 kHz, chunks of even length, never empty.

        Close the generator (`contextlib.aclosing`) or cancel the task to stop at once.

        Raises:
            SpeechFailed: the voice failed; after the first chunk nothing is tried again.
        """


class VoiceStream(Protocol):
    """Voice activity of one microphone; keeps state from chunk to chunk."""

    def probability(self, chunk: bytes) -> float:
        """How likely somebody speaks in this chunk of `CHUNK_BYTES`, 0 to 1. Takes about 0.1 ms."""


class VoiceActivity(Protocol):
    """Tells speech from everything else."""

    def stream(self) -> VoiceStream:
        """A fresh stream, nothing heard yet."""


class AudioDecoder(Protocol):
    """Reads a voice clip sent as a file (WAV, AMR, SILK, Ogg …)."""

    async def decode(self, clip: bytes) -> bytes:
        """The whole clip as PCM16LE mono 16 kHz.

        Raises:
            UnsupportedAudio: it is no audio, of a kind nobody here reads, or longer than allowed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTaking:
    """When an utterance begins and ends; all times in seconds.

    `pre_roll` is kept from before the start. Silence of `end` closes the utterance, of `open_end` when the words so
    far leave it open. An utterance is cut after `longest` and goes on in a next piece. Speech starts `start_ratio`
    times above the noise, lasts `start` before it counts, and goes on within `within_db` decibels of the utterance's
    peak, or `clear_db` above the noise. `slowest_end` bounds what is learnt from a slow speaker's pauses. An
    utterance of `most_pieces` pieces is somebody else's talk: it ends, and becomes the noise.
    """

    pre_roll: float = 0.4
    start: float = 0.12
    end: float = 0.6
    open_end: float = 1.2
    longest: float = 15.0
    slowest_end: float = 1.8
    start_ratio: float = 2.0
    within_db: float = 9.0
    clear_db: float = 18.0
    most_pieces: int = 4
    speech_probability: float = 0.5

    def for_elders(self) -> TurnTaking:
        """The same with half as much patience again."""
        return replace(self, end=self.end * 1.5, open_end=self.open_end * 1.5, slowest_end=max(self.slowest_end, 2.4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupting:
    """When a patient who speaks over the agent stops it; all times in seconds of gated speech."""

    duck: float = 0.2
    flush: float = 0.5
    flush_characters: int = 2
    resume: float = 2.0
