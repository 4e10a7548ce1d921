"""The network of voice activity, loaded once."""

from __future__ import annotations

import pytest

from voice.vad import SileroActivity


@pytest.fixture(scope="session")
def activity() -> SileroActivity:
    """One network for all tests; every stream has its own state."""
    return SileroActivity()
