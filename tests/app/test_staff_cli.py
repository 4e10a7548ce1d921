"""`banyi staff` as an administrator uses it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.staff_cli import staff

pytestmark = pytest.mark.e2e


def test_accounts_are_made_listed_reset_and_disabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret and the codes are shown once, a typed password never."""
    monkeypatch.setenv("BANYI_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def run(*words: str, typed: str = "", code: int = 0) -> str:
        done = runner.invoke(staff, words, input=typed)
        assert done.exit_code == code, done.output
        return done.output

    made = run("add", "lihua", "--display", "李护士", typed="a long password\n")
    assert "a long password" not in made
    assert re.search(r"secret: [A-Z2-7]{32}", made)
    assert len(re.findall(r"  [2-9A-Z]{5}-[2-9A-Z]{5}", made)) == 8
    plain = run("add", "wang", "--display", "王护士", "--role", "supervisor", "--no-totp", "--generate")
    assert re.search(r"password: \S{16}", plain)
    assert "secret" not in plain
    assert "name" in run("add", "lihua", "--display", "x", "--generate", code=1)
    assert "password" in run("add", "third", "--display", "x", typed="short\n", code=1)
    assert "password: " in run("reset", "lihua", "--generate")
    run("disable", "wang")
    listed = run("list")
    assert "lihua" in listed
    assert "disabled" in listed
    run("disable", "nobody", code=1)
    assert "0 conversations" in run("reindex")
