"""JSON lines as checked values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import InvalidFields

Row = TypeVar("Row", bound=BaseModel)


def read_rows(path: Path, row: type[Row]) -> Iterator[Row]:
    """The rows of a JSON-lines file; empty lines are passed over.

    Raises:
        InvalidFields: a line is not such a row; names the line.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield row.model_validate_json(line)
            except ValidationError as error:
                raise InvalidFields({f"{path.name}:{number}": str(error.errors()[0]["msg"])}) from error
