"""Whole chunks out of audio frames of any length."""

from __future__ import annotations

from collections.abc import Iterator

from domain.voice import CHUNK_BYTES


class Framer:
    """Cuts one stream of PCM16LE into chunks of `CHUNK_BYTES`; half a frame, or half a sample, waits for its rest."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, frame: bytes) -> Iterator[bytes]:
        """Every chunk that is whole now, in order."""
        audio = self._rest + frame if self._rest else frame
        whole = len(audio) - len(audio) % CHUNK_BYTES
        self._rest = audio[whole:]
        for start in range(0, whole, CHUNK_BYTES):
            yield audio[start : start + CHUNK_BYTES]
