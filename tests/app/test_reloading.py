"""The pack is reloaded while the program runs: by a signal, by the command, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from agent.deps import Knowledge
from agent.packs import Library
from app.asking import ask_to_reload
from app.knowledge import open_knowledge
from app.knowledge_cli import knowledge as command
from app.metrics import Metrics
from app.pidfile import PIDFILE, held, serving
from app.reloading import REPORT, Reloading
from domain.errors import BanyiError
from knowledge.loader import DIRECTORY, load_pack
from tests.app.test_process import program

pytestmark = pytest.mark.e2e

MOST_BYTES = 300 * 1024 * 1024
Edit = Callable[[str, str, str], None]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the pack that a hospital edits."""
    copy = tmp_path / "pack"
    shutil.copytree(DIRECTORY, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


@pytest.fixture
def edit(pack: Path) -> Edit:
    """Replace a text in one of the pack's files."""

    def replaced(file: str, old: str, new: str) -> None:
        text = (pack / file).read_text(encoding="utf-8")
        assert old in text
        (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return replaced


@pytest.fixture
def reloading(pack: Path, tmp_path: Path) -> Reloading:
    """What the service reloads with, and a library on the pack as it was."""

    def opening(directory: Path) -> Knowledge:
        return open_knowledge((), booking_rules=(), doctors=tuple, directory=directory)

    return Reloading(Library(opening(pack)), opening, Metrics(), directory=pack, report=tmp_path / REPORT)


VERSION = load_pack().version


async def test_a_pack_that_is_right_is_put_to_work(reloading: Reloading, edit: Edit) -> None:
    """With a version of its own; without a change nothing happens."""
    assert (await reloading.reload()).outcome == "unchanged"
    edit("clinical/pack.yaml", VERSION, "t2")
    reloaded = await reloading.reload()
    assert (reloaded.outcome, reloaded.version) == ("applied", "t2")
    assert reloading._library.versions == ("t2", VERSION)
    exposed = reloading._metrics.exposition()[0].decode()
    assert 'banyi_pack{version="t2"} 1.0' in exposed
    assert "banyi_packs_held 2.0" in exposed
    assert 'banyi_pack_reloads_total{outcome="unchanged"} 1.0' in exposed
    assert 'banyi_pack_reloads_total{outcome="applied"} 1.0' in exposed


async def test_every_mistake_is_named_and_the_old_pack_stays(reloading: Reloading, edit: Edit, pack: Path) -> None:
    """File and line of each; the next reload, mended, is taken."""
    edit("clinical/pack.yaml", VERSION, "t2")
    edit("clinical/complaints/cough.yaml", "to: D01", "to: D77")
    edit("clinical/routing.yaml", "when: immuno", "when: imuno")
    reloaded = await reloading.reload()
    assert (reloaded.outcome, reloaded.version) == ("refused", VERSION)
    assert len(reloaded.problems) == 2
    assert all(str(pack) in problem and ".yaml:" in problem for problem in reloaded.problems)
    assert reloading._library.versions == (VERSION,)
    edit("clinical/complaints/cough.yaml", "to: D77", "to: D01")
    edit("clinical/routing.yaml", "when: imuno", "when: immuno")
    assert (await reloading.reload()).outcome == "applied"


async def test_a_change_under_the_same_version_is_refused(reloading: Reloading, edit: Edit) -> None:
    """Decision records could not tell the two packs apart."""
    edit("clinical/complaints/cough.yaml", "text: 咳嗽多久了？", "text: 咳嗽有多久了？")
    reloaded = await reloading.reload()
    assert reloaded.outcome == "refused"
    assert "version" in reloaded.problems[0]


@pytest.mark.long
async def test_the_running_program_takes_a_pack_up_and_refuses_a_broken_one(
    pack: Path, edit: Edit, tmp_path: Path
) -> None:
    """By the command and by a signal, with two packs held in bounded memory; it goes on serving."""
    data = tmp_path / "data"
    async with program(data, BANYI_KNOWLEDGE_DIR=str(pack)) as banyi:
        assert serving(data) == banyi.process.pid
        edit("clinical/pack.yaml", VERSION, "t2")
        runner = CliRunner()
        told = await asyncio.to_thread(runner.invoke, command, ["reload"], env={"BANYI_DATA_DIR": str(data)})
        assert (told.exit_code, told.output) == (0, "已换上 t2\n")
        assert psutil.Process(banyi.process.pid).memory_info().rss < MOST_BYTES
        edit("clinical/complaints/cough.yaml", "to: D01", "to: D77")
        refused = await asyncio.to_thread(ask_to_reload, data)
        assert (refused.outcome, refused.version) == ("refused", "t2")
        assert "cough.yaml" in refused.problems[0]
        _, client = await banyi.consented()
        await client.say("m1", "我妈突然嘴歪，说不出话")
        await client.until("escalation.raised")
        assert await banyi.ended(signal.SIGTERM) == 0
    with pytest.raises(BanyiError, match="no service"):
        ask_to_reload(data)


def test_one_process_holds_a_directory(tmp_path: Path) -> None:
    """A number left behind by a process that died is nobody's."""
    assert serving(tmp_path) is None
    (tmp_path / PIDFILE).write_text("1\n", encoding="utf-8")
    assert serving(tmp_path) is None
    with held(tmp_path) as first:
        assert first
        assert serving(tmp_path) == os.getpid()
        with held(tmp_path) as second:
            assert not second
        assert serving(tmp_path) == os.getpid()
    assert serving(tmp_path) is None
