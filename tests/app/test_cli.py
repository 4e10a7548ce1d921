"""The command line says in one line what is wrong, and how to put it right."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from channels.schemas import schemas
from tools.identity import read_identity

pytestmark = pytest.mark.contract


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The program with a data directory of its own."""
    monkeypatch.chdir(tmp_path)
    return CliRunner(env={"BANYI_DATA_DIR": str(tmp_path / "var")})


def test_check_passes_where_the_service_can_run(runner: CliRunner) -> None:
    """Four things are looked at; what voice lacks is said and is no fault."""
    result = runner.invoke(cli, ["check"])
    assert result.exit_code == 0, result.output
    assert result.output.count("✓") == 4
    assert result.output.count("banyi voice download") == 2


def test_check_names_what_is_wrong(runner: CliRunner, tmp_path: Path) -> None:
    """A data directory that is a file."""
    (tmp_path / "var").write_text("")
    result = runner.invoke(cli, ["check"])
    assert result.exit_code == 1
    assert "BANYI_DATA_DIR" in result.output


def test_a_taken_port_is_said_in_one_line(runner: CliRunner) -> None:
    """Before anything is opened."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = runner.invoke(cli, ["serve", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert result.stderr.startswith("banyi: BANYI_PORT")
    assert result.stderr.count("\n") == 1


def test_a_wrong_setting_is_said_in_one_line(runner: CliRunner) -> None:
    """The variable is named."""
    result = runner.invoke(cli, ["serve"], env={"BANYI_PORT": "http"})
    assert result.exit_code == 1
    assert result.stderr.startswith("banyi: BANYI_PORT")


def test_demo_data_makes_the_same_hospital_again(runner: CliRunner, tmp_path: Path) -> None:
    """Whatever was booked is gone, the demo patients and their visits are back, and their numbers are valid."""
    first = runner.invoke(cli, ["demo-data"])
    assert first.exit_code == 0, first.output
    booked = _visits(tmp_path / "var" / "hospital.db")
    assert len(booked) == 3
    assert runner.invoke(cli, ["demo-data"]).output == first.output
    assert _visits(tmp_path / "var" / "hospital.db") == booked
    people = [line.split() for line in first.output.splitlines()[1:]]
    assert len(people) >= 4
    for name, id_number, phone in people:
        read_identity({"name": name, "id_number": id_number, "phone": phone}, today=date(2026, 3, 2))


def _visits(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.execute("SELECT slot_id, number FROM appointments ORDER BY slot_id"))


def test_schemas_are_written(runner: CliRunner, tmp_path: Path) -> None:
    """One file each."""
    assert runner.invoke(cli, ["schemas", str(tmp_path / "out")]).exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == schemas().keys()
