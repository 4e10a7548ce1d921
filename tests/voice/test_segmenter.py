"""Where an utterance begins and ends, chunk by chunk, without any audio model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pytest

from domain.voice import CHUNK_SAMPLES, CHUNK_SECONDS, TurnTaking
from voice.loudness import loudness
from voice.segmenter import End, Segmenter, SpeechEnded, SpeechEvent, SpeechHeard, SpeechStarted

pytestmark = pytest.mark.unit

TAKING = TurnTaking()


def level(rms: float) -> bytes:
    """A chunk of this loudness."""
    return np.full(CHUNK_SAMPLES, rms, np.int16).tobytes()


QUIET, LOUD = level(20), level(2000)


class Talk:
    """A segmenter and everything it told."""

    def __init__(self, taking: TurnTaking = TAKING) -> None:
        self.segmenter = Segmenter(taking)
        self.events: list[SpeechEvent] = []

    def speech(self, seconds: float, chunk: bytes = LOUD, probability: float = 0.95) -> Talk:
        """Somebody speaks for so long."""
        for _ in range(round(seconds / CHUNK_SECONDS)):
            self.events.extend(self.segmenter.hear(chunk, loudness(chunk), probability))
        return self

    def quiet(self, seconds: float, chunk: bytes = QUIET) -> Talk:
        """Nobody speaks for so long."""
        return self.speech(seconds, chunk, 0.02)

    def starts(self) -> list[SpeechStarted]:
        """Every start."""
        return [event for event in self.events if isinstance(event, SpeechStarted)]

    def ends(self) -> list[SpeechEnded]:
        """Every end."""
        return [event for event in self.events if isinstance(event, SpeechEnded)]

    def pcm(self) -> bytes:
        """All audio of utterances."""
        return b"".join(event.pcm for event in self.events if isinstance(event, SpeechStarted | SpeechHeard))


def test_an_utterance_begins_with_its_pre_roll_and_ends_after_600_ms() -> None:
    """Both times are told in the stream's own milliseconds."""
    talk = Talk().quiet(2).speech(1).quiet(1)
    (start,), (end,) = talk.starts(), talk.ends()
    assert 2000 <= start.audio_ms <= 2160
    assert len(start.pcm) / 32000 == pytest.approx(0.54, abs=0.04)
    assert end.audio_ms == pytest.approx(3600, abs=64)
    assert end.why is End.SILENCE
    assert end.voiced_seconds == pytest.approx(1.0, abs=0.1)


def test_a_knock_is_no_utterance() -> None:
    """Less than 120 ms is nothing, and several of them do not add up."""
    talk = Talk()
    for _ in range(20):
        talk.quiet(0.3).speech(0.064)
    assert talk.events == []


def test_speech_no_louder_than_twice_the_room_is_the_room() -> None:
    """Whoever talks at the next desk does not start an utterance."""
    talk = Talk().quiet(3, level(600))
    assert talk.speech(3, level(1000), 0.9).starts() == []
    assert len(talk.speech(1, level(4000)).starts()) == 1


def test_background_speech_does_not_hold_an_utterance_open() -> None:
    """Ten decibels below the patient is silence while a room is loud."""
    murmur = level(500)
    talk = Talk().quiet(3, murmur).speech(2, level(3000)).speech(1.5, murmur, 0.9)
    assert len(talk.ends()) == 1


def test_a_voice_that_falls_in_a_quiet_room_is_heard_to_its_end() -> None:
    """A patient in pain may become 12 dB softer than at first."""
    talk = Talk().quiet(3).speech(1, level(4000)).speech(1.5, level(1000)).quiet(1)
    (end,) = talk.ends()
    assert end.voiced_seconds == pytest.approx(2.5, abs=0.1)


@pytest.mark.parametrize("words", ["我想挂", "嗯", "我头疼，然后…", "帮我"])
def test_an_open_phrase_gets_1200_ms(words: str) -> None:
    """A pause of a second does not cut off whoever has more to say."""
    talk = Talk().quiet(1).speech(0.5)
    talk.segmenter.words(words)
    talk.quiet(1.0).speech(0.5)
    assert talk.ends() == []
    assert len(talk.quiet(1.5).ends()) == 1


def test_a_whole_sentence_gets_no_more_time() -> None:
    """And what was open in one utterance is forgotten in the next."""
    talk = Talk().quiet(1).speech(0.5)
    talk.segmenter.words("我想挂")
    talk.quiet(1.5).speech(0.5)
    talk.segmenter.words("我想挂心内科。")
    assert len(talk.quiet(0.7).ends()) == 2


def test_a_slow_speaker_is_waited_for() -> None:
    """Pauses of half a second make the end wait longer; a stop and a going on count as one."""
    slow = Talk().quiet(1)
    for _ in range(3):
        slow.speech(0.6).quiet(0.55)
    assert slow.segmenter.end_seconds == pytest.approx(0.66, abs=0.04)
    cut_off = Talk().quiet(1).speech(1).quiet(1.1).speech(1)
    assert len(cut_off.ends()) == 1
    assert 1.2 < cut_off.segmenter.end_seconds < 1.5


def test_learning_has_its_bound() -> None:
    """Nobody waits longer than 1.8 s, or 2.4 s with elders."""
    talk = Talk().quiet(1).speech(0.5)
    talk.segmenter.words("我想挂")
    for _ in range(5):
        talk.quiet(1.15).speech(0.3)
    assert talk.segmenter.end_seconds <= TAKING.slowest_end
    assert TAKING.for_elders().slowest_end == 2.4


def test_elders_get_half_as_much_time_again() -> None:
    """The pace may be changed while somebody speaks."""
    talk = Talk().quiet(1).speech(0.5)
    talk.segmenter.taking = TAKING.for_elders()
    assert talk.quiet(0.8).ends() == []
    assert len(talk.quiet(0.3).ends()) == 1


def test_a_monologue_of_30_seconds_goes_on_in_pieces() -> None:
    """No piece is longer than 15 s, nothing is lost between them, and only the last one ends the utterance."""
    talk = Talk().quiet(1).speech(30).quiet(1)
    assert [end.continues for end in talk.ends()] == [True, True, False]
    assert [start.continues for start in talk.starts()] == [False, True, True]
    assert [end.why for end in talk.ends()] == [End.LONGEST, End.LONGEST, End.SILENCE]
    assert len(talk.pcm()) / 32000 == pytest.approx(30 + 0.4 + 0.6, abs=0.1)
    assert all(seconds <= 15.1 for seconds in _piece_seconds(talk.events))


def test_a_monologue_is_cut_where_the_speaker_breathes() -> None:
    """A pause of a tenth of a second shortly before the longest piece is the place."""
    talk = Talk().quiet(1).speech(13.2).quiet(0.16).speech(3)
    (end,) = talk.ends()
    assert end.audio_ms == pytest.approx(1000 + 13200 + 100, abs=70)


def test_endless_talk_becomes_the_room() -> None:
    """A television ends after four pieces and starts no further utterance; somebody louder does."""
    talk = Talk().quiet(1).speech(90)
    assert [end.continues for end in talk.ends()] == [True, True, True, False]
    assert len(talk.starts()) == 4
    assert len(talk.speech(1, level(9000)).starts()) == 5


def test_the_button_starts_and_ends_an_utterance() -> None:
    """While it is held, silence is part of it; what was said just before is kept."""
    talk = Talk().quiet(1)
    talk.events.extend(talk.segmenter.press())
    talk.quiet(3).speech(0.5).quiet(2)
    assert talk.ends() == []
    talk.events.extend(talk.segmenter.release())
    (end,) = talk.ends()
    assert end.why is End.PRESSED
    assert len(talk.starts()[0].pcm) > 0
    assert talk.segmenter.release() == ()


def test_letting_go_ends_what_began_by_voice() -> None:
    """`commit` without a button ends the utterance at once."""
    talk = Talk().quiet(1).speech(1)
    assert talk.segmenter.press() == ()
    (end,) = talk.segmenter.release()
    assert isinstance(end, SpeechEnded)
    assert not talk.segmenter.speaking


def test_a_button_held_for_ever_is_let_go() -> None:
    """After four pieces the utterance ends."""
    talk = Talk()
    talk.events.extend(talk.segmenter.press())
    talk.quiet(70)
    assert talk.ends()[-1].continues is False
    assert not talk.segmenter.speaking


def _piece_seconds(events: list[SpeechEvent]) -> Iterator[float]:
    length = 0
    for event in chain(events):
        match event:
            case SpeechStarted():
                length = len(event.pcm)
            case SpeechHeard():
                length += len(event.pcm)
            case SpeechEnded():
                yield length / 32000
