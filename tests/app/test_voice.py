"""Voice is opened as far as it is there, and what is missing is said with the way to get it."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from app.settings import read_settings
from app.voice import missing_weights, open_voice
from app.voice_cli import voice
from domain.errors import SettingsError
from domain.voice import Hypothesis
from tests.voice.made_whisper import make_whisper
from tests.voice.speech import between, spoken

pytestmark = pytest.mark.contract

SAYS = "我想挂心内科的号"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made weights that always say one sentence."""
    return make_whisper(tmp_path_factory.mktemp("voice") / "made", says=SAYS)


async def test_without_weights_there_is_text_and_a_line_that_says_why(tmp_path: Path) -> None:
    """Both networks are named with their commands."""
    settings = read_settings(data_dir=tmp_path)
    async with open_voice(settings) as opened:
        assert opened.recogniser is None
        assert opened.missing == missing_weights(settings)
    speech, captions = missing_weights(settings)
    assert speech.endswith("banyi voice download small")
    assert captions.endswith("banyi voice download base")


async def test_switched_off_nothing_is_looked_for(tmp_path: Path) -> None:
    """`BANYI_VOICE=false`."""
    async with open_voice(read_settings(data_dir=tmp_path, voice=False)) as opened:
        assert opened.recogniser is None
        assert opened.missing == ("voice is switched off: BANYI_VOICE",)


async def test_with_weights_voice_hears(tmp_path: Path, weights: Path) -> None:
    """Warm, with the names of the hospital, and without captions when there are no weights for them."""
    settings = read_settings(data_dir=tmp_path, voice_model=str(weights))
    heard: list[Hypothesis] = []
    async with open_voice(settings, expected=["心内科"]) as opened:
        assert opened.recogniser is not None
        assert opened.activity is not None
        assert 0 <= opened.activity.stream().probability(bytes(1024)) < 0.5
        listener = opened.recogniser.listen(heard.append)
        listener.hear(bytes(64000))
        final = await listener.finish()
    assert final.text == SAYS
    assert len(opened.missing) == 1


@pytest.fixture
def broken(tmp_path: Path, weights: Path) -> Path:
    """Weights that were cut."""
    directory = tmp_path / "broken"
    directory.mkdir()
    for file in weights.iterdir():
        (directory / file.name).write_bytes(file.read_bytes()[:100])
    return directory


async def test_broken_weights_leave_text_as_it_is(tmp_path: Path, broken: Path) -> None:
    """They are named, and the service starts."""
    settings = read_settings(data_dir=tmp_path, voice_model=str(broken), voice_partial_model="")
    async with open_voice(settings) as opened:
        assert opened.recogniser is None
    assert opened.missing == ("speech recognition (broken): missing",)


def test_elders_and_hospitals_may_take_more_time() -> None:
    """The settings are the pace of turns."""
    taking = read_settings(voice_end_seconds=0.9).taking
    assert taking.end == 0.9
    assert taking.for_elders().end == pytest.approx(1.35)


@pytest.mark.parametrize(
    ("key", "value"), [("voice_mirror", "mirror.example"), ("voice_workers", 0), ("voice_device", "tpu")]
)
def test_a_wrong_setting_is_named(key: str, value: object) -> None:
    """With its environment variable."""
    with pytest.raises(SettingsError, match=f"BANYI_{key.upper()}"):
        read_settings(**{key: value})


def test_trying_a_recording_shows_words_and_times(tmp_path: Path, weights: Path) -> None:
    """Partials, the final, and a line for every stage; without asking the agent."""
    recording = tmp_path / "said.wav"
    with wave.open(str(recording), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(between(spoken(SAYS), before=0.5, after=0.1).tobytes())
    settings = {"BANYI_VOICE_MODEL": str(weights), "BANYI_VOICE_PARTIAL_MODEL": str(weights), "COLUMNS": "120"}
    result = CliRunner(env=settings).invoke(voice, ["try", str(recording), "--quick", "--no-answer"])
    assert result.exit_code == 0, result.output
    assert SAYS in result.output
    assert "end of speech → final words" in result.output


def test_trying_the_microphone_hears_one_utterance_and_speaks_the_answer(tmp_path: Path, weights: Path) -> None:
    """Programs that record and play stand in for a sound card; the agent is started for it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "said.pcm").write_bytes(np.tile(between(spoken(SAYS), before=0.5), 3).tobytes())
    program(programs / "arecord", f"exec cat {tmp_path / 'said.pcm'}")
    program(programs / "aplay", f"exec cat > {tmp_path / 'played.pcm'}")
    settings = {
        "BANYI_DATA_DIR": str(tmp_path / "var"),
        "BANYI_PORT": "0",
        "BANYI_VOICE_MODEL": str(weights),
        "BANYI_VOICE_PARTIAL_MODEL": "",
        "PATH": f"{programs}:{os.environ['PATH']}",
        "COLUMNS": "120",
    }
    result = CliRunner(env=settings).invoke(voice, ["try"])
    assert result.exit_code == 0, result.output
    assert result.output.count(SAYS) == 1
    assert "first sentence → first audio" in result.output
    assert (tmp_path / "played.pcm").stat().st_size > 24000


def program(path: Path, line: str) -> None:
    """A shell script of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def test_trying_what_cannot_be_heard_is_one_line(tmp_path: Path, weights: Path) -> None:
    """No weights, and no recording."""
    wanting = CliRunner(env={"BANYI_DATA_DIR": str(tmp_path)}).invoke(voice, ["try", "said.wav"])
    assert wanting.exit_code == 1
    assert "banyi voice download small" in wanting.output
    (tmp_path / "noise.wav").write_bytes(b"RIFF of nothing")
    settings = {"BANYI_VOICE_MODEL": str(weights), "BANYI_VOICE_PARTIAL_MODEL": ""}
    unread = CliRunner(env=settings).invoke(voice, ["try", str(tmp_path / "noise.wav")])
    assert unread.exit_code == 1
    assert "noise.wav" in unread.output
