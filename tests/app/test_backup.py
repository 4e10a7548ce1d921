"""A backup holds no keys, and a restore brings back nothing that was erased."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from app.backup import KEY_COLUMNS, backup, restore
from app.cli import cli
from app.clock import SystemClock
from app.settings import Settings, read_settings
from archive.database import EmbeddedDatabase
from archive.opening import OpenArchive, open_archive
from archive.schema import metadata as of_archive
from domain.errors import SettingsError
from domain.follow_up_alert import AlertId
from domain.patient import Consent, PatientProfile
from domain.ports import SessionRecord
from domain.session import Author, Channel, InputId, Message, Session, SessionId
from memory import crypto
from tests.follow_up.stage import NURSE, PATIENT_ID, alert, enrolled, in_session
from tests.stores import SetClock, sqlite_hospital
from tools.hospital.sql.schema import metadata as of_hospital

pytestmark = pytest.mark.contract

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEPT, ERASED = SessionId("s_kept"), SessionId("s_erased")


async def _archive(settings: Settings) -> tuple[EmbeddedDatabase, OpenArchive]:
    database = EmbeddedDatabase(settings.data_dir / "archive.db")
    master = crypto.MasterKey.load(settings.data_dir / "master.key")
    return database, await open_archive(
        database, cipher=crypto, master=master, clock=SystemClock(ZoneInfo(settings.zone))
    )


async def _with_two_sessions(settings: Settings, clock: SetClock) -> None:
    """Two sessions with a line each, and the hospital's database."""
    async with sqlite_hospital(settings.data_dir, clock):
        pass
    database, opened = await _archive(settings)
    for session_id in (KEPT, ERASED):
        session = Session(
            id=session_id,
            channel=Channel.WEB,
            locale="zh-CN",
            profile=PatientProfile(),
            consent=Consent(version="1"),
            created_at=NOON,
            expires_at=NOON + timedelta(days=1),
        )
        await opened.sessions.create(SessionRecord(session=session, token_sha256="0", resume_sha256=session_id))
        line = Message(session_id=session_id, author=Author.PATIENT, text="头疼", at=NOON, input_id=InputId("i1"))
        await opened.archive.record_turn([line], None)
    await database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory of its own."""
    (tmp_path / "var").mkdir(mode=0o700)
    return read_settings(data_dir=tmp_path / "var", _env_file=None)


async def test_what_was_erased_after_the_backup_stays_erased(
    settings: Settings, clock: SetClock, tmp_path: Path
) -> None:
    """The other session is readable again; the erasure log of the lost database is replayed."""
    await _with_two_sessions(settings, clock)
    backup(settings, tmp_path / "data", tmp_path / "keys")
    database, opened = await _archive(settings)
    await opened.archive.erase(ERASED)
    await database.close()
    assert await restore(settings, tmp_path / "data", tmp_path / "keys", replace=True) == 1
    database, opened = await _archive(settings)
    assert [line.text for line in await opened.archive.transcript(KEPT)] == ["头疼"]
    assert await opened.sessions.get(ERASED) is None
    assert ERASED in await opened.archive.erasures()
    assert (await opened.archive.verify()).broken_at is None
    await database.close()


async def test_newer_keys_beside_older_data_erase_too(settings: Settings, clock: SetClock, tmp_path: Path) -> None:
    """The machine is lost; the keys' later backup knows what the data's did not."""
    await _with_two_sessions(settings, clock)
    backup(settings, tmp_path / "data", tmp_path / "old keys")
    database, opened = await _archive(settings)
    await opened.archive.erase(ERASED)
    await database.close()
    backup(settings, tmp_path / "newer data", tmp_path / "keys")
    master = (settings.data_dir / "master.key").read_bytes()
    fresh = read_settings(data_dir=tmp_path / "new machine", _env_file=None)
    fresh.data_dir.mkdir(mode=0o700)
    (fresh.data_dir / "master.key").write_bytes(master)
    (fresh.data_dir / "master.key").chmod(0o600)
    await restore(fresh, tmp_path / "data", tmp_path / "keys")
    database, opened = await _archive(fresh)
    assert await opened.sessions.get(ERASED) is None
    assert len(await opened.archive.transcript(KEPT)) == 1
    await database.close()


async def test_a_patient_who_was_erased_from_follow_up_after_the_backup_stays_erased(
    settings: Settings, clock: SetClock, tmp_path: Path
) -> None:
    """Also if enrolled anew meanwhile, and if an alert was open then; kept patients are readable again."""
    await _with_two_sessions(settings, clock)
    database, opened = await _archive(settings)
    await enrolled(opened, clock)
    await in_session(opened, clock)
    raised = alert(clock.now())
    await opened.follow_up.alerts.raise_alert(raised)
    backup(settings, tmp_path / "data", tmp_path / "keys")
    await opened.follow_up.alerts.close(AlertId(raised.id), by=NURSE, reason="已处理", now=clock.now())
    await database.close()
    assert await restore(settings, tmp_path / "data", tmp_path / "keys", replace=True) == 0
    database, opened = await _archive(settings)
    assert await opened.follow_up.alerts.of_patient(PATIENT_ID) == (raised,)
    await opened.follow_up.alerts.close(AlertId(raised.id), by=NURSE, reason="已处理", now=clock.now())
    assert await opened.follow_up.erase(PATIENT_ID, now=clock.now())
    await enrolled(opened, clock, number=2)
    await database.close()
    assert await restore(settings, tmp_path / "data", tmp_path / "keys", replace=True) == 1
    database, opened = await _archive(settings)
    assert await opened.follow_up.of_patient(PATIENT_ID) == ()
    await enrolled(opened, clock, number=3)
    await database.close()
    backup(settings, tmp_path / "data", tmp_path / "keys")
    assert await restore(settings, tmp_path / "data", tmp_path / "keys", replace=True) == 1
    database, opened = await _archive(settings)
    assert [plan.id for plan in await opened.follow_up.of_patient(PATIENT_ID)] == ["cp_3"]
    assert (await opened.archive.verify()).broken_at is None
    await database.close()


def test_every_wrapped_key_of_every_table_is_taken_out() -> None:
    """A table that gets keys of its own is covered, or this fails."""
    for name, metadata in (("archive.db", of_archive), ("hospital.db", of_hospital)):
        found = {
            (table.name, column.name)
            for table in metadata.tables.values()
            for column in table.columns
            if column.name.startswith("wrapped")
        }
        assert found == {(one.table, one.column) for one in KEY_COLUMNS[name]}


async def test_a_backup_of_the_data_holds_no_key(settings: Settings, clock: SetClock, tmp_path: Path) -> None:
    """Not even in a freed page; everything is its owner's alone."""
    await _with_two_sessions(settings, clock)
    database, opened = await _archive(settings)
    await enrolled(opened, clock)
    keys = "SELECT wrapped FROM session_keys UNION SELECT wrapped_key FROM follow_up_patients"
    wrapped = await database.read(lambda c: c.exec_driver_sql(keys).scalars().all())
    await database.close()
    backup(settings, tmp_path / "data", tmp_path / "keys")
    copy = (tmp_path / "data" / "archive.db").read_bytes()
    assert len(wrapped) == 3
    assert not any(key in copy for key in wrapped)
    assert all(key in (tmp_path / "keys" / "keys.db").read_bytes() for key in wrapped)
    assert (tmp_path / "keys" / "keys.db").stat().st_mode & 0o077 == 0


async def test_data_in_use_or_unasked_for_is_not_replaced(settings: Settings, clock: SetClock, tmp_path: Path) -> None:
    """Without `--replace`, and while a service has it open."""
    await _with_two_sessions(settings, clock)
    backup(settings, tmp_path / "data", tmp_path / "keys")
    with pytest.raises(SettingsError, match="--replace"):
        await restore(settings, tmp_path / "data", tmp_path / "keys")
    database, opened = await _archive(settings)
    await asyncio.gather(*(opened.sessions.get(KEPT) for _ in range(2)))
    with pytest.raises(SettingsError, match="stop the service"):
        await restore(settings, tmp_path / "data", tmp_path / "keys", replace=True)
    await database.close()


def test_the_program_says_why_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    """One line, exit code 1."""
    runner = CliRunner(env={"BANYI_DATA_DIR": str(tmp_path / "none")})
    result = runner.invoke(cli, ["backup", str(tmp_path / "data"), "--keys", str(tmp_path / "keys")])
    assert result.exit_code == 1
    assert "archive.db is not there" in result.output
