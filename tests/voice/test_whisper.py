"""faster-whisper for real, with weights made on the spot: no download, and no network that is a fake."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from domain.errors import SpeechFailed
from domain.voice import Hypothesis, TurnTaking
from tests.voice.made_whisper import make_whisper
from tests.voice.speech import Pcm, between, hum, spoken
from tests.voice.taught_whisper import NOISE, teach_whisper
from voice.ear import Ear
from voice.recognition.decoding import FULL_FRAMES, SHORT_FRAMES, samples
from voice.recognition.recogniser import Recogniser
from voice.recognition.whisper import PROMPT_TOKENS, Whisper, device_for
from voice.recognition.workers import Workers
from voice.segmenter import Segmenter, SpeechEnded, SpeechHeard, SpeechStarted
from voice.vad import SileroActivity

pytestmark = pytest.mark.contract

SENTENCES = ("我想挂心内科的号", "请问药房在哪里", "救命，我胸口疼", "好的")


def opened(directory: Path, *, workers: int = 1) -> Whisper:
    """The weights on one thread for each worker."""
    return Whisper(directory, device="cpu", compute="int8", threads=1, workers=workers)


@pytest.fixture(scope="module")
def parrot(tmp_path_factory: pytest.TempPathFactory) -> Whisper:
    """A network that always says one sentence, in traditional characters."""
    return opened(make_whisper(tmp_path_factory.mktemp("parrot"), says="我想掛內科的號。"), workers=2)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory, activity: SileroActivity) -> Whisper:
    """A network that tells the sentences apart."""
    clips = {sentence: [cut(activity, between(spoken(sentence)))] for sentence in SENTENCES}
    noise = [hum(1, level=level, seed=seed).tobytes() for seed, level in enumerate((5, 50, 500))]
    return opened(teach_whisper(tmp_path_factory.mktemp("taught"), {**clips, NOISE: noise}))


def cut(activity: SileroActivity, recording: Pcm) -> bytes:
    """The one utterance of a recording, as the ear cuts it."""
    events = [*Ear(activity.stream(), Segmenter(TurnTaking())).hear(recording.tobytes())]
    return b"".join(event.pcm for event in events if isinstance(event, SpeechStarted | SpeechHeard))


@pytest.mark.parametrize("frames", [SHORT_FRAMES, FULL_FRAMES])
@pytest.mark.parametrize("thorough", [True, False])
def test_words_are_simplified_and_sure(parrot: Whisper, frames: int, *, thorough: bool) -> None:
    """At both lengths, by beam search with the prompt and greedily without."""
    decoded = parrot.decode(samples(bytes(32000)), frames=frames, thorough=thorough)
    assert decoded.text == "我想挂内科的号。"
    assert decoded.confidence > 0.9
    assert decoded.no_speech < 0.1


def test_names_come_before_the_audio_as_far_as_they_fit(parrot: Whisper) -> None:
    """The most important ones first; a hospital with a thousand doctors still has room for what is said."""
    parrot.expect(("心内科", "王小明", *(f"医生{number}" for number in range(1000))))
    assert 0 < len(parrot._names) <= PROMPT_TOKENS - len(parrot._lead)
    assert parrot._tokens.decode(parrot._names).startswith(" 心内科、王小明")
    assert parrot.decode(samples(bytes(32000)), frames=SHORT_FRAMES, thorough=True).text == "我想挂内科的号。"
    parrot.expect(())


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_what_is_said_is_what_is_written(taught: Whisper, activity: SileroActivity, sentence: str) -> None:
    """From the microphone's bytes to the words: ear, short input, decoder; partials on the way."""
    workers = Workers(places=1, queue=2)
    heard: list[Hypothesis] = []
    ear = Ear(activity.stream(), Segmenter(TurnTaking()))
    listener = Recogniser(taught, taught, workers, monotonic=time.monotonic).listen(heard.append)
    for event in ear.hear(between(spoken(sentence, speed=156)).tobytes()):
        match event:
            case SpeechStarted() | SpeechHeard():
                listener.hear(event.pcm)
            case SpeechEnded():
                final = await listener.finish()
    await workers.aclose()
    assert final.text == sentence
    assert final.usable
    assert heard[-1].text == sentence


def test_a_directory_without_weights_is_missing(tmp_path: Path) -> None:
    """Nothing is downloaded behind anybody's back."""
    with pytest.raises(SpeechFailed, match="missing"):
        opened(tmp_path)


def test_broken_weights_are_missing(tmp_path: Path) -> None:
    """A file cut short."""
    weights = make_whisper(tmp_path / "cut", says="好的") / "model.bin"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(SpeechFailed, match="missing"):
        opened(weights.parent)


def test_the_device_is_a_gpu_where_there_is_one() -> None:
    """int8 on a CPU, float16 on a GPU, unless the hospital says otherwise."""
    assert device_for("cpu", "") == ("cpu", "int8")
    assert device_for("cuda", "") == ("cuda", "float16")
    assert device_for("cpu", "float32") == ("cpu", "float32")
    assert device_for("auto", "")[0] in {"cpu", "cuda"}


async def test_the_event_loop_goes_on_while_words_are_found(parrot: Whisper) -> None:
    """Two utterances are decoded on two threads; meanwhile the loop turns."""
    workers = Workers(places=2, queue=0)
    audio = samples(bytes(32000))
    work = [
        asyncio.create_task(workers.run(lambda: parrot.decode(audio, frames=FULL_FRAMES, thorough=True)))
        for _ in range(2)
    ]
    turns = 0
    while not all(one.done() for one in work):
        turn = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turn.set_result, None)
        await turn
        turns += 1
    await workers.aclose()
    assert {one.result().text for one in work} == {"我想挂内科的号。"}
    assert turns > 10
