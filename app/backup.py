"""Backup and restore of the embedded databases: data and keys apart, and nothing erased comes back.

A backup of the data holds no key and can be kept for long. The keys of sessions and patients go to a directory
of their own, with the erasure log; only their newest backup should be kept. With PostgreSQL its own tools do this.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from app.clock import SystemClock
from app.settings import Settings
from app.stores import make_directory
from archive.database import EmbeddedDatabase
from archive.follow_up.store import ERASED_EVENT
from archive.opening import open_archive
from domain.errors import SettingsError
from domain.session import SessionId
from memory import crypto

ARCHIVE: Final = "archive.db"
HOSPITAL: Final = "hospital.db"
KEYS: Final = "keys.db"
_KEY_TABLE: Final = "CREATE TABLE keys (place TEXT, owner TEXT, wrapped BLOB, PRIMARY KEY (place, owner))"
ERASURES: Final = "erasures.txt"
_KEY: Final = "key:"
"""Before the digest of a destroyed key in the erasure log; the other lines are sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyColumn:
    """Where a table keeps its wrapped keys."""

    table: str
    owner: str
    column: str


KEY_COLUMNS: Final[Mapping[str, tuple[KeyColumn, ...]]] = {
    ARCHIVE: (
        KeyColumn(table="session_keys", owner="session_id", column="wrapped"),
        KeyColumn(table="follow_up_patients", owner="patient_id", column="wrapped_key"),
    ),
    HOSPITAL: (
        KeyColumn(table="patients", owner="id", column="wrapped_key"),
        KeyColumn(table="identity_codes", owner="id", column="wrapped_key"),
    ),
}
"""Every key a file holds, by the file's name."""
_KEYLESS: Final = (
    "DELETE FROM sessions WHERE id NOT IN (SELECT session_id FROM session_keys WHERE wrapped <> x'')",
    "DELETE FROM follow_up_patients WHERE wrapped_key = x''",
)
"""What of the archive nobody can read any more: it was erased before its keys were copied."""


def backup(settings: Settings, directory: Path, keys: Path) -> None:
    """Copy the databases, also of a running service, into `directory`, and their keys into `keys`.

    Raises:
        SettingsError: the data is in PostgreSQL, there is none, or a directory cannot be used.
    """
    _embedded_only(settings)
    for place in (directory, keys):
        make_directory(place)
    with _opened(_fresh(keys / KEYS)) as kept:
        kept.execute(_KEY_TABLE)
        for name, columns in KEY_COLUMNS.items():
            _copy(_existing(settings.data_dir / name), _fresh(directory / name), columns, kept)
    (keys / ERASURES).write_text("".join(f"{one}\n" for one in _erased(settings.data_dir / ARCHIVE)), encoding="ascii")


async def restore(settings: Settings, directory: Path, keys: Path, *, replace: bool = False) -> int:
    """Put a backup with its keys in place, then erase again what was erased since; how much that was.

    The erasure logs beside the keys and of the database that is replaced both count.

    Raises:
        SettingsError: the data is in PostgreSQL, a file is missing, there is data already and `replace` is not
            given, or a service uses it.
    """
    _embedded_only(settings)
    make_directory(settings.data_dir)
    logged = keys / ERASURES
    erased = dict.fromkeys(logged.read_text(encoding="ascii").splitlines() if logged.exists() else ())
    current = [path for name in KEY_COLUMNS if (path := settings.data_dir / name).exists()]
    if current and not replace:
        raise SettingsError("data_dir", f"{settings.data_dir} holds data; --replace gives it up")
    for path in current:
        _unused(path)
    if (settings.data_dir / ARCHIVE).exists():
        erased |= dict.fromkeys(_erased(settings.data_dir / ARCHIVE))
    with _opened(_existing(keys / KEYS)) as kept:
        for name, columns in KEY_COLUMNS.items():
            _put_back(_existing(directory / name), settings.data_dir / name, columns, kept, erased)
    await _erase_again(settings, erased)
    return len(erased)


def _embedded_only(settings: Settings) -> None:
    if settings.database_url is not None:
        raise SettingsError("database_url", "a PostgreSQL database is backed up with pg_dump")


def _copy(source: Path, target: Path, columns: Iterable[KeyColumn], kept: sqlite3.Connection) -> None:
    """SQLite's own online backup; the keys are taken out of the copy and leave no trace in it."""
    with _opened(source) as original, _opened(target) as copy:
        original.backup(copy)
        for one in columns:
            rows = copy.execute(f"SELECT {one.owner}, {one.column} FROM {one.table}").fetchall()  # noqa: S608 - names of our own
            kept.executemany("INSERT INTO keys VALUES (?, ?, ?)", ((_place(target, one), *row) for row in rows))
            copy.execute(f"UPDATE {one.table} SET {one.column} = x''")  # noqa: S608 - names of our own
        kept.commit()
        if target.name == ARCHIVE:
            copy.execute("DELETE FROM search_terms")
        copy.commit()
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("VACUUM")


def _put_back(
    source: Path, target: Path, columns: Iterable[KeyColumn], kept: sqlite3.Connection, erased: Container[str]
) -> None:
    """The copy with its keys in place of `target`, but those in `erased`; what of the archive has no key goes."""
    draft = _fresh(target.with_name(f".{target.name}.restoring"))
    with _opened(source) as original, _opened(draft) as copy:
        original.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
        for one in columns:
            keys = kept.execute("SELECT wrapped, owner FROM keys WHERE place = ?", (_place(target, one),))
            copy.executemany(
                f"UPDATE {one.table} SET {one.column} = ? WHERE {one.owner} = ?",  # noqa: S608 - names of our own
                [row for row in keys if _KEY + hashlib.sha256(row[0]).hexdigest() not in erased],
            )
        if target.name == ARCHIVE:
            for statement in _KEYLESS:
                copy.execute(statement)
        copy.commit()
        copy.execute("VACUUM")
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    draft.replace(target)


def _place(file: Path, column: KeyColumn) -> str:
    """Names a key column among those of all files."""
    return f"{file.name}:{column.table}"


async def _erase_again(settings: Settings, erased: Iterable[str]) -> None:
    """Replay the erasure log, then index what is left: the index is in no backup."""
    master = crypto.MasterKey.load(settings.data_dir / "master.key")
    database, clock = EmbeddedDatabase(settings.data_dir / ARCHIVE), SystemClock(ZoneInfo(settings.zone))
    try:
        opened = await open_archive(database, cipher=crypto, master=master, clock=clock)
        for one in erased:
            if one.startswith(_KEY):
                await opened.archive.audit(ERASED_EVENT, SessionId(""), {"key": one.removeprefix(_KEY)})
            else:
                await opened.archive.erase(SessionId(one))
        await opened.rebuilding.rebuild()
    finally:
        await database.close()


def _erased(path: Path) -> tuple[str, ...]:
    """The erasure log: sessions from their own table, keys of followed-up patients from the audit chain; each once."""
    destroyed = "SELECT DISTINCT json_extract(detail, '$.key') FROM audit WHERE event = ? ORDER BY 1"
    with _opened(path) as connection:
        sessions = [one for (one,) in connection.execute("SELECT session_id FROM erasures ORDER BY at")]
        keys = [_KEY + one for (one,) in connection.execute(destroyed, (ERASED_EVENT,)) if one]
    return (*sessions, *keys)


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
