"""The model's settings, its metrics, its place in the service, and `banyi model`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.bootstrap import open_service
from app.metrics import Metrics
from app.model import LADDERS
from app.settings import read_settings
from app.upkeep import look_after_model, upkeep
from domain.errors import SettingsError
from domain.model import ModelDigest, ModelUsage
from domain.model_call import ModelPurpose
from tests.fakes.ollama_server import Model, serving

pytestmark = pytest.mark.contract


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the machine is read."""
    monkeypatch.chdir(tmp_path)


def test_without_hosts_there_is_no_model() -> None:
    """The defaults name models, but nobody to ask."""
    settings = read_settings()
    assert settings.ollama_hosts == ()
    assert (settings.model, settings.light_model, settings.embed_model) == (
        "deepseek-r1:7b",
        "deepseek-r1:1.5b",
        "bge-m3",
    )


def test_addresses_are_completed_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name is Ollama's port over HTTP; IPv6 and paths are kept."""
    monkeypatch.setenv("BANYI_OLLAMA_HOSTS", "gpu1, http://gpu1:11434, https://models.example/ollama/, http://[::1]:9")
    assert read_settings().ollama_hosts == (
        "http://gpu1:11434",
        "https://models.example:443/ollama",
        "http://[::1]:9",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OLLAMA_HOSTS", "ftp://gpu1"),
        ("OLLAMA_HOSTS", "http://user:secret@gpu1"),
        ("OLLAMA_HOSTS", "http://gpu1:notaport"),
        ("MODEL", ""),
        ("MODEL_PLACES", "0"),
        ("MODEL_KEEP_ALIVE", "soon"),
    ],
)
def test_a_wrong_model_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """In one line, and a password is not repeated."""
    monkeypatch.setenv(f"BANYI_{name}", value)
    with pytest.raises(SettingsError, match=f"BANYI_{name}") as caught:
        read_settings()
    assert "secret" not in str(caught.value)


def test_what_the_hosts_do_shows_in_the_metrics() -> None:
    """Load, queue, breaker, latency, outcomes, tokens."""
    metrics = Metrics()
    metrics.model.in_flight("h", 2)
    metrics.model.waiting(3)
    metrics.model.breaker("h", "open")
    metrics.model.first_piece("h", 0.3)
    metrics.model.ended("h", "done", 2.0)
    metrics.model.used(
        ModelUsage(
            model=ModelDigest(name="r1"),
            host="h",
            ended="stop",
            prompt_tokens=50,
            output_tokens=9,
            load_seconds=0,
            prompt_seconds=0.1,
            output_seconds=1,
        )
    )
    values = _values(metrics.exposition()[0])
    expected = {
        "banyi_model_in_flight|h": 2,
        "banyi_model_waiting": 3,
        "banyi_model_breaker|h": 2,
        "banyi_model_first_seconds_sum|h": 0.3,
        "banyi_model_requests_total|h|done": 1,
        "banyi_model_seconds_sum|h": 2.0,
        "banyi_model_tokens_total|output|r1": 9,
        "banyi_model_tokens_total|prompt|r1": 50,
    }
    assert {name: values[name] for name in expected} == expected


def test_what_is_asked_of_a_model_shows_in_the_metrics() -> None:
    """By purpose and end; what was not used; who read a message."""
    metrics = Metrics()
    metrics.counsel.asked(ModelPurpose.UNDERSTAND, "late.understanding", 2.5)
    metrics.counsel.blocked(ModelPurpose.WORD, "N1")
    metrics.counsel.read("lexicon")
    values = _values(metrics.exposition()[0])
    expected = {
        "banyi_model_asked_total|late.understanding|understand": 1,
        "banyi_model_asked_seconds_sum|understand": 2.5,
        "banyi_model_blocked_total|word|N1": 1,
        "banyi_readings_total|lexicon": 1,
    }
    assert {name: values.get(name) for name in expected} == expected


async def test_without_hosts_the_service_holds_no_model(tmp_path: Path) -> None:
    """Everything stays as it is."""
    async with open_service(read_settings(data_dir=tmp_path / "var")) as service:
        assert service.model is None
        assert service.services.mode() == "knowledge"


async def test_the_service_watches_its_hosts_without_waiting_for_them(tmp_path: Path) -> None:
    """One host is silent, the other is put to its ladder and makes the guide's vectors; what was found is kept."""
    good = Model(thinks=True)
    served = {"deepseek-r1:7b": good, "bge-m3:latest": Model()}
    async with serving({"deepseek-r1:7b": Model(hold=0)}) as silent, serving(served) as server:
        settings = read_settings(data_dir=tmp_path / "var", ollama_hosts=(silent.url, server.url))
        async with open_service(settings) as service, upkeep(service):
            assert service.model is not None
            assert not service.model.pool.answers()
            assert service.services.mode() == "knowledge"
            await (await silent.chat()).held.wait()
            await server.chat()
            watch, answering = service.model.watch, service.model.pool.members[1]
            if answering in watch._climbing:
                await watch._climbing[answering]
            assert service.model.pool.answers()
            assert service.services.mode() == "model"
            await look_after_model(service)
            assert service.indexing is not None
            await service.indexing.settled()
            assert service.library.newest.guide.by_meaning
        assert json.loads((tmp_path / "var" / LADDERS).read_bytes())[0]["host"] == server.url


def _values(content: bytes) -> dict[str, float]:
    return {
        sample.name + "".join(f"|{sample.labels[key]}" for key in sorted(sample.labels)): sample.value
        for family in text_string_to_metric_families(content.decode())
        for sample in family.samples
    }
