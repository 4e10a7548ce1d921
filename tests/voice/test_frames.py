"""Whole chunks out of whatever a socket brings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.voice import CHUNK_BYTES
from voice.frames import Framer
from voice.loudness import NoiseFloor

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
