"""Where the weights of a recogniser stand: a directory the hospital names, or a known model's under one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

KNOWN: Final[Mapping[str, str]] = {
    **{name: f"Systran/faster-whisper-{name}" for name in ("tiny", "base", "small", "medium", "large-v3")},
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""Names and the repositories their CTranslate2 weights are published in."""

NEEDED: Final = ("config.json", "model.bin", "tokenizer.json")
VOCABULARIES: Final = ("vocabulary.json", "vocabulary.txt")
"""The files a recogniser reads; any of the vocabularies will do."""

WELCOME: Final = ("preprocessor_config.json",)


def place(model: str, directory: Path) -> Path:
    """Where the weights of `model` are looked for: itself when it is a path, else by its name under `directory`."""
    return Path(model) if "/" in model or Path(model).is_dir() else directory / model


def complete(directory: Path) -> bool:
    """Whether every file a recogniser reads is there."""
    return all((directory / name).is_file() for name in NEEDED) and any(
        (directory / name).is_file() for name in VOCABULARIES
    )
