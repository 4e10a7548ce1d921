"""`banyi voice …`: fetch the weights, and try what is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.settings import Settings, read_settings
from app.voice import weights_directory
from domain.errors import BanyiError
from voice.recognition.weights import KNOWN

voice = typer.Typer(name="voice", help="Fetch the weights of voice and try it.", no_args_is_help=True)


@voice.command()
def download(
    models: Annotated[
        list[str] | None, typer.Argument(help="tiny, base, small …; without, those of the settings.")
    ] = None,
    *,
    mirror: Annotated[str, typer.Option(help="Another hub's address (BANYI_VOICE_MIRROR).")] = "",
) -> None:
    """Fetch weights: checked, and resumed where it broke off."""
    from voice.recognition.download import download as fetch  # noqa: PLC0415 - loads the hub's client

    settings = _settings()
    named = dict.fromkeys((settings.voice_model, settings.voice_partial_model))
    wanted = models or [model for model in named if model in KNOWN]
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
            for model in wanted:
                directory = weights_directory(settings) / model
                fetch(model, directory, mirror=mirror or settings.voice_mirror, told=_bars(progress, model))
                print(f"{model}: {directory}")
    except (BanyiError, OSError) as error:
        _fail(error)


def _bars(progress: Progress, model: str) -> Callable[[str, int, int], None]:
    """A bar for every file of the model that is told of."""
    bars: dict[str, TaskID] = {}

    def told(name: str, here: int, size: int) -> None:
        if name not in bars:
            bars[name] = progress.add_task(f"{model} {name}", total=size)
        progress.update(bars[name], completed=here)

    return told


@voice.command("try")
def try_out(
    recording: Annotated[Path | None, typer.Argument(help="A recording; without one, the microphone.")] = None,
    *,
    url: Annotated[str | None, typer.Option(help="A running service; without one, one is started here.")] = None,
    answer: Annotated[bool, typer.Option(help="Ask the agent too, and speak its answer.")] = True,
    quick: Annotated[bool, typer.Option("--quick", help="Read the file at once instead of at its own pace.")] = False,
) -> None:
    """Hear a recording or the microphone: partials, final, answer, and how long each stage takes."""
    from app.trying import try_voice  # noqa: PLC0415 - loads the networks

    settings = _settings()
    _run(try_voice(settings, Console(), recording, url=url, answer=answer, paced=not quick))


def _settings() -> Settings:
    try:
        return read_settings()
    except BanyiError as error:
        _fail(error)


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except BanyiError as error:
        _fail(error)


def _fail(error: BanyiError | OSError) -> NoReturn:
    typer.echo(f"banyi: {error}", err=True)
    raise typer.Exit(1) from None
