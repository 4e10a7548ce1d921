"""A PostgreSQL server of the tests' own: Debian's programs, a private folder, a unix socket, no network."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

_OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c max_connections=60 -k"


def programs() -> Path:
    """Where `initdb` and `pg_ctl` are.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        raise FileNotFoundError("PostgreSQL is missing: install the package postgresql")
    return installed[-1].parent


def new_database(folder: str, *, like: str = "") -> str:
    """A fresh database on the running server, empty or `like` another nobody uses now; its SQLAlchemy address."""
    name = f"test_{secrets.token_hex(6)}"
    template = ["-T", make_url(like).database or ""] if like else []
    subprocess.run([programs() / "createdb", "-h", folder, "-U", "postgres", *template, name], check=True)
    return f"postgresql+asyncpg://postgres@/{name}?host={folder}"


@contextmanager
def running_postgres() -> Iterator[str]:
    """A running server; yields the folder of its socket. PostgreSQL refuses root, so root lends it `postgres`."""
    owner = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="banyi-pg-", dir="/tmp"))
    if owner:
        shutil.chown(folder, owner)
    found, cluster = programs(), str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        run(str(found / "initdb"), "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(str(found / "pg_ctl"), "-D", cluster, "-o", f"{_OPTIONS} {folder}", "-l", f"{folder}/log", "-w", "start")
        try:
            yield str(folder)
        finally:
            run(str(found / "pg_ctl"), "-D", cluster, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)
