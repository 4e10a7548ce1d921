"""A small server that speaks the wire format of the cloud voice, and misbehaves as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from io import BytesIO
from typing import Literal

import av
import numpy as np
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.voice.speech import spoken

Mood = Literal["well", "silent", "refusing", "cutting", "garbled", "empty"]
_PIECE = 720
_BARE = {"mp3": {"write_xing": "0", "id3v2_version": "0"}}
"""The cloud sends frames and nothing else."""


@dataclass
class Cloud:
    """What the server does next, and the texts it was sent."""

    mood: Mood = "well"
    texts: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, socket: ServerConnection) -> None:
        """One saying."""
        await socket.recv()
        self.texts.append(str(await socket.recv()))
        await socket.send("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
        if self.mood == "silent":
            await socket.wait_closed()
            return
        audio = {"garbled": b"\x00" * 4000, "empty": b""}.get(self.mood, mp3())
        for place, start in enumerate(range(0, len(audio), _PIECE)):
            if self.mood == "cutting" and place == 3:
                socket.transport.abort()
                return
            await socket.send(_framed(audio[start : start + _PIECE]))
        await socket.send("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")

    def refuse(self, socket: ServerConnection, _request: Request) -> Response | None:
        """The answer of a cloud that does not want this caller."""
        return socket.respond(HTTPStatus.FORBIDDEN, "no") if self.mood == "refusing" else None


@asynccontextmanager
async def clouded() -> AsyncIterator[Cloud]:
    """The server on a free port of this machine."""
    cloud = Cloud()
    async with serve(cloud.answer, "127.0.0.1", 0, process_request=cloud.refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        cloud.url = f"ws://127.0.0.1:{port}/speak"
        yield cloud
        await asyncio.gather(*(socket.close() for socket in server.connections))


@cache
def mp3() -> bytes:
    """A sentence as MP3, 24 kHz."""
    return encoded(spoken("请到三楼心内科"), "libmp3lame", "mp3", rate=24_000)


def encoded(samples: np.ndarray[tuple[int], np.dtype[np.int16]], codec: str, form: str, *, rate: int) -> bytes:
    """16 kHz samples in another format and rate."""
    out = BytesIO()
    resampler = av.AudioResampler(format="s16p" if codec == "libmp3lame" else "s16", layout="mono", rate=rate)
    with av.open(out, "w", format=form, options=_BARE.get(form, {})) as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = 16_000
        fifo = av.AudioFifo()
        for made in (*resampler.resample(frame), *resampler.resample(None)):
            made.pts = None
            fifo.write(made)
        size = stream.codec_context.frame_size or 960
        while (piece := fifo.read(size, partial=fifo.samples < size)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return out.getvalue()


def _framed(data: bytes) -> bytes:
    head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
    return len(head).to_bytes(2, "big") + head + data
