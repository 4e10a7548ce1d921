"""Utterances out of a whole recording."""

from __future__ import annotations

from typing import Final

from domain.voice import CHUNK_BYTES, HEARD_RATE, SAMPLE_BYTES, TurnTaking, VoiceActivity
from voice.ear import Ear
from voice.segmenter import Segmenter, SpeechEnded, SpeechHeard, SpeechStarted

LEAD_SECONDS: Final = 0.6
"""Silence put before a recording, for most begin with the first word."""


def utterances(pcm: bytes, activity: VoiceActivity, taking: TurnTaking) -> list[tuple[bytes, float]]:
    """Every piece in which somebody speaks (PCM16LE mono 16 kHz), with the seconds of speech in it.

    Takes 3 ms for each second of audio.
    """
    ear = Ear(activity.stream(), Segmenter(taking))
    lead = bytes(int(LEAD_SECONDS * HEARD_RATE) * SAMPLE_BYTES)
    quiet = bytes(int((taking.slowest_end + 1) * HEARD_RATE) * SAMPLE_BYTES // CHUNK_BYTES * CHUNK_BYTES)
    found: list[tuple[bytes, float]] = []
    piece = bytearray()
    for event in ear.hear(lead + pcm[: len(pcm) - len(pcm) % SAMPLE_BYTES] + quiet):
        match event:
            case SpeechStarted():
                piece = bytearray(event.pcm)
            case SpeechHeard():
                piece += event.pcm
            case SpeechEnded() if event.voiced_seconds:
                found.append((bytes(piece), event.voiced_seconds))
    return found
