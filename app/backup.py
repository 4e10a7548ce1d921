"""Backup and restore of the embedded databases: data and keys apart, and nothing erased comes back.

A backup of the data holds no key and can be kept for long. The keys of sessions and patients go to a directory
of their own, with the erasure log; only their newest backup should be kept. With PostgreSQL its own tools do this.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from app.clock import SystemClock
from app.settings import Settings
from app.stores import make_directory
from archive.database import EmbeddedDatabase
from archive.opening import open_archive
from domain.errors import SettingsError
from domain.session import SessionId
from memory import crypto

ARCHIVE: Final = "archive.db"
KEYS: Final = "keys.db"
ERASURES: Final = "erasures.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyColumn:
    """Where a database keeps its wrapped keys."""

    file: str
    table: str
    owner: str
    column: str


KEY_COLUMNS: Final = (
    KeyColumn(file=ARCHIVE, table="session_keys", owner="session_id", column="wrapped"),
    KeyColumn(file="hospital.db", table="patients", owner="id", column="wrapped_key"),
)


def backup(settings: Settings, directory: Path, keys: Path) -> None:
    """Copy the databases, also of a running service, into `directory`, and their keys into `keys`.

    Raises:
        SettingsError: the data is in PostgreSQL, there is none, or a directory cannot be used.
    """
    _embedded_only(settings)
    for place in (directory, keys):
        make_directory(place)
    with _opened(_fresh(keys / KEYS)) as kept:
        kept.execute("CREATE TABLE keys (file TEXT, owner TEXT, wrapped BLOB, PRIMARY KEY (file, owner))")
        for column in KEY_COLUMNS:
            _copy(_existing(settings.data_dir / column.file), _fresh(directory / column.file), column, kept)
    (keys / ERASURES).write_text("".join(f"{one}\n" for one in _erased(settings.data_dir / ARCHIVE)), encoding="ascii")


async def restore(settings: Settings, directory: Path, keys: Path, *, replace: bool = False) -> int:
    """Put a backup with its keys in place, then erase again what was erased since; how many sessions that were.

    The erasure logs beside the keys and of the database that is replaced both count.

    Raises:
        SettingsError: the data is in PostgreSQL, a file is missing, there is data already and `replace` is not
            given, or a service uses it.
    """
    _embedded_only(settings)
    make_directory(settings.data_dir)
    erased = dict.fromkeys((keys / ERASURES).read_text(encoding="ascii").split() if (keys / ERASURES).exists() else ())
    current = [path for column in KEY_COLUMNS if (path := settings.data_dir / column.file).exists()]
    if current and not replace:
        raise SettingsError("data_dir", f"{settings.data_dir} holds data; --replace gives it up")
    for path in current:
        _unused(path)
    if (settings.data_dir / ARCHIVE).exists():
        erased |= dict.fromkeys(_erased(settings.data_dir / ARCHIVE))
    with _opened(_existing(keys / KEYS)) as kept:
        for column in KEY_COLUMNS:
            _put_back(_existing(directory / column.file), settings.data_dir / column.file, column, kept)
    await _erase_again(settings, (SessionId(one) for one in erased))
    return len(erased)


def _embedded_only(settings: Settings) -> None:
    if settings.database_url is not None:
        raise SettingsError("database_url", "a PostgreSQL database is backed up with pg_dump")


def _copy(source: Path, target: Path, column: KeyColumn, kept: sqlite3.Connection) -> None:
    """SQLite's own online backup; the keys are taken out of the copy and leave no trace in it."""
    with _opened(source) as original, _opened(target) as copy:
        original.backup(copy)
        rows = copy.execute(f"SELECT {column.owner}, {column.column} FROM {column.table}").fetchall()  # noqa: S608 - names of our own
        kept.executemany("INSERT INTO keys VALUES (?, ?, ?)", ((column.file, owner, key) for owner, key in rows))
        kept.commit()
        copy.execute(f"UPDATE {column.table} SET {column.column} = x''")  # noqa: S608 - names of our own
        if column.file == ARCHIVE:
            copy.execute("DELETE FROM search_terms")
        copy.commit()
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("VACUUM")


def _put_back(source: Path, target: Path, column: KeyColumn, kept: sqlite3.Connection) -> None:
    """The copy with its keys in place of `target`; sessions without a key were erased and go."""
    draft = _fresh(target.with_name(f".{target.name}.restoring"))
    with _opened(source) as original, _opened(draft) as copy:
        original.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
        copy.executemany(
            f"UPDATE {column.table} SET {column.column} = ? WHERE {column.owner} = ?",  # noqa: S608 - names of our own
            kept.execute("SELECT wrapped, owner FROM keys WHERE file = ?", (column.file,)).fetchall(),
        )
        if column.file == ARCHIVE:
            copy.execute(
                "DELETE FROM sessions WHERE id NOT IN (SELECT session_id FROM session_keys WHERE wrapped <> x'')"
            )
        copy.commit()
        copy.execute("VACUUM")
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    draft.replace(target)


async def _erase_again(settings: Settings, erased: Iterable[SessionId]) -> None:
    """Replay the erasure log, then index what is left: the index is in no backup."""
    master = crypto.MasterKey.load(settings.data_dir / "master.key")
    database = EmbeddedDatabase(settings.data_dir / ARCHIVE)
    try:
        opened = await open_archive(database, cipher=crypto, master=master, clock=SystemClock(ZoneInfo(settings.zone)))
        for session_id in erased:
            await opened.archive.erase(session_id)
        await opened.rebuilding.rebuild()
    finally:
        await database.close()


def _erased(path: Path) -> tuple[str, ...]:
    with _opened(path) as connection:
        return tuple(one for (one,) in connection.execute("SELECT session_id FROM erasures ORDER BY at"))


def _unused(path: Path) -> None:
    """Raise `SettingsError` when another process has the database open."""
    with _opened(path) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise SettingsError("data_dir", f"{path} is in use: stop the service first") from error
        connection.execute("ROLLBACK")


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise SettingsError("data_dir", f"{path} is not there")
    return path


def _fresh(path: Path) -> Path:
    """An empty file, readable for its owner only."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=1.0)) as connection:
        yield connection
