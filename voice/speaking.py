"""Says answers aloud: piece by piece, never far ahead of real time, the urgent first.

What is said is cut at once when somebody else has the floor, and knows how much of it was heard.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from domain.errors import BanyiError
from domain.voice import SAMPLE_BYTES, SPOKEN_RATE, Saying, TextToSpeech
from voice.chunks import pieces

log = structlog.get_logger(__name__)

AHEAD_SECONDS: Final = 1.0
"""How far what is sent may run ahead of what is heard, so that a cut is quick."""
FRAME_SECONDS: Final = 0.1
FRAME_BYTES: Final = int(FRAME_SECONDS * SPOKEN_RATE) * SAMPLE_BYTES
SETTLED: Final = 0.02
"""Seconds of a piece that may be missing where it still counts as heard."""


class Outlet(Protocol):
    """Where audio goes."""

    def number(self) -> int:
        """A number no audio bore before."""

    def began(self, speech_id: str, number: int, caption: str | None) -> None:
        """Audio with this number follows."""

    async def audio(self, number: int, pcm: bytes) -> None:
        """One frame of it; returns when it is on its way."""

    def ended(self, speech_id: str, number: int, reason: str) -> None:
        """No more audio with this number; `said` when all of it was heard."""

    def unheard(self, speech_id: str, text: str) -> None:
        """What was given up of a speech: from the first sentence on that was not heard to its end."""

    def first_audio(self, seconds: float) -> None:
        """How long the first audio of a speech took, from its text on."""


class Audience(Outlet, Protocol):
    """Who is told what is being said."""

    def sentence(self, *, interruptible: bool) -> None:
        """A piece begins that may, or may not, be interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    text: str
    sentence: str
    private: bool
    interruptible: bool


@dataclass(slots=True, eq=False)
class _Speech:
    """`left` is to be said; `sent` was, each piece with the second of the speech at which it ends.

    `start` is the second at which the audio under way began.
    """

    id: str
    urgent: bool
    caption: str | None
    left: deque[_Piece] = field(default_factory=deque)
    sent: list[tuple[_Piece, float]] = field(default_factory=list)
    seconds: float = 0.0
    start: float = 0.0
    whole: bool = False
    first: bool = True
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def go_back(self, heard_seconds: float) -> None:
        """What ends after `heard_seconds` is to be said again."""
        while self.sent and self.sent[-1][1] > heard_seconds + SETTLED:
            self.left.appendleft(self.sent.pop()[0])
        self.seconds = self.sent[-1][1] if self.sent else 0.0


@dataclass(slots=True, eq=False)
class _Voicing:
    """Audio under one number. `protected` while a sentence is said that cannot be interrupted."""

    speech: _Speech
    number: int
    since: float
    begun: bool = False
    protected: bool = False


class Speaker:
    """One loudspeaker. `rate` is the pace of what is said from now on."""

    def __init__(
        self,
        voice: TextToSpeech,
        audience: Audience,
        *,
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
        locale: str = "zh-CN",
    ) -> None:
        self.rate = 1.0
        self.locale = locale
        self._voice = voice
        self._audience = audience
        self._monotonic = monotonic
        self._pause = pause
        self._speeches: deque[_Speech] = deque()
        self._current: _Voicing | None = None
        self._halted: _Speech | None = None
        self._saying: asyncio.Task[None] | None = None
        self._heard_until = 0.0

    @property
    def speech_id(self) -> str:
        """What is being said, or was stopped; empty when there is silence."""
        if self._halted is not None:
            return self._halted.id
        return self._current.speech.id if self._current else ""

    def say(
        self,
        speech_id: str,
        text: str,
        *,
        private: bool,
        urgent: bool = False,
        caption: str | None = None,
        whole: bool = False,
    ) -> None:
        """Say a sentence after those before it; `whole` when the speech has no more.

        Something urgent is said now and all else is given up; its first sentence is said to the end.
        """
        speech = next((one for one in self._all() if one.id == speech_id), None)
        if speech is None:
            if urgent:
                self.drop("escalation")
            speech = _Speech(id=speech_id, urgent=urgent, caption=caption)
            self._speeches.append(speech)
        protected = urgent and speech.first
        for piece in pieces(text, first=speech.first):
            speech.left.append(_Piece(text=piece, sentence=text, private=private, interruptible=not protected))
            speech.first = False
        speech.whole = speech.whole or whole
        speech.more.set()
        self._go_on()

    def end(self, speech_id: str) -> None:
        """The speech has no more sentences."""
        for speech in self._all():
            if speech.id == speech_id:
                speech.whole = True
                speech.more.set()

    def halt(self) -> str:
        """Stop where we are, for somebody else has the floor; what was being said, empty when it was nothing."""
        if self._current is None or self._current.protected:
            return ""
        self._halted = self._stop(self._current, "barge_in")
        return self._halted.id

    def resume(self) -> None:
        """Nobody wanted the floor: say the rest."""
        if (speech := self._halted) is not None:
            self._halted = None
            self._speeches.appendleft(speech)
            self._go_on()

    def drop(self, reason: str, speech_id: str | None = None, *, played_seconds: float | None = None) -> bool:
        """Give up what is said or waits, or one speech of it; whether there was anything.

        Without a `speech_id` emergencies are spared, and what cannot be interrupted always is. `played_seconds` is
        how much of the latest audio the listener reports to have heard.
        """
        given_up = [one for one in self._all() if one.id == speech_id or (speech_id is None and not one.urgent)]
        current = self._current
        if current is not None and current.speech in given_up:
            if current.protected:
                given_up.remove(current.speech)
            else:
                self._stop(current, reason)
        if self._halted in given_up:
            self._halted = None
        for speech in given_up:
            if speech in self._speeches:
                self._speeches.remove(speech)
            if played_seconds is not None:
                speech.go_back(speech.start + played_seconds)
            if unheard := "".join(dict.fromkeys(piece.sentence for piece in speech.left)):
                self._audience.unheard(speech.id, unheard)
        self._go_on()
        return bool(given_up)

    def played(self, speech_id: str, seconds: float) -> bool:
        """The listener reports how much of a stopped speech was heard; whether that speech is stopped."""
        if self._halted is None or self._halted.id != speech_id:
            return False
        self._halted.go_back(self._halted.start + seconds)
        return True

    def close(self) -> None:
        """Be silent for good."""
        self._speeches.clear()
        self._halted = None
        if self._saying is not None:
            self._saying.cancel()

    def _all(self) -> tuple[_Speech, ...]:
        current = (self._current.speech,) if self._current else ()
        return (*current, *((self._halted,) if self._halted else ()), *self._speeches)

    def _go_on(self) -> None:
        if self._current is None and self._halted is None and self._speeches:
            speech = self._speeches.popleft()
            speech.start = speech.seconds
            self._heard_until = self._monotonic()
            self._current = _Voicing(speech=speech, number=self._audience.number(), since=self._heard_until)
            self._saying = asyncio.create_task(self._speak(self._current))

    def _stop(self, voicing: _Voicing, reason: str) -> _Speech:
        """Be silent now; the speech with what was not heard of it left to say."""
        self._current = None
        if self._saying is not None:
            self._saying.cancel()
        speech = voicing.speech
        speech.go_back(speech.seconds - max(0.0, self._heard_until - self._monotonic()))
        if voicing.begun:
            self._audience.ended(speech.id, voicing.number, reason)
        return speech

    async def _speak(self, voicing: _Voicing) -> None:
        reason = "said"
        try:
            async for piece in self._pieces_of(voicing.speech):
                await self._say(voicing, piece)
            await self._until_heard()
        except BanyiError as failure:
            log.warning("unspoken", code=failure.code, error=str(failure))
            reason = "failed"
        if self._current is voicing:
            self._current = None
            if voicing.begun:
                self._audience.ended(voicing.speech.id, voicing.number, reason)
            self._go_on()

    async def _pieces_of(self, speech: _Speech) -> AsyncIterator[_Piece]:
        while True:
            while speech.left:
                yield speech.left[0]
            if speech.whole:
                return
            speech.more.clear()
            await speech.more.wait()

    async def _say(self, voicing: _Voicing, piece: _Piece) -> None:
        speech = voicing.speech
        saying = Saying(text=piece.text, rate=self.rate, private=piece.private, locale=self.locale)
        if voicing.protected and piece.interruptible:
            await self._until_heard()
        voicing.protected = not piece.interruptible
        self._audience.sentence(interruptible=piece.interruptible)
        async with aclosing(self._voice.say(saying)) as audio:
            async for frame in _frames(audio):
                if not voicing.begun:
                    voicing.begun = True
                    self._audience.began(speech.id, voicing.number, speech.caption)
                    self._audience.first_audio(self._monotonic() - voicing.since)
                await self._send(voicing, frame)
        speech.left.popleft()
        speech.sent.append((piece, speech.seconds))

    async def _send(self, voicing: _Voicing, frame: bytes) -> None:
        if (ahead := self._heard_until - self._monotonic()) > AHEAD_SECONDS:
            await self._pause(ahead - AHEAD_SECONDS)
        await self._audience.audio(voicing.number, frame)
        seconds = len(frame) / SAMPLE_BYTES / SPOKEN_RATE
        self._heard_until = max(self._heard_until, self._monotonic()) + seconds
        voicing.speech.seconds += seconds

    async def _until_heard(self) -> None:
        if (ahead := self._heard_until - self._monotonic()) > 0:
            await self._pause(ahead)


async def _frames(audio: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The audio in frames of at most 100 ms."""
    rest = b""
    async for chunk in audio:
        rest += chunk
        while len(rest) >= FRAME_BYTES:
            yield rest[:FRAME_BYTES]
            rest = rest[FRAME_BYTES:]
    if rest:
        yield rest
