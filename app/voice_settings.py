"""Settings of voice. Without weights, or switched off, there is text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from domain.voice import TurnTaking


class VoiceSettings(BaseSettings):
    """How speech is recognised and when an utterance ends.

    `voice` switches all of it. `voice_model` makes the finals and `voice_partial_model` (empty for none) what is shown
    while somebody speaks: directories, or names looked for under `voice_dir` (`voice` in the data directory where none
    is set). `voice_mirror` is where `banyi voice download` fetches them instead of the model hub. `voice_device`
    `auto` is a GPU where there is one; `voice_compute` is CTranslate2's type, int8 on a CPU and float16 on a GPU when
    empty. `voice_workers` utterances are recognised at once with `voice_threads` threads each (0: all cores shared),
    `voice_queue` may wait. `voice_short_input` recognises short utterances at half length first.

    The voice is espeak-ng (`voice_program`, `voice_words_a_minute`), offline. `voice_cloud` adds edge-tts with
    `voice_cloud_name` for what is not private: texts then leave the house. `voice_cloud_relay` is a relay of the
    hospital's own to use instead of the service's address.
    """

    voice: bool = True
    voice_model: Annotated[str, Field(min_length=1)] = "small"
    voice_partial_model: str = "base"
    voice_dir: Path | None = None
    voice_mirror: str = ""
    voice_device: Literal["auto", "cpu", "cuda"] = "auto"
    voice_compute: str = ""
    voice_workers: Annotated[int, Field(ge=1, le=64)] = 1
    voice_threads: Annotated[int, Field(ge=0, le=256)] = 0
    voice_queue: Annotated[int, Field(ge=0)] = 8
    voice_short_input: bool = True
    voice_end_seconds: Annotated[float, Field(ge=0.2, le=3)] = 0.6
    voice_open_end_seconds: Annotated[float, Field(ge=0.2, le=5)] = 1.2
    voice_program: Annotated[str, Field(min_length=1)] = "espeak-ng"
    voice_words_a_minute: Annotated[int, Field(ge=80, le=400)] = 165
    voice_cloud: bool = False
    voice_cloud_name: Annotated[str, Field(pattern=r"^[a-z]{2,3}-[\w-]+Neural$")] = "zh-CN-XiaoxiaoNeural"
    voice_cloud_relay: Annotated[str, Field(pattern=r"^(wss?://\S+)?$")] = ""

    @field_validator("voice_mirror")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("needs an address with http:// or https://")
        return value

    @property
    def taking(self) -> TurnTaking:
        """When an utterance ends."""
        return TurnTaking(end=self.voice_end_seconds, open_end=self.voice_open_end_seconds)
