"""`banyi voice try`: what is heard of a recording or the microphone, what is answered, and how long it takes."""

from __future__ import annotations

import asyncio
import shutil
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from app.settings import Settings
from app.talking import Line
from app.terminal import ENDS, service_at
from app.voice import open_voice
from domain.errors import BanyiError, UnsupportedAudio
from domain.voice import (
    CHUNK_BYTES,
    CHUNK_SECONDS,
    HEARD_RATE,
    SAMPLE_BYTES,
    SPOKEN_RATE,
    AudioDecoder,
    Hypothesis,
    Listener,
    Saying,
    SpeechToText,
    TextToSpeech,
    VoiceActivity,
)
from voice.parts import OpenVoice

RECORDERS: Final = (
    ("arecord", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(HEARD_RATE)),
    ("parecord", "--raw", "--format=s16le", "--channels=1", f"--rate={HEARD_RATE}"),
    ("pw-record", "--format", "s16", "--channels", "1", "--rate", str(HEARD_RATE), "-"),
)
PLAYERS: Final = (
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(SPOKEN_RATE)),
    ("paplay", "--raw", "--format=s16le", "--channels=1", f"--rate={SPOKEN_RATE}"),
    ("pw-play", "--format", "s16", "--channels", "1", "--rate", str(SPOKEN_RATE), "-"),
)
"""Programs that record and play on a desktop; the first that is installed is used."""

TAIL_SECONDS: Final = 2.0
"""Silence after a recording, so that its last utterance ends."""

Stages = list[tuple[str, float]]
"""What was done, and the milliseconds it took."""


async def try_voice(
    settings: Settings, console: Console, recording: Path | None, *, url: str | None, answer: bool, paced: bool
) -> None:
    """Hear all of the recording, or one utterance from the microphone, and show it.

    Raises:
        BanyiError: voice is not complete, the file cannot be read, or nothing here records.
    """
    async with open_voice(settings) as voice:
        if voice.recogniser is None or voice.activity is None:
            raise BanyiError("; ".join(voice.missing))
        for line in voice.missing:
            console.print(line, style="yellow", highlight=False)
        frames = _played(await _read(recording, voice.decoder), paced=paced) if recording else _recorded(console)
        hearing = Hearing(voice, voice.recogniser, voice.activity, console)
        async with aclosing(frames):
            await hearing.run(frames, once=recording is None)
        stages = hearing.stages
        if answer and hearing.said:
            stages += await _ask(settings, console, voice.voice, hearing.said, url)
        _show(console, stages)


class Hearing:
    """Hears a stream and shows it line by line."""

    def __init__(self, voice: OpenVoice, recogniser: SpeechToText, activity: VoiceActivity, console: Console) -> None:
        from voice.ear import Ear  # noqa: PLC0415 - numpy is for who hears
        from voice.segmenter import Segmenter  # noqa: PLC0415

        self._segmenter = Segmenter(voice.taking)
        self._ear = Ear(activity.stream(), self._segmenter)
        self._recogniser = recogniser
        self._console = console
        self._listener: Listener | None = None
        self._began = 0.0
        self._partials: list[float] = []
        self._chunks: list[float] = []
        self._finals: list[float] = []
        self._texts: list[str] = []

    @property
    def said(self) -> str:
        """Everything usable that was said."""
        return "，".join(self._texts)

    @property
    def stages(self) -> Stages:
        """How long hearing took."""
        found = [("voice activity and segmenter, a chunk of 32 ms", _mean(self._chunks))]
        if self._partials:
            found.append(("speech started → first partial", self._partials[0]))
        if self._finals:
            found.append(("end of speech → final words", _mean(self._finals)))
        return [(name, seconds * 1000) for name, seconds in found]

    async def run(self, frames: AsyncIterator[bytes], *, once: bool) -> None:
        """Hear to the end, or to the end of the first utterance."""
        from voice.segmenter import SpeechEnded, SpeechHeard, SpeechStarted  # noqa: PLC0415

        async for frame in frames:
            began = time.perf_counter()
            events = tuple(self._ear.hear(frame))
            self._chunks.append((time.perf_counter() - began) / max(1, len(frame) // CHUNK_BYTES))
            for event in events:
                match event:
                    case SpeechStarted():
                        self._begin(event.pcm, event.audio_ms)
                    case SpeechHeard() if self._listener is not None:
                        self._listener.hear(event.pcm)
                    case SpeechEnded():
                        await self._end(event.voiced_seconds)
                        if once and not event.continues:
                            return

    def _begin(self, pcm: bytes, audio_ms: int) -> None:
        self._console.print(f"[dim]{audio_ms / 1000:.2f} s: speech[/]", highlight=False)
        self._began = time.perf_counter()
        self._listener = self._recogniser.listen(self._heard)
        self._listener.hear(pcm)

    async def _end(self, voiced_seconds: float) -> None:
        listener, self._listener = self._listener, None
        if listener is None or not voiced_seconds:
            return
        began = time.perf_counter()
        final = await listener.finish()
        self._finals.append(time.perf_counter() - began)
        doubt = f", {final.doubt.value}" if final.doubt else ""
        style = "bold" if final.usable else "yellow"
        self._console.print(f"[{style}]{final.text or '…'}[/] [dim]{final.confidence:.2f}{doubt}[/]", highlight=False)
        if final.usable:
            self._texts.append(final.text)

    def _heard(self, hypothesis: Hypothesis) -> None:
        self._segmenter.words(hypothesis.text)
        if not hypothesis.final:
            self._partials.append(time.perf_counter() - self._began)
            open_part = hypothesis.text[len(hypothesis.agreed) :]
            self._console.print(f"  {hypothesis.agreed}[dim]{open_part}[/]", highlight=False)


async def _ask(settings: Settings, console: Console, voice: TextToSpeech | None, text: str, url: str | None) -> Stages:
    """Send the words to the agent as a patient who agrees to what is needed; show and say what it answers."""
    sentences: list[str] = []
    async with service_at(settings, url) as address, Line(address) as line:
        notice = line.opened["notice"]
        needed = [one["id"] for one in notice["purposes"] if one["required"]]
        await line.send("consent.give", version=notice["consent_version"], purposes=needed)
        began = time.perf_counter()
        first = 0.0
        waiting = await line.send("input_text", text=text)
        async for event in line.events():
            if event["type"] in {"response.text.delta", "escalation.raised"}:
                first = first or time.perf_counter() - began
                sentences.append(event["text"])
                console.print(event["text"], style="cyan", highlight=False)
            if event["type"] in ENDS and event.get("in_reply_to") == waiting:
                break
    stages = [("final words → first sentence", first * 1000), ("final words → whole answer", _since(began))]
    if voice is not None and sentences:
        stages.append(("first sentence → first audio", await _say(voice, sentences, console) * 1000))
    return stages


async def _say(voice: TextToSpeech, sentences: Sequence[str], console: Console) -> float:
    """Say the answer where something can play it; returns the seconds to the first audio."""
    from voice.chunks import pieces  # noqa: PLC0415

    first = 0.0
    began = time.perf_counter()
    async with _player(console) as player:
        for piece in pieces("".join(sentences)):
            async with aclosing(voice.say(Saying(text=piece))) as audio:
                async for pcm in audio:
                    first = first or time.perf_counter() - began
                    if player is not None and player.stdin is not None:
                        player.stdin.write(pcm)
                        await player.stdin.drain()
    return first


@asynccontextmanager
async def _player(console: Console) -> AsyncIterator[Process | None]:
    command = _installed(PLAYERS)
    if command is None:
        console.print("nothing here plays audio (aplay, paplay or pw-play)", style="yellow")
        yield None
        return
    player = await asyncio.create_subprocess_exec(*command, stdin=PIPE)
    try:
        yield player
    finally:
        await player.communicate(b"")  # closes its input, and lets it play to the end


async def _played(pcm: bytes, *, paced: bool) -> AsyncGenerator[bytes, None]:
    began = time.perf_counter()
    for place, start in enumerate(range(0, len(pcm), CHUNK_BYTES)):
        if paced:
            ahead = began + place * CHUNK_SECONDS - time.perf_counter()
            await asyncio.sleep(max(0.0, ahead))  # noqa: TID251 - a file has no pace of its own
        yield pcm[start : start + CHUNK_BYTES]


async def _recorded(console: Console) -> AsyncGenerator[bytes, None]:
    command = _installed(RECORDERS)
    if command is None:
        raise BanyiError("nothing here records (arecord, parecord or pw-record): name a recording")
    console.print("请说话。", style="dim")
    recorder = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        while recorder.stdout is not None and (frame := await recorder.stdout.read(CHUNK_BYTES)):
            yield frame
    finally:
        if recorder.returncode is None:
            recorder.terminate()
        await recorder.communicate()  # reads to the end, so that the pipe is closed


async def _read(recording: Path, decoder: AudioDecoder | None) -> bytes:
    """The file's samples and a tail of silence.

    Raises:
        BanyiError: it cannot be read, or is no audio.
    """
    try:
        clip = await asyncio.to_thread(recording.read_bytes)
        pcm = await decoder.decode(clip) if decoder is not None else b""
    except OSError as error:
        raise BanyiError(f"{recording}: {error.strerror}") from error
    except UnsupportedAudio as error:
        raise BanyiError(f"{recording}: no audio this reads") from error
    return pcm + bytes(int(TAIL_SECONDS * HEARD_RATE) * SAMPLE_BYTES)


def _installed(commands: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    return next((command for command in commands if shutil.which(command[0])), None)


def _show(console: Console, stages: Stages) -> None:
    table = Table("stage", "ms")
    for name, milliseconds in stages:
        table.add_row(name, f"{milliseconds:.2f}" if milliseconds < 1 else f"{milliseconds:.0f}")
    console.print(table)


def _mean(seconds: Sequence[float]) -> float:
    return sum(seconds) / len(seconds) if seconds else 0.0


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
