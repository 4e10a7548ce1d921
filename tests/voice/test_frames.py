"""Whole chunks out of whatever a socket brings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.voice import CHUNK_BYTES, CHUNK_SAMPLES, TurnTaking
from voice.ear import Ear
from voice.frames import Framer
from voice.loudness import NoiseFloor
from voice.segmenter import Segmenter

pytestmark = pytest.mark.unit


@given(st.lists(st.binary(max_size=3000), max_size=12))
def test_frames_of_any_length_make_the_same_audio(frames: list[bytes]) -> None:
    """Half a frame and half a sample wait for their rest; nothing is lost, doubled or moved."""
    framer = Framer()
    chunks = [chunk for frame in frames for chunk in framer.cut(frame)]
    whole = b"".join(frames)
    assert all(len(chunk) == CHUNK_BYTES for chunk in chunks)
    assert b"".join(chunks) == whole[: len(whole) // CHUNK_BYTES * CHUNK_BYTES]


@given(st.lists(st.floats(min_value=0, max_value=32768), min_size=1, max_size=300))
def test_the_noise_is_the_median_of_the_last_three_seconds(levels: list[float]) -> None:
    """The quietest moment until there is half a second of it, and never less than a silent room."""
    floor = NoiseFloor()
    for level in levels:
        floor.hear(level)
    recent = sorted(levels[-94:])
    assert floor.level == max(30.0, recent[len(recent) // 2] if len(levels) >= 16 else recent[0])


class Counting:
    """A network that takes everything for speech and counts what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def probability(self, chunk: bytes) -> float:
        """Certainly speech."""
        self.heard.append(chunk)
        return 1.0


def test_a_room_in_which_nobody_speaks_costs_no_network() -> None:
    """Once its noise is known; a loud chunk brings the last quarter second before it, in order."""
    network = Counting()
    ear = Ear(network, Segmenter(TurnTaking()))
    quiet = [np.full(CHUNK_SAMPLES, number % 7, "<i2").tobytes() for number in range(200)]
    assert list(ear.hear(b"".join(quiet))) == []
    assert len(network.heard) < 20
    network.heard.clear()
    loud = np.full(CHUNK_SAMPLES, 5000, "<i2").tobytes()
    assert list(ear.hear(loud)) == []
    assert network.heard == [*quiet[-8:], loud]
