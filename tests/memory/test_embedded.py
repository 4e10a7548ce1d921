"""The embedded server: its start, its end, and everything that can go wrong between."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from domain.errors import SettingsError, Unavailable
from memory import embedded
from memory.connection import Connection
from memory.embedded import EmbeddedValkey, server_program

pytestmark = pytest.mark.contract

SERVICE = """
import asyncio, sys
from pathlib import Path
from memory.connection import Connection
from memory.embedded import EmbeddedValkey

async def main():
    async with EmbeddedValkey(Path(sys.argv[1])) as server:
        connection = Connection(server.url)
        await connection.call("SET", "said", sys.argv[2], "EX", 600)
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def ask(url: str, *command: str) -> bytes | None:
    """One answer of the server at `url`."""
    connection = Connection(url)
    try:
        answer: bytes | None = await connection.call(*command)
        return answer
    finally:
        await connection.aclose()


async def pid_of(url: str) -> int:
    """The server's process id."""
    info = (await ask(url, "INFO", "server") or b"").decode()
    return int(dict(line.split(":", 1) for line in info.splitlines() if ":" in line)["process_id"])


async def service(directory: Path, said: str) -> asyncio.subprocess.Process:
    """A service in a process of its own that wrote `said`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, str(directory), said, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_it_listens_on_a_private_socket_only(tmp_path: Path) -> None:
    """No TCP port, and files and socket that only their owner can open."""
    directory = tmp_path / "var" / "valkey"
    async with EmbeddedValkey(directory) as server:
        process = psutil.Process(await pid_of(server.url))
        assert process.net_connections(kind="inet") == []
        assert Path(process.exe()) == server_program()
        modes = {path.name: path.stat().st_mode & 0o077 for path in (directory, *directory.rglob("*"))}
    assert set(modes.values()) == {0}
    assert "valkey.sock" in modes


async def test_every_write_is_there_after_an_orderly_stop(tmp_path: Path) -> None:
    """The server's process is gone when `stop` returns, and the data is back at the next start."""
    async with EmbeddedValkey(tmp_path) as server:
        await ask(server.url, "SET", "k", "v", "EX", "600")
        pid = await pid_of(server.url)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    async with EmbeddedValkey(tmp_path) as server:
        assert await ask(server.url, "GET", "k") == b"v"
        assert await pid_of(server.url) != pid


async def test_a_killed_server_comes_back_with_its_data(tmp_path: Path) -> None:
    """A kill -9 leaves a stale socket and a partly written file; `start` gets over both."""
    async with EmbeddedValkey(tmp_path) as server:
        await ask(server.url, "SET", "k", "v", "EX", "600")
        killed = await pid_of(server.url)
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await ask(server.url, "PING")
        await server.start()
        assert await ask(server.url, "GET", "k") == b"v"
        assert await pid_of(server.url) != killed


async def test_the_server_of_a_killed_service_is_adopted_and_stopped(tmp_path: Path) -> None:
    """A kill -9 of the service loses nothing: the next one takes the server over, and ends it."""
    process = await service(tmp_path, "before the crash")
    pid = await pid_of(EmbeddedValkey(tmp_path).url)
    process.kill()
    await process.communicate()
    async with EmbeddedValkey(tmp_path) as server:
        assert await pid_of(server.url) == pid
        assert await ask(server.url, "GET", "said") == b"before the crash"
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def test_a_ctrl_c_meant_for_the_service_spares_the_server(tmp_path: Path) -> None:
    """The server is in a session of its own, so the service can write until its end."""
    async with EmbeddedValkey(tmp_path) as server:
        assert os.getsid(await pid_of(server.url)) != os.getsid(0)


async def test_two_services_share_one_server_until_the_last_leaves(tmp_path: Path) -> None:
    """Starting at once they get one server; whoever leaves first does not take it away."""
    first, second = EmbeddedValkey(tmp_path), EmbeddedValkey(tmp_path)
    await asyncio.gather(first.start(), second.start())
    pid = await pid_of(first.url)
    assert await pid_of(second.url) == pid
    await first.stop()
    await first.stop()
    assert await ask(second.url, "PING") == b"PONG"
    await second.stop()
    with pytest.raises(Unavailable):
        await ask(second.url, "PING")


async def test_a_stale_socket_and_a_foreign_pid_file_do_not_matter(tmp_path: Path) -> None:
    """Only the kernel's lock says whether a server lives."""
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(tmp_path / "valkey.sock"))
    stale.close()
    (tmp_path / "valkey.pid").write_text(str(os.getpid()))
    async with EmbeddedValkey(tmp_path) as server:
        assert await pid_of(server.url) != os.getpid()


async def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    """Data stays where it belongs; another service on it finds the socket, and the last one removes it."""
    directory = tmp_path / ("long" * 30)
    async with EmbeddedValkey(directory) as server, EmbeddedValkey(directory) as other:
        path = Path(server.url.removeprefix("unix://"))
        assert len(str(path)) < 100
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert other.url == server.url
        await ask(server.url, "SET", "k", "v", "EX", "600")
    assert not path.parent.exists()
    async with EmbeddedValkey(directory) as server:
        assert await ask(server.url, "GET", "k") == b"v"


@pytest.mark.parametrize("name", ["数据", "with space", "a?b#c%41", "quo'te\"d"])
async def test_the_directory_may_have_any_name(tmp_path: Path, name: str) -> None:
    """Names are passed on as they are, to the server and in the URL."""
    async with EmbeddedValkey(tmp_path / name) as server:
        await ask(server.url, "SET", "k", "v", "EX", "600")
        assert (tmp_path / name / "valkey.sock").is_socket()
        assert (tmp_path / name / "appendonlydir").is_dir()


async def test_a_directory_that_cannot_be_used_is_a_wrong_setting(tmp_path: Path) -> None:
    """A file in its place is named in the error."""
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="data_dir"):
        await EmbeddedValkey(tmp_path / "file" / "below").start()


async def test_a_program_that_does_not_start_is_a_wrong_setting(tmp_path: Path) -> None:
    """Neither a file that is no program nor a program that fails leaves anybody waiting."""
    broken = tmp_path / "broken"
    broken.write_text("no program")
    broken.chmod(0o700)
    for program in (broken, Path("/bin/false"), tmp_path / "missing"):
        with pytest.raises(SettingsError):
            await EmbeddedValkey(tmp_path / "data", program=program).start()
    async with EmbeddedValkey(tmp_path / "data") as server:
        assert await ask(server.url, "PING") == b"PONG"
    with pytest.raises(Unavailable):
        await ask(server.url, "PING")


def damage(directory: Path) -> None:
    """Put rubbish before the first write."""
    (file,) = directory.glob("appendonlydir/*.incr.aof")
    file.write_bytes(b"*3\r\n$3\r\nBAD" + file.read_bytes())


async def test_a_damaged_data_file_is_a_wrong_setting_that_names_the_log(tmp_path: Path) -> None:
    """The server refuses data it cannot trust, and says where it wrote why."""
    async with EmbeddedValkey(tmp_path) as server:
        await ask(server.url, "SET", "k", "v", "EX", "600")
    damage(tmp_path)
    with pytest.raises(SettingsError, match=r"valkey\.log"):
        await EmbeddedValkey(tmp_path).start()


async def test_a_server_that_hangs_is_not_joined_by_a_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers on one file would spoil it: the start fails instead."""
    monkeypatch.setattr(embedded, "START_SECONDS", 0.3)
    async with EmbeddedValkey(tmp_path) as server:
        pid = await pid_of(server.url)
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unavailable):
                await EmbeddedValkey(tmp_path).start()
        finally:
            os.kill(pid, signal.SIGCONT)
        assert await pid_of(server.url) == pid


def test_a_machine_without_a_server_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No wheel and nothing on the PATH: the setting that helps is named. A server on the PATH is taken."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="redis_url"):
        server_program()
    found = tmp_path / "valkey-server"
    found.touch(mode=0o700)
    assert server_program() == found
