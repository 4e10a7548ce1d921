"""What the service does for itself while it runs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.settings import read_settings
from app.stores import open_stores
from app.upkeep import keep_memory
from tests.stores import SHANGHAI, booking_rules, demo_hospital

pytestmark = pytest.mark.e2e


async def test_a_private_server_that_died_is_started_again(tmp_path: Path) -> None:
    """What it had stored is still there."""
    settings = read_settings(data_dir=tmp_path, _env_file=None)
    async with open_stores(
        settings, demo=demo_hospital(), rules=booking_rules(), clock=SystemClock(SHANGHAI)
    ) as stores:
        await stores.limits.hit("probe", limit=1, per_seconds=60)
        assert stores.valkey is not None
        await stores.valkey.stop()
        await keep_memory(stores)
        await stores.memory.ping()
        await keep_memory(stores)
        await stores.memory.ping()


async def test_a_private_server_that_was_killed_is_started_again(tmp_path: Path) -> None:
    """Not stopped in order but killed: nobody cleaned up after it."""
    settings = read_settings(data_dir=tmp_path, _env_file=None)
    async with open_stores(
        settings, demo=demo_hospital(), rules=booking_rules(), clock=SystemClock(SHANGHAI)
    ) as stores:
        await stores.memory.ping()
        os.kill(int((tmp_path / "valkey" / "valkey.pid").read_text()), signal.SIGKILL)
        await keep_memory(stores)
        await stores.memory.ping()


async def test_the_master_key_and_the_directory_are_the_owners_alone(tmp_path: Path) -> None:
    """0700 and 0600, and the key stays the same."""
    settings = read_settings(data_dir=tmp_path / "var", _env_file=None)
    keys = []
    for _ in range(2):
        async with open_stores(settings, demo=demo_hospital(), rules=booking_rules(), clock=SystemClock(SHANGHAI)):
            keys.append((tmp_path / "var" / "master.key").read_bytes())
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var" / "master.key").stat().st_mode & 0o777 == 0o600
    assert keys[0] == keys[1]
