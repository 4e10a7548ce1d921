"""What the check says about one place of the pack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from domain.errors import KnowledgeError
from knowledge.strict import Mark


class Weight(StrEnum):
    """An error keeps a pack from being put to work; a warning is for the editor to judge."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Remark:
    """One thing to mend or to look at. `kind` is a stable word, `text` is for the editor."""

    weight: Weight
    file: str
    line: int
    kind: str
    text: str

    def within(self, directory: Path) -> Remark:
        """The same, its file named from the pack's directory."""
        path = Path(self.file)
        file = str(path.relative_to(directory)) if path.is_relative_to(directory) else self.file
        return Remark(weight=self.weight, file=file, line=self.line, kind=self.kind, text=self.text)


Remarks: TypeAlias = "Iterator[Remark]"


def error(mark: Mark, kind: str, text: str) -> Remark:
    """What must be mended at `mark`."""
    return Remark(weight=Weight.ERROR, file=mark.file, line=mark.line, kind=kind, text=text)


def warning(mark: Mark, kind: str, text: str) -> Remark:
    """What the editor should look at, at `mark`."""
    return Remark(weight=Weight.WARNING, file=mark.file, line=mark.line, kind=kind, text=text)


def refused(problem: KnowledgeError) -> Remark:
    """What the loader refuses."""
    return Remark(weight=Weight.ERROR, file=problem.file, line=problem.line, kind="load", text=problem.message)
