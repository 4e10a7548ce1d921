"""Weights come whole, checked, and from where they broke off."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.voice_cli import voice
from domain.errors import SpeechFailed
from tests.voice.hub import Hub, serving
from voice.recognition.download import TRIES, download
from voice.recognition.weights import complete, place

pytestmark = pytest.mark.contract

WEIGHTS = random.Random(7).randbytes(300_000)
FILES = {
    "config.json": b"{}",
    "model.bin": WEIGHTS,
    "tokenizer.json": b'{"model": {}}',
    "vocabulary.txt": "一\n二\n".encode(),
    "README.md": b"not needed",
}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub that behaves, until a test says otherwise."""
    with serving(Hub(FILES)) as one:
        yield one


def fetch(hub: Hub, directory: Path) -> list[tuple[str, int, int]]:
    """Download and return what was told on the way."""
    told: list[tuple[str, int, int]] = []
    download("small", directory, mirror=hub.address, told=lambda *news: told.append(news))
    return told


def test_what_is_needed_is_fetched(hub: Hub, tmp_path: Path) -> None:
    """The weights last, so that half a download never looks whole; the progress ends at the size."""
    told = fetch(hub, tmp_path / "small")
    assert complete(tmp_path / "small")
    assert {path.name: path.read_bytes() for path in (tmp_path / "small").iterdir()} == {
        name: content for name, content in FILES.items() if name != "README.md"
    }
    assert told[-1] == ("model.bin", len(WEIGHTS), len(WEIGHTS))


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    """A second call asks for no file."""
    fetch(hub, tmp_path)
    hub.asked.clear()
    assert fetch(hub, tmp_path)[-1] == ("model.bin", len(WEIGHTS), len(WEIGHTS))
    assert hub.asked == []


def test_a_broken_line_is_taken_up_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    """Within one call."""
    hub.cut_after, hub.breaks = 100_000, 2
    fetch(hub, tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == WEIGHTS
    ranges = [wanted for name, wanted in hub.asked if name == "model.bin"]
    assert ranges == [None, "bytes=100000-", "bytes=200000-"]


def test_a_later_call_goes_on_from_there(hub: Hub, tmp_path: Path) -> None:
    """After the line broke too often."""
    hub.cut_after, hub.breaks = 10_000, TRIES
    with pytest.raises(SpeechFailed) as failure:
        fetch(hub, tmp_path)
    assert failure.value.kind == "cut"
    assert not complete(tmp_path)
    hub.asked.clear()
    fetch(hub, tmp_path)
    assert [wanted for name, wanted in hub.asked if name == "model.bin"] == [f"bytes={TRIES * 10_000}-"]
    assert complete(tmp_path)


def test_a_hub_without_ranges_sends_all_again(hub: Hub, tmp_path: Path) -> None:
    """Nothing is put together wrongly."""
    hub.cut_after, hub.breaks, hub.ignores_ranges = 100_000, 1, True
    fetch(hub, tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == WEIGHTS


def test_other_bytes_than_stated_are_thrown_away(hub: Hub, tmp_path: Path) -> None:
    """Neither the file nor its part stays."""
    hub.swaps = True
    with pytest.raises(SpeechFailed, match="checksum"):
        fetch(hub, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_part_longer_than_the_file_is_begun_anew(hub: Hub, tmp_path: Path) -> None:
    """The hospital may have changed the mirror meanwhile."""
    (tmp_path / "model.bin.part").write_bytes(WEIGHTS + b"more")
    fetch(hub, tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == WEIGHTS


def test_a_hub_that_refuses_or_is_not_there_is_named(hub: Hub, tmp_path: Path) -> None:
    """With its address."""
    hub.status = 403
    with pytest.raises(SpeechFailed) as refused:
        fetch(hub, tmp_path)
    assert (refused.value.dependency, refused.value.kind) == (hub.address, "refused")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        hub.address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(SpeechFailed) as silent:
            fetch(hub, tmp_path)
    assert silent.value.kind == "timeout"


def test_a_name_nobody_knows_is_answered_with_those_that_are(tmp_path: Path) -> None:
    """Before anything is asked of a hub."""
    with pytest.raises(SpeechFailed, match="known: tiny, base, small"):
        download("smal", tmp_path, told=lambda *_: None)


def test_weights_are_found_by_path_or_by_name(tmp_path: Path) -> None:
    """A path stays what it is."""
    assert place("small", tmp_path) == tmp_path / "small"
    assert place("/srv/whisper", tmp_path) == Path("/srv/whisper")


def test_the_program_fetches_and_says_where(hub: Hub, tmp_path: Path) -> None:
    """`banyi voice download small` with the mirror of the settings."""
    settings = {"BANYI_DATA_DIR": str(tmp_path / "var"), "BANYI_VOICE_MIRROR": hub.address}
    result = CliRunner(env=settings).invoke(voice, ["download", "small"])
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "var" / "voice" / "small") in result.output.replace("\n", "")
    assert complete(tmp_path / "var" / "voice" / "small")
    hub.status = 503
    failed = CliRunner(env=settings).invoke(voice, ["download"])
    assert failed.exit_code == 1
    assert "refused" in failed.output


def test_the_program_says_in_one_line_that_the_disk_refuses(hub: Hub, tmp_path: Path) -> None:
    """A file stands where the weights are to go."""
    (tmp_path / "voice").write_text("")
    result = CliRunner(env={"BANYI_DATA_DIR": str(tmp_path)}).invoke(
        voice, ["download", "small", "--mirror", hub.address]
    )
    assert result.exit_code == 1
    assert "banyi: " in result.output
    assert "Traceback" not in result.output
