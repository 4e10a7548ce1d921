"""One patient's voice: what is heard, what is said, and who has the floor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from domain.voice import CHUNK_SECONDS, HEARD_RATE, SAMPLE_BYTES, Hypothesis, TurnTaking
from voice.barge_in import Action, BargeIn
from voice.ear import Ear
from voice.hearing import Hearing, Said
from voice.parts import OpenVoice
from voice.segmenter import Segmenter
from voice.speaking import Outlet, Speaker
from voice.wording import back_channel


class Line(Outlet, Protocol):
    """Where the voice comes from and goes to."""

    def new_id(self) -> str:
        """An id for an utterance."""

    def yes_no(self, *, over_agent: bool) -> bool:
        """Whether a question waits to which 「嗯」 is an answer, also when it is said while the agent speaks."""

    def speech_started(self, audio_ms: int) -> None:
        """Somebody begins to speak: the agent's voice is made soft."""

    def speech_stopped(self, audio_ms: int) -> None:
        """The utterance is over."""

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Every hypothesis, before any guard judges it: for the emergency screen."""

    def caption(self, item_id: str, text: str) -> None:
        """The utterance so far; for display."""

    async def said(self, said: Said, *, over_agent: bool) -> None:
        """An utterance is over; `over_agent` when it was spoken while the agent spoke."""

    def interrupted(self, speech_id: str) -> None:
        """The patient took the floor: what is still being made of this answer is not wanted."""


class Loop:
    """Hears, speaks, and gives way. Either half may be missing. `rate` is the pace of speech, 1.0 the ordinary one."""

    def __init__(
        self,
        line: Line,
        parts: OpenVoice,
        *,
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._line = line
        self._parts = parts
        self._monotonic = monotonic
        self._pause = pause
        self._barge_in = BargeIn(parts.interrupting)
        self._segmenter = Segmenter(parts.taking)
        self._over_agent: set[str] = set()
        self._interrupted = False
        self.rate = 1.0
        self.locale = "zh-CN"
        self.hearing: Hearing | None = None
        self.speaker: Speaker | None = None

    def listen(self) -> bool:
        """Begin to hear; whether that is possible."""
        parts = self._parts
        if self.hearing is None and parts.recogniser is not None and parts.activity is not None:
            ear = Ear(parts.activity.stream(), self._segmenter)
            self.hearing = Hearing(ear, parts.recogniser, self, new_id=self._line.new_id, monotonic=self._monotonic)
        return self.hearing is not None

    def speak(self) -> bool:
        """Begin to speak; whether that is possible."""
        if self.speaker is None and self._parts.voice is not None:
            self.speaker = Speaker(self._parts.voice, self, monotonic=self._monotonic, pause=self._pause)
        return self.speaker is not None

    def be_silent(self) -> None:
        """Speak no more."""
        if self.speaker is not None:
            self.speaker.close()
            self.speaker = None
            self._barge_in.end()

    def be_patient(self, taking: TurnTaking) -> None:
        """Give the patient more, or less, time."""
        self._segmenter.taking = taking

    def hear(self, frame: bytes) -> None:
        """Take audio from the microphone, 16 kHz, any length."""
        if self.hearing is None:
            return
        voiced = self.hearing.hear(frame)
        if voiced:
            self._act(self._barge_in.speech(voiced * CHUNK_SECONDS))
        else:
            seconds = len(frame) / SAMPLE_BYTES / HEARD_RATE
            self._act(self._barge_in.quiet(seconds, recognising=self.hearing.recognising))

    def press(self) -> None:
        """Push-to-talk begins: the patient has the floor at once."""
        if self.hearing is not None:
            self.hearing.press()
            self._flush()

    def release(self) -> None:
        """Push-to-talk ends."""
        if self.hearing is not None:
            self.hearing.release()

    # ── the agent ────────────────────────────────────────────────────────────────────────────────────

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
        """Say a sentence; see `Speaker.say`. Without a mouth nothing is said."""
        if (speaker := self.speaker) is not None:
            speaker.rate, speaker.locale = self.rate, self.locale
            speaker.say(speech_id, text, private=private, urgent=urgent, caption=caption, whole=whole)

    def end(self, speech_id: str) -> None:
        """The speech has no more sentences."""
        if self.speaker is not None:
            self.speaker.end(speech_id)

    def drop(self, reason: str, speech_id: str | None = None) -> bool:
        """Give up what is said or waits; see `Speaker.drop`."""
        return self.speaker is not None and self.speaker.drop(reason, speech_id)

    async def close(self) -> None:
        """End both halves; returns when everything that was said to its end is told."""
        self.be_silent()
        if self.hearing is not None:
            self.hearing.close()
            await self.hearing.closed()

    # ── what the ear tells ───────────────────────────────────────────────────────────────────────────

    def speech_started(self, audio_ms: int) -> None:
        """Somebody begins to speak."""
        self._line.speech_started(audio_ms)

    def speech_stopped(self, audio_ms: int) -> None:
        """The utterance is over."""
        self._line.speech_stopped(audio_ms)

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Screen first; then see whether the words take the floor."""
        self._line.heard(item_id, hypothesis)
        over_agent = bool(self.speaker and self.speaker.speech_id)
        if over_agent:
            self._over_agent.add(item_id)
        self._act(self._barge_in.words(hypothesis.text, yes_no=self._line.yes_no(over_agent=over_agent)))

    def caption(self, item_id: str, text: str) -> None:
        """The utterance so far."""
        self._line.caption(item_id, text)

    async def said(self, said: Said) -> None:
        """An utterance is over: one that only says "go on" counts as nothing said, any other ends the answer."""
        over_agent = said.item_id in self._over_agent or bool(self.speaker and self.speaker.speech_id)
        self._over_agent.discard(said.item_id)
        if back_channel(said.text) and not self._line.yes_no(over_agent=over_agent):
            said, over_agent = replace(said, text=""), True
        if self.speaker is not None:
            if said.text:
                self.speaker.drop("barge_in")
            elif said.pressed:
                self.speaker.resume()
        await self._line.said(said, over_agent=over_agent)

    # ── what the mouth tells ─────────────────────────────────────────────────────────────────────────

    def number(self) -> int:
        """A number for audio."""
        return self._line.number()

    def began(self, speech_id: str, number: int, caption: str | None) -> None:
        """Audio follows."""
        self._line.began(speech_id, number, caption)

    async def audio(self, number: int, pcm: bytes) -> None:
        """One frame."""
        await self._line.audio(number, pcm)

    def sentence(self, *, interruptible: bool) -> None:
        """From now on the patient may, or may not, interrupt."""
        if self._interrupted:
            self._interrupted = False
            self._barge_in.end()
        self._barge_in.begin(interruptible=interruptible)

    def ended(self, speech_id: str, number: int, reason: str) -> None:
        """The agent is silent; one that was interrupted may still go on."""
        self._interrupted = reason == "barge_in"
        if not self._interrupted:
            self._barge_in.end()
        self._line.ended(speech_id, number, reason)

    def unheard(self, speech_id: str, text: str) -> None:
        """What was given up."""
        self._line.unheard(speech_id, text)

    def first_audio(self, seconds: float) -> None:
        """How long it took."""
        self._line.first_audio(seconds)

    # ── the floor ────────────────────────────────────────────────────────────────────────────────────

    def _act(self, action: Action | None) -> None:
        if action is Action.FLUSH:
            self._flush()
        elif action is Action.RESUME and self.speaker is not None:
            self.speaker.resume()

    def _flush(self) -> None:
        if self.speaker is not None and (speech_id := self.speaker.halt()):
            self._line.interrupted(speech_id)
