"""The command line: `banyi serve`, `chat`, `check`, `schemas`, `backup`, `restore`."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
import uvloop
from rich.console import Console

from app.logging import configure_logging
from app.settings import Settings, read_settings
from domain.errors import BanyiError

T = TypeVar("T")

cli = typer.Typer(
    name="banyi",
    help="伴医: a patient-facing conversational agent a hospital can run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (BANYI_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (BANYI_PORT).")] = None,
) -> None:
    """Run the service until Ctrl-C."""
    gc.disable()
    from app.running import serve as run_service  # noqa: PLC0415 - each command loads what it needs

    settings = _settings(host=host, port=port)
    configure_logging(settings.log_level, settings.log_format)
    _run(run_service(settings, ready=lambda url: print(f"banyi: {url}", flush=True)))


@cli.command()
def chat(
    url: Annotated[str | None, typer.Option(help="A running service; without one, one is started here.")] = None,
) -> None:
    """Talk with the agent in the terminal."""
    from app.terminal import chat as run_chat  # noqa: PLC0415

    settings = _settings()
    configure_logging("error", settings.log_format)
    _run(run_chat(settings, console, url=url))


@cli.command()
def check() -> None:
    """Check settings, data directory, pack and stores; exit 1 when something is wrong. Says what voice lacks, too."""
    from app.checking import checks  # noqa: PLC0415
    from app.voice import missing_weights  # noqa: PLC0415

    settings = _settings()
    configure_logging("error", settings.log_format)
    passed = True
    for name, problem in _run(checks(settings)):
        mark = "[green]✓[/]" if problem is None else "[red]✗[/]"
        console.print(f"{mark} {name}" + ("" if problem is None else f": {problem}"))
        passed = passed and problem is None
    for line in missing_weights(settings) if settings.voice else ():
        console.print(f"[yellow]•[/] voice: {line}", soft_wrap=True)
    if not passed:
        raise typer.Exit(1)


@cli.command()
def schemas(
    directory: Annotated[Path, typer.Argument(help="Where to write them.")] = Path("docs/schemas"),
) -> None:
    """Write the JSON Schemas of protocol v1."""
    from channels.schemas import schemas as render_schemas  # noqa: PLC0415

    directory.mkdir(parents=True, exist_ok=True)
    for name, content in render_schemas().items():
        (directory / name).write_text(content, encoding="utf-8")


@cli.command("demo-data")
def demo_data() -> None:
    """Make the demo hospital anew: slots for two weeks, demo patients, nothing else booked."""
    from app.demo_data import demo_data as make_demo_data  # noqa: PLC0415

    settings = _settings()
    configure_logging("error", settings.log_format)
    for line in _run(make_demo_data(settings)):
        print(line)


@cli.command()
def backup(
    directory: Annotated[Path, typer.Argument(help="Where the data goes; holds no key.")],
    keys: Annotated[Path, typer.Option(help="Where the keys and the erasure log go; keep only the newest.")],
) -> None:
    """Back up the embedded databases, also while the service runs."""
    from app.backup import backup as run_backup  # noqa: PLC0415

    try:
        run_backup(_settings(), directory, keys)
    except BanyiError as error:
        _fail(error)


@cli.command()
def restore(
    directory: Annotated[Path, typer.Argument(help="A backup of the data.")],
    keys: Annotated[Path, typer.Option(help="The newest backup of the keys.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up the data that is there now.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Put a backup in place and erase again what was erased since; stop the service first."""
    from app.backup import restore as run_restore  # noqa: PLC0415

    erased = _run(run_restore(_settings(), directory, keys, replace=replace))
    console.print(f"restored, {erased} erasures replayed")


def _settings(**overrides: Any) -> Settings:
    try:
        return read_settings(**{name: value for name, value in overrides.items() if value is not None})
    except BanyiError as error:
        _fail(error)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; an error of ours is one line and exit code 1, not a traceback."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except BanyiError as error:
        _fail(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(error: BanyiError) -> NoReturn:
    print(f"banyi: {error}", file=sys.stderr)
    raise typer.Exit(1)


def main() -> None:
    """The `banyi` program. Evaluations, pack and model tools are loaded only for whoever asks for them."""
    if sys.argv[1:2] in ([], ["eval"], ["--help"]):
        from app.eval_cli import evaluations  # noqa: PLC0415

        cli.add_typer(evaluations)
    if sys.argv[1:2] in ([], ["knowledge"], ["--help"]):
        from app.knowledge_cli import knowledge  # noqa: PLC0415

        cli.add_typer(knowledge)
    if sys.argv[1:2] in ([], ["hospital"], ["--help"]):
        from app.hospital_cli import hospital  # noqa: PLC0415

        cli.add_typer(hospital)
    if sys.argv[1:2] in ([], ["staff"], ["--help"]):
        from app.staff_cli import staff  # noqa: PLC0415

        cli.add_typer(staff, name="staff")
    if sys.argv[1:2] in ([], ["model"], ["--help"]):
        from app.model_cli import model  # noqa: PLC0415

        cli.add_typer(model)
    if sys.argv[1:2] in ([], ["voice"], ["--help"]):
        from app.voice_cli import voice  # noqa: PLC0415

        cli.add_typer(voice)
    cli()
