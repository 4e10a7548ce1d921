"""A station for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.station import Station
from tests.console.station import station as open_station


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """A running service nobody is signed in to."""
    async with open_station(tmp_path) as one:
        yield one
