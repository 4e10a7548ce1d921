"""Settings: one frozen object, read once from the environment (`BANYI_…`) and an optional `.env` file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.hospital_settings import HospitalSettings
from app.model_settings import ModelSettings
from app.voice_settings import VoiceSettings
from channels.ports import Rules
from domain.errors import SettingsError
from knowledge.loader import DIRECTORY


class Settings(ModelSettings, HospitalSettings, VoiceSettings):
    """How this service runs. Every field, inherited ones too, is the environment variable `BANYI_<FIELD>`.

    `knowledge_dir` holds the pack; the one that comes with the service stands where none is named.
    Without `redis_url` a private Valkey runs under `data_dir`; without `database_url` SQLite files stand
    there. `allowed_origins` are the web origins, besides the service's own, whose pages may embed the widget
    (comma-separated, `*` for any). `metrics_token` opens `/metrics` to other machines,
    `hospital_token` opens `POST /v1/discharges` to the hospital. `log_format` `auto` is
    console on a terminal and JSON otherwise. `booking_code` asks for a one-time code by text before a booking.
    Texts go to `sms_url`, the hospital's gateway, with `sms_token`, or without one into a file under `data_dir`.
    """

    model_config = SettingsConfigDict(env_prefix="BANYI_", env_file=".env", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    data_dir: Path = Path("var")
    knowledge_dir: Path = DIRECTORY
    redis_url: SecretStr | None = None
    database_url: SecretStr | None = None
    zone: str = "Asia/Shanghai"
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    session_hours: Annotated[float, Field(gt=0, le=24 * 7)] = 24.0
    idle_seconds: Annotated[float, Field(ge=1)] = 1800.0
    drain_seconds: Annotated[float, Field(ge=0)] = 20.0
    metrics_token: SecretStr | None = None
    hospital_token: SecretStr | None = None
    sessions_per_minute: Annotated[int, Field(ge=1)] = 3000
    booking_code: bool = True
    sms_url: str | None = None
    sms_token: SecretStr | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone") from error
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator(
        "redis_url", "database_url", "metrics_token", "hospital_token", "sms_url", "sms_token", mode="before"
    )
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the service."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"

    @property
    def rules(self) -> Rules:
        """The settings the channels keep to."""
        return Rules(
            idle_seconds=self.idle_seconds,
            drain_seconds=self.drain_seconds,
            session_hours=self.session_hours,
            sessions_per_minute=self.sessions_per_minute,
        )


def read_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` come first.

    Raises:
        SettingsError: a setting is wrong; names its environment variable.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = "BANYI_" + str(first["loc"][0] if first["loc"] else "").upper()
        raise SettingsError(key, first["msg"]) from None
