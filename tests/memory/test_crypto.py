"""Sealing and the master key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import CodecError, SettingsError
from memory.crypto import MasterKey, seal, unseal

pytestmark = pytest.mark.unit

KEY = bytes(range(32))


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=50))
def test_a_sealed_value_opens_with_its_key_and_context_only(plain: bytes, context: bytes) -> None:
    """Another key, another context or one changed bit, and it does not open."""
    sealed = seal(KEY, plain, context)
    assert unseal(KEY, sealed, context) == plain
    for key, stored, bound in (
        (bytes(32), sealed, context),
        (KEY, sealed, context + b"x"),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), context),
        (KEY, b"\x02" + sealed[1:], context),
        (KEY, sealed[:12], context),
        (KEY, b"", context),
    ):
        with pytest.raises(CodecError):
            unseal(key, stored, bound)


def test_the_same_value_never_looks_the_same_twice() -> None:
    """Each seal has a nonce of its own."""
    assert len({seal(KEY, b"same", b"") for _ in range(100)}) == 100


def test_the_first_start_makes_a_key_only_its_owner_can_read(tmp_path: Path) -> None:
    """The next start finds the same key."""
    path = tmp_path / "keys" / "master.key"
    wrapped = MasterKey.load(path).wrap(KEY, b"s1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert MasterKey.load(path).unwrap(wrapped, b"s1") == KEY
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_two_services_starting_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Whoever comes second takes the first one's key."""
    path = tmp_path / "master.key"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: MasterKey.load(path).derive("test"), range(16)))
    assert len(set(made)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o700 | 0o010])
def test_a_key_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The service does not start on a key that may be known already."""
    path = tmp_path / "master.key"
    MasterKey.load(path)
    path.chmod(mode)
    with pytest.raises(SettingsError, match="0600"):
        MasterKey.load(path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    """A truncated key, or a directory in its place."""
    path = tmp_path / "master.key"
    path.touch(mode=0o600)
    with pytest.raises(SettingsError, match="32 bytes"):
        MasterKey.load(path)
    (tmp_path / "dir").mkdir(mode=0o700)
    with pytest.raises(SettingsError, match="master_key"):
        MasterKey.load(tmp_path / "dir")


def test_a_wrapped_key_is_bound_to_its_owner_and_master() -> None:
    """It opens for no other session and under no other master key."""
    master = MasterKey(KEY)
    wrapped = master.wrap(bytes(32), b"s1")
    with pytest.raises(CodecError):
        master.unwrap(wrapped, b"s2")
    with pytest.raises(CodecError):
        MasterKey(bytes(32)).unwrap(wrapped, b"s1")


def test_derived_keys_differ_by_purpose_and_stay_the_same() -> None:
    """A purpose's key is known by its purpose and says nothing of another's."""
    master = MasterKey(KEY)
    assert master.derive("index") == MasterKey(KEY).derive("index")
    assert len({master.derive("index"), master.derive("audit"), KEY}) == 3
