"""A conversation for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.turn.bedside import Bedside, bedside


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[Bedside]:
    """A patient who has agreed and of whom nothing is known."""
    async with bedside(tmp_path) as one:
        yield one
