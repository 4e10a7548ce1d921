"""Microsoft's voice over the network, by edge-tts: only where the hospital switched it on.

Texts leave the house on this way, so what is private is refused here too, whoever asks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any, Final

import aiohttp
import av
import edge_tts
from edge_tts import communicate
from edge_tts.exceptions import EdgeTTSException

from domain.errors import SpeechFailed
from domain.voice import SPOKEN_RATE, Saying

NAME: Final = "edge-tts"
FIRST_SECONDS: Final = 1.5
"""The library's own timeouts do not fire on a socket that stays silent; this does."""
NEXT_SECONDS: Final = 3.0
DEFAULT_VOICE: Final = "zh-CN-XiaoxiaoNeural"


class Edge:
    """A `TextToSpeech`. `relay` is the address (ws:// or wss://) of a relay of the hospital's own."""

    def __init__(self, voice: str = DEFAULT_VOICE, *, relay: str = "", first_seconds: float = FIRST_SECONDS) -> None:
        self._voice = voice
        self._first_seconds = first_seconds
        if relay:  # the library keeps its one address in a module
            vars(communicate)["WSS_URL"] = f"{relay}{'&' if '?' in relay else '?'}relay=1"

    async def say(self, saying: Saying) -> AsyncGenerator[bytes, None]:
        """The audio as it comes; see `TextToSpeech`."""
        if saying.private:
            raise SpeechFailed(NAME, "refused")
        rate = f"{round((saying.rate - 1) * 100):+d}%"
        heard = False
        async with aclosing(self._mp3(edge_tts.Communicate(saying.text, self._voice, rate=rate))) as stream:
            decoder = _Mp3()
            async for mp3 in stream:
                for pcm in decoder.take(mp3):
                    heard = True
                    yield pcm
            for pcm in decoder.take(b""):
                heard = True
                yield pcm
        if not heard:
            raise SpeechFailed(NAME, "failed")

    async def _mp3(self, speaking: edge_tts.Communicate) -> AsyncGenerator[bytes, None]:
        """The pieces of MP3, each in time."""
        patience = self._first_seconds
        async with aclosing(_closable(speaking.stream())) as chunks:
            while True:
                try:
                    async with asyncio.timeout(patience):
                        chunk = await anext(chunks, None)
                except TimeoutError as late:
                    raise SpeechFailed(NAME, "timeout") from late
                except aiohttp.ClientResponseError as refused:
                    raise SpeechFailed(NAME, "refused") from refused
                except (aiohttp.ClientError, OSError, EdgeTTSException, ValueError) as failed:
                    raise SpeechFailed(NAME, "failed" if patience == self._first_seconds else "cut") from failed
                if chunk is None:
                    return
                if chunk["type"] == "audio":
                    patience = NEXT_SECONDS
                    yield chunk["data"]


async def _closable(chunks: Any) -> AsyncGenerator[Any, None]:
    async for chunk in chunks:
        yield chunk


class _Mp3:
    """MP3 as it comes in to PCM16LE mono 24 kHz."""

    def __init__(self) -> None:
        self._decoder: Any = av.CodecContext.create("mp3", "r")
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SPOKEN_RATE)

    def take(self, mp3: bytes) -> Iterator[bytes]:
        """What can be said by now; no bytes end it. A packet that is no audio is passed over."""
        for packet in self._decoder.parse(mp3):
            with contextlib.suppress(av.FFmpegError):
                for frame in self._decoder.decode(packet):
                    for made in self._resampler.resample(frame):
                        yield made.to_ndarray().tobytes()
