"""Partials while nobody else needs the machine, finals always, and every hypothesis heard by the screen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest

from domain.errors import Busy, SpeechFailed
from domain.voice import Doubt, Hypothesis
from tests.voice.fake_decoder import FakeDecoder, words
from voice.recognition.decoding import FULL_FRAMES, SHORT_FRAMES, Decoded
from voice.recognition.partials import Agreement, Pace
from voice.recognition.recogniser import Recogniser
from voice.recognition.workers import Workers

pytestmark = pytest.mark.contract

SECOND = bytes(32000)
DONT_DROP = words("救命", 0.1, no_speech=0.95)


@asynccontextmanager
async def recogniser(
    final: FakeDecoder,
    quick: FakeDecoder | None = None,
    *,
    places: int = 1,
    queue: int = 4,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[Recogniser]:
    """A recogniser on real threads."""
    workers = Workers(places=places, queue=queue)
    try:
        yield Recogniser(final, quick, workers, monotonic=monotonic)
    finally:
        await workers.aclose()


class Screen:
    """Hears every hypothesis, and wakes who waits for one."""

    def __init__(self) -> None:
        self.heard: list[Hypothesis] = []
        self._news = asyncio.Event()

    def __call__(self, hypothesis: Hypothesis) -> None:
        """Hear one."""
        self.heard.append(hypothesis)
        self._news.set()

    async def until(self, number: int) -> None:
        """So many have been heard."""
        async with asyncio.timeout(20):
            while len(self.heard) < number:
                self._news.clear()
                await self._news.wait()


async def test_a_final_is_its_words_and_how_sure_they_are() -> None:
    """One thorough look at the short input is enough for a clear sentence."""
    decoder, screen = FakeDecoder([words("我胸口疼")]), Screen()
    async with recogniser(decoder) as ears:
        listener = ears.listen(screen)
        listener.hear(SECOND)
        listener.hear(SECOND)
        final = await listener.finish()
    assert (final.text, final.confidence, final.doubt, final.audio_seconds) == ("我胸口疼", 0.9, None, 2.0)
    assert final.usable
    assert [(one.frames, one.thorough) for one in decoder.asked] == [(SHORT_FRAMES, True)]


async def test_the_screen_hears_what_the_guard_takes_for_silence() -> None:
    """「救命」 of a whisper is never dropped: it is heard before it is judged, though nothing is made of it after."""
    screen = Screen()
    async with recogniser(FakeDecoder([DONT_DROP, words("谢谢观看")])) as ears:
        listener = ears.listen(screen)
        listener.hear(SECOND)
        final = await listener.finish()
    assert [one.text for one in screen.heard] == ["救命", "谢谢观看"]
    assert all(one.doubt is None for one in screen.heard)
    assert final.doubt in {Doubt.NO_SPEECH, Doubt.PHANTOM}
    assert not final.usable


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (words("我胸口疼", 0.4), words("我胸口疼得厉害"), "我胸口疼得厉害"),
        (words("我胸口疼", 0.4), words("谢谢观看", 0.99), "我胸口疼"),
        (words("我胸口疼", 0.4), words("我胸口", 0.3), "我胸口疼"),
        (words(""), words("救命"), "救命"),
    ],
)
async def test_doubtful_words_are_looked_at_again_at_full_length(first: Decoded, second: Decoded, kept: str) -> None:
    """The more believable reading is kept."""
    decoder, screen = FakeDecoder([first, second]), Screen()
    async with recogniser(decoder) as ears:
        listener = ears.listen(screen)
        listener.hear(SECOND)
        final = await listener.finish()
    assert final.text == kept
    assert [one.frames for one in decoder.asked] == [SHORT_FRAMES, FULL_FRAMES]


async def test_long_audio_is_looked_at_once_at_full_length() -> None:
    """What does not fit into the short input."""
    decoder = FakeDecoder([words("嗯", 0.3)])
    async with recogniser(decoder) as ears:
        listener = ears.listen(Screen())
        listener.hear(SECOND * 16)
        await listener.finish()
    assert [one.frames for one in decoder.asked] == [FULL_FRAMES]


async def test_nothing_heard_asks_nobody() -> None:
    """No audio, no words."""
    decoder = FakeDecoder([words("谢谢观看")])
    async with recogniser(decoder) as ears:
        final = await ears.listen(Screen()).finish()
    assert final.doubt is Doubt.NOTHING
    assert decoder.asked == []


async def test_more_than_thirty_seconds_are_refused() -> None:
    """Nothing is cut off in silence."""
    async with recogniser(FakeDecoder([words("啊")])) as ears:
        listener = ears.listen(Screen())
        listener.hear(SECOND * 30)
        with pytest.raises(ValueError, match="at most 30 s"):
            listener.hear(b"\0\0")


async def test_partials_settle_what_two_of_them_agree_on() -> None:
    """Each is heard by the screen, and greedy on the short input."""
    quick, screen = FakeDecoder([words("我想挂"), words("我想挂心内"), words("我想挂新")]), Screen()
    async with recogniser(FakeDecoder([words("我想挂心内科")]), quick) as ears:
        listener = ears.listen(screen)
        for number in range(1, 4):
            listener.hear(SECOND)
            await screen.until(number)
        final = await listener.finish()
    assert [(one.text, one.agreed, one.final) for one in screen.heard] == [
        ("我想挂", "", False),
        ("我想挂心内", "我想挂", False),
        ("我想挂新", "我想挂", False),
        ("我想挂心内科", "", True),
    ]
    assert {(one.frames, one.thorough) for one in quick.asked} == {(SHORT_FRAMES, False)}
    assert [one.seconds for one in quick.asked] == [1.0, 2.0, 3.0]
    assert final.text == "我想挂心内科"


async def test_partials_step_back_when_the_machine_is_taken() -> None:
    """A final of somebody else holds the only thread: no partial is begun, and none waits behind it."""
    gate = threading.Event()
    final, quick = FakeDecoder([words("好的")], gate=gate), FakeDecoder([words("我")])
    async with recogniser(final, quick) as ears:
        other, listener = ears.listen(Screen(), partials=False), ears.listen(Screen())
        other.hear(SECOND)
        waiting = asyncio.create_task(other.finish())
        await asyncio.to_thread(final.entered.wait, 20)
        for _ in range(3):
            listener.hear(SECOND)
        gate.set()
        await waiting
        await listener.finish()
    assert quick.asked == []


async def test_partials_come_no_faster_than_the_machine() -> None:
    """After a partial of two seconds the next one waits for three seconds of audio."""
    clock = count(0, 2.0)
    quick, screen = FakeDecoder([words("我想")]), Screen()
    async with recogniser(FakeDecoder([words("我想")]), quick, monotonic=lambda: next(clock)) as ears:
        listener = ears.listen(screen)
        listener.hear(SECOND)
        await screen.until(1)
        listener.hear(SECOND)
        listener.hear(SECOND)
        assert ears.pace_seconds == 3.0
        listener.hear(SECOND)
        await screen.until(2)
        await listener.finish()
    assert [one.seconds for one in quick.asked] == [1.0, 4.0]


async def test_a_broken_network_for_partials_costs_only_the_captions() -> None:
    """The final comes all the same."""
    quick = FakeDecoder([SpeechFailed("speech recognition", "failed")])
    async with recogniser(FakeDecoder([words("我头疼")]), quick) as ears:
        listener = ears.listen(Screen())
        listener.hear(SECOND)
        assert (await listener.finish()).text == "我头疼"


async def test_a_broken_network_is_said() -> None:
    """The caller is told in a stable word."""
    async with recogniser(FakeDecoder([SpeechFailed("speech recognition", "failed")])) as ears:
        listener = ears.listen(Screen())
        listener.hear(SECOND)
        with pytest.raises(SpeechFailed) as failure:
            await listener.finish()
    assert failure.value.kind == "failed"


async def test_a_second_look_that_fails_leaves_the_first() -> None:
    """Doubtful words are better than none."""
    decoder = FakeDecoder([words("我胸口疼", 0.4), SpeechFailed("speech recognition", "failed")])
    async with recogniser(decoder) as ears:
        listener = ears.listen(Screen())
        listener.hear(SECOND)
        final = await listener.finish()
    assert (final.text, final.doubt) == ("我胸口疼", Doubt.UNSURE)


async def test_who_comes_when_enough_wait_is_told_at_once() -> None:
    """One is recognised, one waits, the third is `Busy`; after that there is room again."""
    gate = threading.Event()
    async with recogniser(FakeDecoder([words("好的")], gate=gate), queue=1) as ears:
        listeners = [ears.listen(Screen()) for _ in range(4)]
        for listener in listeners:
            listener.hear(SECOND)
        first, second, third, fourth = listeners
        running = [asyncio.create_task(one.finish()) for one in (first, second)]
        await _yielded()
        with pytest.raises(Busy):
            await third.finish()
        gate.set()
        assert [one.text for one in await asyncio.gather(*running)] == ["好的", "好的"]
        assert (await fourth.finish()).text == "好的"


async def test_an_utterance_given_up_is_heard_no_more() -> None:
    """A partial under way when the patient hangs up is not told."""
    gate = threading.Event()
    quick, screen = FakeDecoder([words("我想")], gate=gate), Screen()
    async with recogniser(FakeDecoder([words("我想")]), quick) as ears:
        listener = ears.listen(screen)
        listener.hear(SECOND)
        await asyncio.to_thread(quick.entered.wait, 20)
        listener.close()
        gate.set()
    await _yielded()
    assert screen.heard == []


async def test_warming_looks_at_every_length_once() -> None:
    """And the names expected reach the network of finals."""
    final, quick = FakeDecoder([words("")]), FakeDecoder([words("")])
    async with recogniser(final, quick) as ears:
        ears.expect(["心内科", "王主任"])
        await ears.warm()
    assert [one.frames for one in final.asked] == [SHORT_FRAMES, FULL_FRAMES]
    assert len(quick.asked) == 1
    assert final.expected == ("心内科", "王主任")


@pytest.mark.parametrize(("took", "pace"), [([], 0.6), ([0.1], 0.6), ([0.7], 1.05), ([4.0, 0.0], 3.0)])
def test_the_pace_follows_the_machine(took: Sequence[float], pace: float) -> None:
    """Never quicker than 0.6 s; later partials count as much as all before."""
    paces = Pace()
    for seconds in took:
        paces.took(seconds)
    assert paces.seconds == pytest.approx(pace)


def test_agreement_is_the_common_beginning() -> None:
    """Of the last two."""
    agreement = Agreement()
    assert [agreement.take(text) for text in ("我", "我要", "我想", "我想挂")] == ["", "我", "我", "我想"]


async def _yielded() -> None:
    """Everything ready to run has run."""
    loop = asyncio.get_running_loop()
    for _ in range(5):
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn
