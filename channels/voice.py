"""The audio of a session: frames in and out of its socket, and what is said and read aloud."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from channels import events as wire
from channels.answering import RESPONSE, Answering
from channels.client_frames import SessionUpdate
from channels.discretion import Discretion
from channels.flood import Bucket, Verdict
from channels.intake import Refuse
from channels.outbox import Outbox
from channels.ports import Services
from channels.reading import Reading
from channels.screening import EMPTY
from channels.spoken import Spoken
from channels.wire import AUDIO_FRAME_LIMIT_BYTES
from domain.errors import UnsupportedAudio
from domain.session import Pending, PendingKind
from domain.turn import Json
from domain.voice import HEARD_RATE, SAMPLE_BYTES, Hypothesis
from voice.parts import OpenVoice

if TYPE_CHECKING:
    from voice.hearing import Said
    from voice.loop import Loop

log = structlog.get_logger(__name__)

NUMBER_BYTES: Final = 4
SILENT: Final = "none"
BYTES_A_SECOND: Final = HEARD_RATE * SAMPLE_BYTES
FRAME_COST_BYTES: Final = 64
"""What a frame costs besides its bytes, so that empty ones are counted too."""


def there(parts: OpenVoice) -> dict[str, Json]:
    """Which audio a client may open."""
    return {"input": parts.hears, "output": parts.voice is not None}


class Voice:
    """One session's voice, and the `Line` of its loop. Silent and deaf until `update` opens it.

    `keep_unheard` notes what of an answer was not heard; what cannot be done is told by `refuse`.
    """

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        answering: Answering,
        spoken: Spoken,
        *,
        pending: Callable[[], Pending | None],
        refuse: Refuse,
        keep_unheard: Callable[[str, str], None],
        on_idle: Callable[[], None],
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._answering = answering
        self._spoken = spoken
        self._pending = pending
        self._refuse = refuse
        self._keep_unheard = keep_unheard
        self._on_idle = on_idle
        self._discretion = Discretion()
        self._reading: Reading | None = None
        self._loop: Loop | None = None
        self._captions = True
        self._elder = False
        self._rate = 1.0
        self._noticed = False
        self._starting: dict[str, Json] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._bucket = self._new_bucket()

    @property
    def busy(self) -> bool:
        """Whether something that was said is still being recognised."""
        hearing = self._loop.hearing if self._loop else None
        return bool(self._tasks) or (hearing is not None and hearing.recognising)

    @property
    def listening(self) -> bool:
        """Whether audio is taken."""
        return self._loop is not None and self._loop.hearing is not None

    # ── the client ───────────────────────────────────────────────────────────────────────────────────

    def update(self, frame: SessionUpdate, *, held: bool, locale: str) -> None:
        """Open, change or close audio. `held`: a nurse answers."""
        parts, audio = self._services.voice(), frame.audio
        speaking = audio is not None and audio.output not in {None, SILENT}
        if audio is not None:
            if (audio.input and not parts.hears) or (speaking and parts.voice is None):
                self._refuse("unsupported_audio", in_reply_to=None, screening=EMPTY)
                return
            if self._loop is None:
                self._loop = self._new_loop(parts)
        self._tune(frame, parts)
        if audio is None or self._loop is None:
            return
        if audio.input:
            self._loop.listen()
        if speaking:
            self._speak(self._loop, held=held, locale=locale)
        elif audio.output == SILENT:
            self._loop.be_silent()
            self._reading = None

    def receive(self, raw: bytes) -> bool:
        """Take a frame of the microphone; `False` when the socket must be closed for flooding."""
        verdict = self._bucket.take(self._services.clock.monotonic(), FRAME_COST_BYTES + len(raw))
        if verdict is not Verdict.FINE:
            self._refuse("rate_limited", in_reply_to=None, screening=EMPTY)
        elif len(raw) > AUDIO_FRAME_LIMIT_BYTES:
            self._refuse("too_long", in_reply_to=None, screening=EMPTY)
        elif self._loop is not None:
            self._loop.hear(raw)
        return verdict is not Verdict.FLOODING

    def press(self, *, down: bool) -> None:
        """The button of push-to-talk."""
        if self._loop is None or not self.listening:
            self._refuse("unsupported_audio", in_reply_to=None, screening=EMPTY)
        elif down:
            self._loop.press()
        else:
            self._loop.release()

    def cancel(self, response_id: str, played_ms: int | None) -> bool:
        """The client stops an answer, or tells how much of a stopped one was heard; whether it was being said."""
        speaker = self._loop.speaker if self._loop else None
        if speaker is None:
            return False
        seconds = None if played_ms is None else played_ms / 1000
        if seconds is not None and speaker.played(response_id, seconds):
            return True
        return speaker.drop("client", response_id, played_seconds=seconds)

    def note(self, event: dict[str, Json]) -> None:
        """Read aloud, where audio is open, an event that is sent."""
        if event["type"] == "response.card" and self._reading is None and isinstance(card := event["card"], dict):
            self._discretion.note(card)
        if self._reading is not None:
            self._reading.note(event)

    async def hear_clip(self, pcm: bytes) -> tuple[str, str]:
        """Hear a whole recording, piece by piece: the id of the input it becomes, and what was understood.

        Raises:
            UnsupportedAudio: nobody here understands speech.
        """
        from voice.clip import utterances  # noqa: PLC0415 - numpy is for sessions with audio
        from voice.hearing import joined  # noqa: PLC0415

        parts, clock = self._services.voice(), self._services.clock
        if (recogniser := parts.recogniser) is None or (activity := parts.activity) is None:
            raise UnsupportedAudio
        began, item_id = clock.monotonic(), self.new_id()
        pieces = await asyncio.to_thread(utterances, pcm, activity, parts.taking)

        async def final(piece: bytes) -> Hypothesis:
            listener = recogniser.listen(partial(self._spoken.heard, item_id), partials=False)
            listener.hear(piece)
            return await listener.finish()

        voiced_seconds = sum(seconds for _, seconds in pieces)
        finals = (final(piece) for piece, _ in pieces)
        said = await joined(item_id, finals, voiced_seconds=voiced_seconds, pressed=True)
        said = replace(said, seconds=clock.monotonic() - began)
        await self._spoken.said(said, over_agent=False)
        return said.item_id, said.text

    def close(self) -> None:
        """The socket is gone; what was said to its end still becomes an input."""
        self._reading = None
        if (loop := self._loop) is not None:
            self._loop = None
            self._do(loop.close())
            self._bucket = self._new_bucket()

    async def idle(self) -> None:
        """Wait until everything heard is told."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    # ── the loop's line ──────────────────────────────────────────────────────────────────────────────

    def new_id(self) -> str:
        """An id for an utterance, and for the input it becomes."""
        return "v_" + secrets.token_hex(8)

    def yes_no(self, *, over_agent: bool) -> bool:
        """Whether 「嗯」 answers something; before a question is heard to its end, only where yes means danger."""
        pending = self._pending()
        if over_agent:
            return pending is not None and pending.kind is PendingKind.RED_FLAG
        return self._spoken.asking or pending is not None

    def number(self) -> int:
        """A number for audio."""
        return self._answering.next_number()

    def speech_started(self, audio_ms: int) -> None:
        """Somebody begins to speak."""
        self._live(wire.speech_started(audio_ms))

    def speech_stopped(self, audio_ms: int) -> None:
        """The utterance is over."""
        self._live(wire.speech_stopped(audio_ms))

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Every hypothesis, before any guard."""
        self._spoken.heard(item_id, hypothesis)

    def caption(self, item_id: str, text: str) -> None:
        """The utterance so far."""
        if self._captions:
            self._live(wire.transcribing(item_id, text))

    async def said(self, said: Said, *, over_agent: bool) -> None:
        """An utterance is over."""
        await self._spoken.said(said, over_agent=over_agent)

    def began(self, speech_id: str, number: int, caption: str | None) -> None:
        """Audio follows; said right before its first frame."""
        self._starting = wire.audio_started(speech_id, number, caption)

    async def audio(self, number: int, pcm: bytes) -> None:
        """Send a frame of the agent's voice."""
        if (outlet := self._outbox.outlet) is None:
            return
        if (starting := self._starting) is not None:
            self._starting = None
            await outlet.live(self._outbox.stamped(starting))
        await outlet.audio(number.to_bytes(NUMBER_BYTES) + pcm)

    def ended(self, speech_id: str, number: int, reason: str) -> None:
        """No more audio with this number."""
        if self._starting is None:
            self._live(wire.audio_done(speech_id, number, reason))
        self._starting = None

    def unheard(self, speech_id: str, text: str) -> None:
        """What was given up; of an answer that is noted, other things are said again or stand elsewhere."""
        if speech_id.startswith(RESPONSE):
            self._keep_unheard(speech_id, text)

    def first_audio(self, seconds: float) -> None:
        """How long the first audio took."""
        self._services.meter.first_audio(seconds)

    def interrupted(self, speech_id: str) -> None:
        """The patient took the floor."""
        self._services.meter.barged_in()
        if speech_id == self._answering.response_id:
            self._answering.stop("barge_in")

    # ── ──────────────────────────────────────────────────────────────────────────────────────────────

    def _new_loop(self, parts: OpenVoice) -> Loop:
        from voice.loop import Loop  # noqa: PLC0415 - numpy is for sessions with audio

        return Loop(self, parts, monotonic=self._services.clock.monotonic, pause=self._pause)

    def _tune(self, frame: SessionUpdate, parts: OpenVoice) -> None:
        if frame.captions is not None:
            self._captions = frame.captions
        if frame.privacy is not None:
            self._discretion.aside = frame.privacy
        if frame.speech_rate is not None:
            self._rate = frame.speech_rate
        if frame.patience is not None:
            self._elder = frame.patience == "elder"
        if self._loop is not None:
            self._loop.rate = self._rate
            self._loop.be_patient(parts.taking.for_elders() if self._elder else parts.taking)

    def _speak(self, loop: Loop, *, held: bool, locale: str) -> None:
        if self._reading is not None or not loop.speak():
            return
        wording = self._services.wording
        loop.locale = locale
        self._reading = Reading(loop, self._discretion, held=held, see_screen=wording.say("voice.see_screen"))
        if not self._noticed:
            self._noticed = True
            notice = wording.say("voice.notice")
            loop.say(self.new_id(), notice, private=False, caption=notice, whole=True)

    async def _pause(self, seconds: float) -> None:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def end() -> None:
            if not over.done():
                over.set_result(None)

        timer = self._services.timers.call_later(seconds, end)
        try:
            await over
        finally:
            timer.cancel()

    def _live(self, event: dict[str, Json]) -> None:
        """Send an event now, before what waits for its number."""
        if (outlet := self._outbox.outlet) is not None:
            self._do(outlet.live(self._outbox.stamped(event)))

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("voice_task_failed", kind=type(error).__name__)
        if not self._tasks:
            self._on_idle()

    def _new_bucket(self) -> Bucket:
        """Thirty seconds at once, then twice real time."""
        return Bucket(per_second=2.0 * BYTES_A_SECOND, burst=30.0 * BYTES_A_SECOND, strike_limit=10 * BYTES_A_SECOND)
