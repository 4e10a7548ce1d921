"""Fixtures any test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import running_postgres
from tests.stores import SetClock


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server for the whole run; the folder of its socket."""
    with running_postgres() as folder:
        yield folder


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still."""
    return SetClock()
