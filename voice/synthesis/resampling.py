"""Audio of a voice brought to the rate everything is said at."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np

from domain.voice import SAMPLE_BYTES, SPOKEN_RATE


class Resampling:
    """PCM16LE mono of one rate to 24 kHz, as it comes in; keeps half samples and the filter's tail."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._left = b""
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SPOKEN_RATE)

    def take(self, pcm: bytes) -> bytes:
        """What can be said of everything taken so far."""
        pcm = self._left + pcm
        whole = len(pcm) - len(pcm) % SAMPLE_BYTES
        self._left = pcm[whole:]
        if not whole:
            return b""
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm[:whole], "<i2")[None, :], format="s16", layout="mono")
        frame.sample_rate = self._rate
        return b"".join(self._bytes(frame))

    def finish(self) -> bytes:
        """The rest."""
        return b"".join(self._bytes(None))

    def _bytes(self, frame: av.AudioFrame | None) -> Iterator[bytes]:
        for made in self._resampler.resample(frame):
            yield made.to_ndarray().tobytes()
