"""Voice activity by Silero v6, the network that comes inside the faster-whisper wheel.

Interface of the network: 512 samples of 16 kHz float audio with the 64 samples before them, and the state of an
LSTM (`h`, `c`, 128 values each), give the probability of speech and the next state.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from domain.errors import SpeechFailed
from domain.voice import CHUNK_SAMPLES

WEIGHTS: Final = "assets/silero_vad_v6.onnx"
CONTEXT_SAMPLES: Final = 64
STATE_SHAPE: Final = (1, 1, 128)
FULL_SCALE: Final = np.float32(1 / 32768)


class SileroActivity:
    """One network for every microphone; each stream has its own state."""

    def __init__(self) -> None:
        """Load the network.

        Raises:
            SpeechFailed: the network is not where the wheel keeps it.
        """
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            str(_weights()), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def stream(self) -> SileroStream:
        """A fresh stream, nothing heard yet."""
        return SileroStream(self._session)


class SileroStream:
    """Voice activity of one microphone."""

    def __init__(self, session: Any) -> None:
        self._run = session.run
        self._audio: NDArray[np.float32] = np.zeros((1, CONTEXT_SAMPLES + CHUNK_SAMPLES), np.float32)
        self._h: NDArray[np.float32] = np.zeros(STATE_SHAPE, np.float32)
        self._c: NDArray[np.float32] = np.zeros(STATE_SHAPE, np.float32)

    def probability(self, chunk: bytes) -> float:
        """How likely somebody speaks in this chunk, 0 to 1."""
        audio = self._audio
        audio[0, :CONTEXT_SAMPLES] = audio[0, CHUNK_SAMPLES:]
        np.multiply(np.frombuffer(chunk, "<i2"), FULL_SCALE, out=audio[0, CONTEXT_SAMPLES:])
        speech, self._h, self._c = self._run(None, {"input": audio, "h": self._h, "c": self._c})
        return float(speech.item())


def _weights() -> Path:
    found = find_spec("faster_whisper")
    for place in (found.submodule_search_locations or ()) if found else ():
        if (weights := Path(place) / WEIGHTS).is_file():
            return weights
    raise SpeechFailed("voice activity", "missing")
