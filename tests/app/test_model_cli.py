"""`banyi model` as an operator sees it, run as the program it is against a server on a socket."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.fakes.ollama_server import Model, serving

pytestmark = pytest.mark.e2e

CALLS = ({"name": "departments", "arguments": {"name": "骨科"}},)
THINKS = Model(thinks=True, capabilities=("completion", "thinking", "tools"), calls=CALLS)


async def banyi(*arguments: str, hosts: str, folder: Path, **settings: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `banyi model …`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from app.cli import main; main()",
        "model",
        *arguments,
        env={
            **os.environ,
            "BANYI_OLLAMA_HOSTS": hosts,
            "BANYI_DATA_DIR": str(folder / "var"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **settings,
        },
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


async def test_check_prints_the_ladder_and_the_mode_chosen(tmp_path: Path) -> None:
    """Every rung, what is missing, a host that is away, and exit code 0 as one host answers."""
    async with serving({}) as gone:
        away = gone.url
    async with serving({"deepseek-r1:7b": THINKS, "bge-m3:latest": Model()}) as server:
        code, output, _ = await banyi("check", hosts=f"{server.url},{away}", folder=tmp_path)
    assert code == 0
    assert output.count("works") == 5
    assert "away: connect" in output
    assert "missing" in output
    assert f"{server.url}: model mode: deepseek-r1:7b, text thinking off, schema thinking off" in output
    assert "tools offered, embedder bge-m3:latest" in output


async def test_check_fails_where_no_model_answers_and_says_it_in_json_too(tmp_path: Path) -> None:
    """Exit code 2: everything was looked at, the service answers from knowledge."""
    async with serving({"deepseek-r1:7b": Model(pieces=("Hello.",))}) as server:
        code, output, _ = await banyi("check", hosts=server.url, folder=tmp_path)
        assert (code, "knowledge mode" in output) == (2, True)
        code, output, _ = await banyi("check", "--json", hosts=server.url, folder=tmp_path)
    told = json.loads(output)
    assert code == 2
    assert told[0]["mode"]["model"] is None
    assert {(one["think"], one["schema"]) for one in told[0]["rungs"]} == {
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    }


async def test_pull_fetches_the_model_and_the_embedder(tmp_path: Path) -> None:
    """On every host, and the light model on demand."""
    async with serving({}) as one, serving({}) as other:
        code, output, _ = await banyi("pull", hosts=f"{one.url},{other.url}", folder=tmp_path)
        assert code == 0
        assert "deepseek-r1:7b, bge-m3: on" in output
        assert set(one.models) == set(other.models) == {"deepseek-r1:7b", "bge-m3"}
        await banyi("pull", "--light", hosts=one.url, folder=tmp_path)
        assert "deepseek-r1:1.5b" in one.models


async def test_what_cannot_be_fetched_is_said_in_one_line(tmp_path: Path) -> None:
    """A model nobody has, and no host at all."""
    async with serving({}) as server:
        code, _, errors = await banyi("pull", hosts=server.url, folder=tmp_path, BANYI_MODEL="missing")
    assert code == 1
    assert f"banyi: {server.url}: status" in errors
    code, _, errors = await banyi("check", hosts="", folder=tmp_path)
    assert (code, errors) == (1, "banyi: BANYI_OLLAMA_HOSTS: names no host\n")
