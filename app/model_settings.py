"""Settings of the model; without hosts there is none and everything is answered from knowledge."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode


class ModelSettings(BaseSettings):
    """Which model, where, and how it is asked.

    `ollama_hosts` are the addresses of the Ollama servers, comma-separated; a bare `gpu1` means
    `http://gpu1:11434`. `model` is asked where it works, `light_model` on hosts where it does not;
    `embed_model` makes the vectors of the guide. `model_context_tokens` is Ollama's `num_ctx`, `model_keep_alive`
    how long the weights stay loaded. A host gets `model_places` requests at a time; `model_queue` may wait.
    """

    ollama_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    model: Annotated[str, Field(min_length=1)] = "deepseek-r1:7b"
    light_model: str = "deepseek-r1:1.5b"
    embed_model: Annotated[str, Field(min_length=1)] = "bge-m3"
    model_context_tokens: Annotated[int, Field(ge=1024, le=131_072)] = 8192
    model_keep_alive: Annotated[str, Field(pattern=r"^(-1|\d+[smh]?)$")] = "30m"
    model_temperature: Annotated[float, Field(ge=0, le=2)] = 0.3
    model_seed: int = 42
    model_places: Annotated[int, Field(ge=1)] = 4
    model_queue: Annotated[int, Field(ge=0)] = 16

    @field_validator("ollama_hosts", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(dict.fromkeys(_address(part.strip()) for part in parts if part.strip()))


def _address(text: str) -> str:
    """`text` as a whole address.

    Raises:
        ValueError: it is none, or holds a password.
    """
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("needs addresses like http://gpu1:11434, separated by commas")
    if parts.username or parts.password:
        raise ValueError("takes no user name or password in an address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 11434)
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"
