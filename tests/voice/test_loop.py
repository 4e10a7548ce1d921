"""Who has the floor: answers said in pieces, stopped in time, gone on with, and never ahead of an emergency."""

from __future__ import annotations

import pytest

from domain.errors import Busy
from domain.voice import Doubt
from tests.fakes.voice import FakeRecogniser, FakeVoice, final, loud, quiet
from tests.voice.floor import Floor

pytestmark = pytest.mark.unit


async def test_an_answer_is_said_piece_by_piece_at_most_a_second_ahead() -> None:
    """Five sentences of a second each: after one second of time two seconds are sent, in the end all five."""
    floor = Floor()
    for sentence in ("一句话吧。", "两句话吧。", "三句话吧。", "四句话吧。"):
        floor.loop.say("r", sentence, private=True)
    floor.loop.say("r", "五句话吧。", private=True, whole=True)
    await floor.settle()
    assert floor.sent_seconds == pytest.approx(1.1, abs=0.11)
    await floor.move(1.0)
    assert floor.sent_seconds == pytest.approx(2.1, abs=0.11)
    await floor.move(4.0)
    assert floor.sent_seconds == pytest.approx(5.0)
    assert floor.log == ["began r", "ended r said"]
    assert floor.voice.said == ["一句话吧", "两句话吧", "三句话吧", "四句话吧", "五句话吧"]


async def test_half_a_second_of_speech_stops_the_answer_and_words_end_it() -> None:
    """The patient takes the floor: silence at once; what was not heard is given up when the words are there."""
    floor = Floor(recogniser=FakeRecogniser(finals=[final("我想换个时间")]))
    for sentence in ("第一句话。", "第二句话。", "第三句话。"):
        floor.loop.say("r", sentence, private=True)
    await floor.move(1.3)
    floor.loop.hear(quiet(1.0))
    floor.loop.hear(loud(0.3))
    assert "interrupted r" not in floor.log
    floor.loop.hear(loud(0.4))
    assert floor.log[-2:] == ["ended r barge_in", "interrupted r"]
    floor.loop.hear(quiet(1.0))
    await floor.settle()
    assert floor.log[-1] == "said 我想换个时间 over"
    assert floor.given_up == {"r": "第二句话。第三句话。"}
    sent = floor.sent_seconds
    await floor.move(3.0)
    assert floor.sent_seconds == sent


async def test_a_noise_does_not_end_the_answer() -> None:
    """Nothing was recognised: after two seconds the agent goes on with the sentence it was stopped in."""
    floor = Floor()
    floor.loop.say("r", "第一句话。", private=True)
    floor.loop.say("r", "第二句话。", private=True, whole=True)
    await floor.move(1.3)
    floor.loop.hear(quiet(1.0) + loud(0.7))
    floor.loop.hear(quiet(1.0))
    await floor.settle()
    for _ in range(5):
        floor.loop.hear(quiet(0.5))
    await floor.move(2.0)
    assert floor.log.count("began r") == 2
    assert floor.log[-1] == "ended r said"
    assert floor.voice.said == ["第一句话", "第二句话", "第二句话"]
    assert not floor.given_up


async def test_what_the_client_played_decides_what_was_heard() -> None:
    """The server thinks two sentences were heard; the client says that it was one."""
    floor = Floor()
    for sentence in ("第一句话。", "第二句话。", "第三句话。"):
        floor.loop.say("r", sentence, private=True)
    await floor.move(2.2)
    speaker = floor.loop.speaker
    assert speaker is not None
    assert speaker.halt() == "r"
    assert speaker.played("r", 1.1)
    assert not speaker.played("another", 1.1)
    floor.loop.drop("barge_in", "r")
    assert floor.given_up == {"r": "第二句话。第三句话。"}


async def test_the_first_sentence_of_an_emergency_comes_first_and_is_said_to_its_end() -> None:
    """It cuts off what is said; speech, buttons and later answers wait for its end."""
    floor = Floor()
    floor.loop.say("r", "平常的话。", private=True)
    await floor.move(0.5)
    floor.loop.say("e", "请马上拨打120。", private=False, urgent=True)
    floor.loop.say("e", "不要自己开车。", private=False, urgent=True, whole=True)
    await floor.settle()
    assert floor.log[-2:] == ["ended r escalation", "began e"]
    floor.loop.hear(quiet(1.0) + loud(0.8))
    floor.loop.press()
    assert not floor.loop.drop("client", "e")
    floor.loop.drop("superseded")
    assert "ended e" not in " ".join(floor.log)
    await floor.move(1.2)
    floor.loop.hear(loud(0.7))
    assert "ended e barge_in" in floor.log


async def test_an_emergency_is_said_although_the_patient_speaks() -> None:
    """An answer that was stopped is given up for it."""
    floor = Floor()
    floor.loop.say("r", "平常的话。", private=True)
    await floor.move(0.3)
    floor.loop.hear(quiet(1.0) + loud(0.8))
    floor.loop.say("e", "请马上拨打120。", private=False, urgent=True, whole=True)
    await floor.settle()
    assert floor.log[-1] == "began e"
    assert floor.given_up == {"r": "平常的话。"}


async def test_a_word_that_only_says_go_on_is_passed_over() -> None:
    """「嗯」 while the agent speaks: the answer goes on and nothing becomes an input."""
    floor = Floor(recogniser=FakeRecogniser(finals=[final("嗯")]), voice=FakeVoice(seconds=5.0))
    floor.loop.say("r", "很长的一句话。", private=True, whole=True)
    await floor.move(0.3)
    floor.loop.hear(quiet(1.0) + loud(0.3))
    floor.loop.hear(quiet(1.0))
    await floor.settle()
    assert floor.log[-1] == "said  over"
    assert "ended r barge_in" not in floor.log


async def test_a_yes_is_an_answer_when_a_question_waits() -> None:
    """「嗯」 to a question that was put is handed on."""
    floor = Floor(recogniser=FakeRecogniser(finals=[final("嗯")]), pending=True)
    floor.loop.hear(quiet(1.0) + loud(0.4) + quiet(1.0))
    await floor.settle()
    assert [said.text for said in floor.utterances] == ["嗯"]


async def test_every_hypothesis_is_told_before_any_guard() -> None:
    """Partials and finals that are thrown away alike."""
    recogniser = FakeRecogniser(finals=[final("救命", Doubt.NO_SPEECH)], partials=["救"])
    floor = Floor(recogniser=recogniser)
    floor.loop.hear(quiet(1.0) + loud(0.6) + quiet(1.0))
    await floor.settle()
    assert floor.hypotheses == ["救", "救命"]
    assert [said.text for said in floor.utterances] == [""]


async def test_an_utterance_that_failed_does_not_stop_the_next() -> None:
    """The pool was full; the next utterance is heard, and in order."""
    floor = Floor(recogniser=FakeRecogniser(finals=[Busy("speech recognition"), final("我想挂号")]))
    for _ in range(2):
        floor.loop.hear(quiet(1.0) + loud(0.6) + quiet(1.0))
    await floor.settle()
    assert [(said.text, said.failure) for said in floor.utterances] == [("", "unavailable"), ("我想挂号", "")]


async def test_push_to_talk_takes_the_floor_at_once_and_gives_it_back() -> None:
    """Pressed and released with nothing said: the agent goes on."""
    floor = Floor(voice=FakeVoice(seconds=3.0))
    floor.loop.say("r", "很长的一句话。", private=True, whole=True)
    await floor.move(0.3)
    floor.loop.press()
    assert floor.log[-2:] == ["ended r barge_in", "interrupted r"]
    floor.loop.hear(quiet(0.5))
    floor.loop.release()
    await floor.settle()
    assert floor.log.count("began r") == 2
    assert floor.utterances[0].pressed


async def test_a_voice_that_fails_costs_its_sentence_and_nothing_else() -> None:
    """The text stands on the screen; the next answer is tried again."""
    floor = Floor(voice=FakeVoice(broken=True))
    floor.loop.say("r", "一句话吧。", private=True, whole=True)
    await floor.settle()
    assert floor.log == []
    floor.voice.broken = False
    floor.loop.say("s", "另一句话。", private=True, whole=True)
    await floor.settle()
    assert floor.log == ["began s"]


async def test_a_stream_that_ends_in_mid_word_is_screened_and_not_answered() -> None:
    """What was over before is told; the half utterance is only heard."""
    recogniser = FakeRecogniser(finals=[final("我想挂号"), final("取消")])
    floor = Floor(recogniser=recogniser)
    floor.loop.hear(quiet(1.0) + loud(0.6) + quiet(1.0))
    floor.loop.hear(loud(0.6))
    await floor.loop.close()
    await floor.settle()
    assert [said.text for said in floor.utterances] == ["我想挂号"]
    assert floor.hypotheses == ["我想挂号", "取消"]


async def test_a_long_speech_is_one_utterance() -> None:
    """Thirty seconds without a pause are recognised in pieces of at most 15 s and told as one."""
    floor = Floor(recogniser=FakeRecogniser(finals=[final("第一段"), final("第二段"), final("第三段")]))
    floor.loop.hear(quiet(1.0) + loud(31.0) + quiet(2.0))
    await floor.settle()
    assert [said.text for said in floor.utterances] == ["第一段，第二段，第三段"]
    assert max(floor.recogniser.heard_seconds) <= 16
