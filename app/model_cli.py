"""`banyi model …`: fetch the models, and find out what they can do here."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from agent.model.ladder import Climbed, Rung, climb
from agent.model.ollama import OllamaHost
from app.model import open_hosts, wanted
from app.settings import Settings, read_settings
from domain.errors import BanyiError, ModelFailed, SettingsError

T = TypeVar("T")

model = typer.Typer(name="model", help="Fetch and examine the model.", no_args_is_help=True)

NO_MODEL = 2
"""Exit code when everything was looked at and no host can answer patients."""


@model.command()
def pull(
    *,
    light: Annotated[bool, typer.Option("--light", help="The light model instead of the larger one.")] = False,
) -> None:
    """Have every host download the model and the embedder."""
    settings = _settings()
    names = (settings.light_model if light else settings.model, settings.embed_model)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        _run(_pull(settings, names, progress))
    print(f"{', '.join(names)}: on {', '.join(settings.ollama_hosts)}")


@model.command()
def check(*, print_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Climb the ladder of every host and print it; exit 0 when a model can answer, 2 when none can."""
    settings = _settings()
    found = _run(_check(settings))
    if print_json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        _show(found)
    if not any(isinstance(one, Climbed) and one.mode.answers for one in found):
        raise typer.Exit(NO_MODEL)


async def _pull(settings: Settings, names: tuple[str, ...], progress: Progress) -> None:
    async with open_hosts(settings) as hosts:
        await asyncio.gather(*(_pull_all(host, names, progress) for host in hosts))


async def _pull_all(host: OllamaHost, names: tuple[str, ...], progress: Progress) -> None:
    for name in names:
        bar = progress.add_task(f"{host.name} {name}", total=None)
        layers: dict[str, tuple[int, int]] = {}
        ended = ""
        async with aclosing(host.pull(name)) as told:
            async for one in told:
                ended = one.status
                if one.total:
                    layers[one.digest] = (one.completed, one.total)
                    done, total = (sum(numbers) for numbers in zip(*layers.values(), strict=True))
                    progress.update(bar, completed=done, total=total)
        if ended != "success":
            raise ModelFailed(host.name, "cut")


async def _check(settings: Settings) -> list[Climbed | ModelFailed]:
    async with open_hosts(settings) as hosts:
        return [await _climbed(host, settings) for host in hosts]


async def _climbed(host: OllamaHost, settings: Settings) -> Climbed | ModelFailed:
    try:
        return await climb(host, wanted(settings), monotonic=time.monotonic)
    except ModelFailed as failure:
        return failure


def _show(found: list[Climbed | ModelFailed]) -> None:
    table = Table("host", "model", "think", "asked for", "verdict", "Chinese", "first", "whole", "tokens/s")
    for one in found:
        if isinstance(one, ModelFailed):
            table.add_row(one.dependency, "", "", "", f"[red]away: {one.kind}[/]")
            continue
        for rung in one.rungs:
            table.add_row(one.host, *_row(rung))
        for name in one.missing:
            table.add_row(one.host, name, "", "", "[yellow]missing[/]")
    console = Console(width=130)
    console.print(table)
    for one in found:
        if isinstance(one, Climbed):
            console.print(f"{one.host}: {_mode(one)}", highlight=False)


def _row(rung: Rung) -> tuple[str, ...]:
    colour = {"works": "green", "slow": "yellow"}.get(rung.verdict, "red")
    verdict = f"[{colour}]{rung.verdict}{f': {rung.detail}' if rung.detail else ''}[/]"
    return (
        rung.model,
        "on" if rung.think else "off",
        "schema" if rung.schema else "tools" if rung.tools else "text",
        verdict,
        "yes" if rung.chinese else "no",
        f"{rung.first_seconds:.2f} s",
        f"{rung.seconds:.2f} s",
        f"{rung.tokens_per_second:.1f}",
    )


def _mode(climbed: Climbed) -> str:
    """The mode chosen, in one line."""
    mode = climbed.mode
    if mode.model is None:
        return "knowledge mode: no model answers well enough in time"
    words = {None: "not used", True: "thinking on", False: "thinking off"}
    return (
        f"model mode: {mode.model.name}, text {words[mode.think_for_text]}, schema {words[mode.think_for_schema]}, "
        f"tools {'offered' if mode.tools else 'not offered'}, "
        f"embedder {mode.embedder.name if mode.embedder else 'missing'}"
    )


def _as_json(one: Climbed | ModelFailed) -> dict[str, Any]:
    if isinstance(one, ModelFailed):
        return {"host": one.dependency, "away": one.kind}
    mode = asdict(one.mode)
    return {"host": one.host, "mode": mode, "missing": one.missing, "rungs": [asdict(rung) for rung in one.rungs]}


def _settings() -> Settings:
    try:
        settings = read_settings()
        if not settings.ollama_hosts:
            raise SettingsError("BANYI_OLLAMA_HOSTS", "names no host")
    except BanyiError as error:
        _fail(error)
    return settings


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except BanyiError as error:
        _fail(error)


def _fail(error: BanyiError) -> NoReturn:
    typer.echo(f"banyi: {error}", err=True)
    raise typer.Exit(1) from None
