"""Reads voice clips that come as files: AMR and SILK as WeChat sends them, and what browsers and phones record."""

from __future__ import annotations

import asyncio
from io import BytesIO
from itertools import chain
from typing import Final

import av
import pysilk

from domain.errors import UnsupportedAudio
from domain.voice import HEARD_RATE, SAMPLE_BYTES

LONGEST_SECONDS: Final = 60.0
"""WeChat's own limit."""
LARGEST_BYTES: Final = 4 * 1024 * 1024
_SILK: Final = (b"#!SILK_V3", b"\x02#!SILK_V3")
_KINDS: Final = frozenset({"amr", "wav", "ogg", "mp3", "aac", "matroska,webm", "flac", "mov,mp4,m4a,3gp,3g2,mj2"})


class Clips:
    """An `AudioDecoder`; a clip is read in a thread."""

    async def decode(self, clip: bytes) -> bytes:
        """The clip as PCM16LE mono 16 kHz; see `AudioDecoder`."""
        if not clip or len(clip) > LARGEST_BYTES:
            raise UnsupportedAudio
        pcm = await asyncio.to_thread(_silk if clip.startswith(_SILK) else _file, clip)
        if not pcm:
            raise UnsupportedAudio
        return pcm


def _silk(clip: bytes) -> bytes:
    pcm = BytesIO()
    try:
        pysilk.decode(BytesIO(clip), pcm, HEARD_RATE)
    except (pysilk.SilkError, ValueError, OSError) as broken:
        raise UnsupportedAudio from broken
    decoded = pcm.getvalue()
    if len(decoded) > LONGEST_SECONDS * HEARD_RATE * SAMPLE_BYTES:
        raise UnsupportedAudio
    return decoded


def _file(clip: bytes) -> bytes:
    """Decode by FFmpeg's libraries; nothing is opened by name, and reading ends at the longest clip.

    Of a clip that broke off, what is there is heard.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=HEARD_RATE)
    pcm = bytearray()
    try:
        with av.open(BytesIO(clip), mode="r", metadata_errors="ignore") as container:
            if container.format.name not in _KINDS or not container.streams.audio:
                raise UnsupportedAudio
            for frame in chain(container.decode(audio=0), (None,)):
                for made in resampler.resample(frame):
                    pcm += made.to_ndarray().tobytes()
                if len(pcm) > LONGEST_SECONDS * HEARD_RATE * SAMPLE_BYTES:
                    raise UnsupportedAudio
    except (av.FFmpegError, ValueError) as broken:
        if not pcm:
            raise UnsupportedAudio from broken
    return bytes(pcm)
