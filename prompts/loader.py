"""Reads the prompts: one Markdown file each, checked when the service starts.

A prompt is the model's instructions and nothing else; what patients and the hospital wrote is handed over beside
it, as data. A place to fill is written `{{name}}`, and which ones a prompt has stands in `PLACES`, so that a file
and the code that fills it cannot drift apart. Its hash goes into the record of every answer it had a part in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from domain.errors import KnowledgeError

DIRECTORY: Final = Path(__file__).parent
PLACES: Final[Mapping[str, frozenset[str]]] = {
    "answer": frozenset(),
    "understand": frozenset(),
    "word": frozenset(),
    "summarise": frozenset({"sections"}),
    "condense": frozenset(),
}
"""Every prompt and the places it leaves to be filled."""
_PLACE: Final = re.compile(r"\{\{([a-z_]+)\}\}")
_LEFT_OVER: Final = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Instructions ready to be sent; `sha256` (hex) is that of the prompt as it stands in its file."""

    text: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt file."""

    name: str
    text: str
    places: frozenset[str]
    sha256: str

    def fill(self, **values: str) -> Filled:
        """The prompt with every place filled; no value of a patient's belongs here.

        Raises:
            ValueError: a place is missing, or there is no such place.
        """
        if values.keys() != self.places:
            raise ValueError(f"prompt {self.name} takes {sorted(self.places)}, not {sorted(values)}")
        return Filled(text=_PLACE.sub(lambda place: values[place[1]], self.text), sha256=self.sha256)


def load(directory: Path = DIRECTORY, places: Mapping[str, frozenset[str]] = PLACES) -> dict[str, Prompt]:
    """Every prompt by its name.

    Raises:
        KnowledgeError: a file is missing, empty, not known, or leaves other places than it should.
    """
    unknown = sorted(path.name for path in directory.glob("*.md") if path.stem not in places)
    if unknown:
        raise KnowledgeError(str(directory / unknown[0]), 1, "no part of the service asks with this prompt")
    return {name: _load(directory / f"{name}.md", places[name]) for name in places}


@cache
def prompt(name: str) -> Prompt:
    """One of the service's own prompts.

    Raises:
        KeyError: there is none of this name.
    """
    return load()[name]


def _load(path: Path, places: frozenset[str]) -> Prompt:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(str(path), 1, "cannot be read") from error
    if not text:
        raise KnowledgeError(str(path), 1, "is empty")
    for number, line in enumerate(text.splitlines(), start=1):
        for name in _PLACE.findall(line):
            if name not in places:
                raise KnowledgeError(str(path), number, f"{{{{{name}}}}} is filled by nobody")
        if _LEFT_OVER.search(_PLACE.sub("", line)):
            raise KnowledgeError(str(path), number, "a brace stands alone")
    if missing := sorted(places - set(_PLACE.findall(text))):
        raise KnowledgeError(str(path), 1, f"{{{{{missing[0]}}}}} is missing")
    return Prompt(name=path.stem, text=text, places=places, sha256=hashlib.sha256(text.encode()).hexdigest())
