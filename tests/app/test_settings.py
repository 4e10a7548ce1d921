"""Settings are read once, and a wrong one names its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Settings, read_settings
from domain.errors import SettingsError

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the machine is read."""
    monkeypatch.chdir(tmp_path)


def test_without_anything_the_service_is_local_and_embedded() -> None:
    """The defaults need no server and listen on loopback."""
    settings = read_settings()
    assert (settings.url, settings.data_dir) == ("http://127.0.0.1:8000", Path("var"))
    assert settings.redis_url is None
    assert settings.database_url is None


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """`BANYI_` and the field's name; an empty URL is none."""
    for name, value in {
        "HOST": "::1",
        "PORT": "9",
        "ALLOWED_ORIGINS": "https://a.example, https://b.example",
        "REDIS_URL": "",
    }.items():
        monkeypatch.setenv(f"BANYI_{name}", value)
    settings = read_settings()
    assert settings.url == "http://[::1]:9"
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.redis_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PORT", "70000"), ("LOG_LEVEL", "loud"), ("IDLE_SECONDS", "0")],
)
def test_a_wrong_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The error says which one, without a traceback of pydantic's."""
    monkeypatch.setenv(f"BANYI_{name}", value)
    with pytest.raises(SettingsError, match=f"BANYI_{name}") as caught:
        read_settings()
    assert value not in str(caught.value)


def test_secrets_do_not_show() -> None:
    """A URL may hold a password."""
    settings = Settings(redis_url="redis://:secret@host/0", database_url="postgresql+asyncpg://u:secret@host/db")  # type: ignore[arg-type]  # as the environment gives it
    assert "secret" not in repr(settings)
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "redis://:secret@host/0"
