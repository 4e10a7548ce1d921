"""Puts voice together from the settings. What is missing leaves text as it is, and is named."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from app.settings import Settings
from domain.errors import SpeechFailed
from domain.voice import AudioDecoder, Interrupting, TextToSpeech, VoiceActivity
from voice.parts import OpenVoice
from voice.recognition.weights import KNOWN, complete, place

if TYPE_CHECKING:
    from voice.recognition.recogniser import Recogniser
    from voice.recognition.whisper import Whisper

log = structlog.get_logger(__name__)

WEIGHTS: Final = "voice"
"""Where under the data directory the weights stand."""


def weights_directory(settings: Settings) -> Path:
    """Where weights named in the settings are looked for and downloaded to."""
    return settings.voice_dir or settings.data_dir / WEIGHTS


def missing_weights(settings: Settings) -> tuple[str, ...]:
    """What is not there, a line each with the way to get it; reads no weights."""
    directory = weights_directory(settings)
    lines = []
    for model, without in (
        (settings.voice_model, "speech is not understood"),
        (settings.voice_partial_model, "nothing is shown while somebody speaks"),
    ):
        if model and not complete(place(model, directory)):
            how = f"banyi voice download {model}" if model in KNOWN else "put the weights there"
            lines.append(f"no weights in {place(model, directory)}, so {without}: {how}")
    return tuple(lines)


@asynccontextmanager
async def open_voice(settings: Settings, *, expected: Sequence[str] = ()) -> AsyncIterator[OpenVoice]:
    """Everything of voice that is there, warm; `expected` are the names of departments and doctors."""
    taking, interrupting = settings.taking, Interrupting()
    if not settings.voice:
        yield OpenVoice(taking=taking, interrupting=interrupting, missing=("voice is switched off: BANYI_VOICE",))
        return
    missing = list(missing_weights(settings))
    async with AsyncExitStack() as stack:
        recogniser, activity = None, None
        if complete(place(settings.voice_model, weights_directory(settings))):
            try:
                recogniser = await _recogniser(settings, stack)
                activity = await asyncio.to_thread(_activity)
                recogniser.expect(expected)
                await recogniser.warm()
            except SpeechFailed as failure:
                recogniser = None
                missing.append(str(failure))
        speaking, silent = _speaking(settings)
        if silent:
            missing.append(silent)
        yield OpenVoice(
            recogniser=recogniser,
            activity=activity,
            voice=speaking,
            decoder=await asyncio.to_thread(_decoder) if recogniser else None,
            taking=taking,
            interrupting=interrupting,
            missing=tuple(missing),
        )


@asynccontextmanager
async def voice_in_background(
    settings: Settings, *, expected: Sequence[str] = ()
) -> AsyncIterator[Callable[[], OpenVoice]]:
    """The parts of voice there are by now, while the others are being opened: nobody waits for weights."""
    now = OpenVoice(taking=settings.taking, interrupting=Interrupting(), missing=("voice is being opened",))
    ending = asyncio.Event()

    async def keep_open() -> None:
        nonlocal now
        async with open_voice(settings, expected=expected) as opened:
            if opened.hears:
                await asyncio.to_thread(_load_the_loop)
            now = opened
            for line in opened.missing:
                log.info("voice_missing", what=line)
            await ending.wait()

    keeping = asyncio.create_task(keep_open())
    try:
        yield lambda: now
    finally:
        ending.set()
        await asyncio.wait({keeping})
        if (error := keeping.exception()) is not None:
            log.error("voice_unopened", kind=type(error).__name__)


def _load_the_loop() -> None:
    """What the first patient who speaks would wait for."""
    import voice.loop  # noqa: PLC0415
    import voice.synthesis.resampling  # noqa: F401, PLC0415


async def _recogniser(settings: Settings, stack: AsyncExitStack) -> Recogniser:
    from voice.recognition.recogniser import Recogniser  # noqa: PLC0415 - numpy is for who hears
    from voice.recognition.workers import Workers  # noqa: PLC0415

    workers = Workers(places=settings.voice_workers, queue=settings.voice_queue)
    stack.push_async_callback(workers.aclose)
    final, quick = await workers.run(lambda: _networks(settings))
    return Recogniser(final, quick, workers, monotonic=time.monotonic, short_input=settings.voice_short_input)


def _networks(settings: Settings) -> tuple[Whisper, Whisper | None]:
    """The networks for finals and for partials; seconds of reading."""
    from voice.recognition.whisper import Whisper, device_for  # noqa: PLC0415 - half a second to import

    device, compute = device_for(settings.voice_device, settings.voice_compute)
    threads = settings.voice_threads or max(1, (os.cpu_count() or 1) // settings.voice_workers)
    final = place(settings.voice_model, weights_directory(settings))
    quick = place(settings.voice_partial_model, weights_directory(settings)) if settings.voice_partial_model else None

    def opened(directory: Path) -> Whisper:
        return Whisper(directory, device=device, compute=compute, threads=threads, workers=settings.voice_workers)

    return opened(final), opened(quick) if quick is not None and complete(quick) else None


def _speaking(settings: Settings) -> tuple[TextToSpeech | None, str]:
    """The voice, or what is missing for one."""
    from voice.synthesis.espeak import Espeak  # noqa: PLC0415 - each part of voice loads what it needs

    house = Espeak(settings.voice_program, words_a_minute=settings.voice_words_a_minute)
    if not house.there():
        return None, f"no program {settings.voice_program}, so nothing is spoken: install espeak-ng"
    if not settings.voice_cloud:
        return house, ""
    from voice.synthesis.edge import Edge  # noqa: PLC0415 - loads aiohttp
    from voice.synthesis.voices import Voices  # noqa: PLC0415

    cloud = Edge(settings.voice_cloud_name, relay=settings.voice_cloud_relay)
    return Voices(cloud, house, monotonic=time.monotonic), ""


def _decoder() -> AudioDecoder:
    from voice.clips import Clips  # noqa: PLC0415 - loads FFmpeg's libraries

    return Clips()


def _activity() -> VoiceActivity:
    from voice.vad import SileroActivity  # noqa: PLC0415 - loads onnxruntime

    return SileroActivity()
