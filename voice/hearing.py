"""From the frames of one microphone to what was said, utterance by utterance, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from domain.errors import BanyiError
from domain.voice import Doubt, Hypothesis, Listener, SpeechToText
from voice.ear import Ear
from voice.segmenter import SpeechEnded, SpeechEvent, SpeechHeard, SpeechStarted

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance that is over. Without `text` nothing of it was understood.

    `unsure` words are read back before they decide how urgent something is. `voiced_seconds` is how long somebody
    spoke, `pressed` whether it was by push-to-talk, `seconds` how long its end was ago when the words were there.
    `failure` is the code of the error that kept it from being recognised.
    """

    item_id: str
    text: str = field(repr=False)
    unsure: bool
    voiced_seconds: float
    pressed: bool
    seconds: float = 0.0
    failure: str = ""


class Told(Protocol):
    """Who is told what a microphone hears."""

    def speech_started(self, audio_ms: int) -> None:
        """Somebody begins to speak."""

    def speech_stopped(self, audio_ms: int) -> None:
        """The utterance is over."""

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Every hypothesis, before any guard."""

    def caption(self, item_id: str, text: str) -> None:
        """The utterance so far."""

    async def said(self, said: Said) -> None:
        """An utterance is recognised, or could not be; in the order they were spoken."""


@dataclass(slots=True, eq=False)
class _Piece:
    listener: Listener
    text: str = ""
    final: asyncio.Task[Hypothesis] | None = None


@dataclass(slots=True, eq=False)
class _Item:
    id: str
    pressed: bool
    pieces: list[_Piece] = field(default_factory=list)
    voiced_seconds: float = 0.0
    over: float = 0.0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class Hearing:
    """One microphone. `recognising` tells that words are still being worked out."""

    def __init__(
        self,
        ear: Ear,
        recogniser: SpeechToText,
        told: Told,
        *,
        new_id: Callable[[], str],
        monotonic: Callable[[], float],
        partials: bool = True,
    ) -> None:
        self.partials = partials
        self._ear = ear
        self._recogniser = recogniser
        self._told = told
        self._new_id = new_id
        self._monotonic = monotonic
        self._item: _Item | None = None
        self._pressed = False
        self._over: asyncio.Queue[_Item | None] = asyncio.Queue()
        self._waiting = 0
        self._telling = asyncio.create_task(self._tell())

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open."""
        return self._item is not None

    @property
    def recognising(self) -> bool:
        """Whether an utterance is open, or over and its words not told yet."""
        return self._item is not None or self._waiting > 0

    def hear(self, frame: bytes) -> float:
        """Take audio of any length; for how many chunks somebody spoke in it."""
        return sum(self._take(event) for event in self._ear.hear(frame))

    def press(self) -> None:
        """The button is held: everything is speech until `release`."""
        self._pressed = True
        for event in self._ear.segmenter.press():
            self._take(event)

    def release(self) -> None:
        """The button is let go."""
        for event in self._ear.segmenter.release():
            self._take(event)
        self._pressed = False

    def close(self) -> None:
        """Hear nothing more. What is over is still told; half an utterance is only screened."""
        item, self._item = self._item, None
        if item is not None and (piece := item.pieces[-1]).final is None:
            piece.final = asyncio.create_task(piece.listener.finish())
            piece.final.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._over.put_nowait(None)

    async def closed(self) -> None:
        """Wait until everything that is over is told."""
        await asyncio.wait({self._telling})

    def _take(self, event: SpeechEvent) -> int:
        """Follow an event; 1 for a chunk in which somebody speaks."""
        match event:
            case SpeechStarted():
                self._begin(event)
            case SpeechHeard() if self._item is not None:
                self._item.pieces[-1].listener.hear(event.pcm)
                return int(event.voiced)
            case SpeechEnded() if self._item is not None:
                self._end(self._item, event)
        return 0

    def _begin(self, event: SpeechStarted) -> None:
        if not event.continues or self._item is None:
            self._item = _Item(id=self._new_id(), pressed=self._pressed)
            self._told.speech_started(event.audio_ms)
        item = self._item
        piece: _Piece

        def heard(hypothesis: Hypothesis) -> None:
            self._heard(item, piece, hypothesis)

        piece = _Piece(listener=self._recogniser.listen(heard, partials=self.partials))
        item.pieces.append(piece)
        if event.pcm:
            piece.listener.hear(event.pcm)

    def _heard(self, item: _Item, piece: _Piece, hypothesis: Hypothesis) -> None:
        self._told.heard(item.id, hypothesis)
        if hypothesis.final:
            return
        piece.text = hypothesis.text
        if item is self._item:
            self._ear.segmenter.words(item.text)
            self._told.caption(item.id, item.text)

    def _end(self, item: _Item, event: SpeechEnded) -> None:
        piece = item.pieces[-1]
        if event.voiced_seconds or item.pressed:
            piece.final = asyncio.create_task(piece.listener.finish())
        else:
            piece.listener.close()
            piece.text = ""
        item.voiced_seconds += event.voiced_seconds
        if event.continues:
            return
        self._item = None
        item.over = self._monotonic()
        self._waiting += 1
        self._over.put_nowait(item)
        self._told.speech_stopped(event.audio_ms)

    async def _tell(self) -> None:
        while (item := await self._over.get()) is not None:
            try:
                await self._told.said(await self._outcome(item))
            except Exception:
                log.exception("utterance_lost")
            finally:
                self._waiting -= 1

    async def _outcome(self, item: _Item) -> Said:
        finals = [piece.final for piece in item.pieces if piece.final is not None]
        said = await joined(item.id, finals, voiced_seconds=item.voiced_seconds, pressed=item.pressed)
        return replace(said, seconds=self._monotonic() - item.over)


async def joined(
    item_id: str, finals: Iterable[Awaitable[Hypothesis]], *, voiced_seconds: float, pressed: bool
) -> Said:
    """One utterance out of the finals of its pieces, awaited in their order; a piece that is lost makes it unsure."""
    texts, unsure, failure = [], False, ""
    for final in finals:
        try:
            hypothesis = await final
        except BanyiError as error:
            failure, unsure = error.code, True
            continue
        if hypothesis.usable:
            texts.append(hypothesis.text)
            unsure = unsure or hypothesis.doubt is Doubt.UNSURE
    return Said(
        item_id=item_id,
        text="，".join(text.rstrip("，") for text in texts),
        unsure=unsure,
        voiced_seconds=voiced_seconds,
        pressed=pressed,
        failure=failure,
    )
