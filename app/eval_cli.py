"""`banyi eval …`: what a hospital runs before it changes its pack or its model."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.corrections import CORRECTIONS, corrected, failing, verdicts
from app.evaluating import Readings, open_readings, play_all
from app.evaluating_model import open_answering, with_model
from app.model_cli import NO_MODEL
from app.settings import Settings, read_settings
from domain.clinical import DepartmentId
from domain.errors import BanyiError, SettingsError, Unavailable
from evals import departments, findings, intents, screening, triage
from evals.asking import Asking
from evals.case import Case
from evals.play import Outcome
from evals.report import as_json, percent, triage_page
from evals.rows import read_rows
from evals.statistics import Share
from knowledge.loader import load_pack

CAVEAT = "Simulated patients, written cases, no clinician's judgement: a measure of change, not proof of safety."
ON_DAY = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The day the one-message evaluations pretend it is, so that they are the same every day."""

evaluations = typer.Typer(name="eval", help="Measure the pack on cases.", no_args_is_help=True)
console = Console(stderr=True)

Data = Annotated[Path, typer.Option("--data", exists=True, dir_okay=False, help="A JSON-lines file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Out = Annotated[Path | None, typer.Option("--out", help="Also write the JSON here.")]
WithModel = Annotated[bool, typer.Option("--model", help="Also with the model of BANYI_OLLAMA_HOSTS, side by side.")]


@evaluations.command("triage")
def eval_triage(
    cases: Annotated[str, typer.Option("--cases", help="A JSON-lines file of cases, or `corrections`: the nurses'.")],
    *,
    print_json: AsJson = False,
    out: Out = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write a page with plots here.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes to spread the cases over.")] = os.cpu_count() or 1,
    model: WithModel = False,
) -> None:
    """Simulated patients over the real conversation."""
    source = Path(cases)
    chosen = _read(lambda: corrected() if cases == CORRECTIONS else list(read_rows(_existing(source), Case)))
    settings = _model_settings() if model else None
    pack = load_pack()

    def name(department: str) -> str:
        return pack.departments[DepartmentId(department)].name

    def report(outcomes: list[Outcome]) -> triage.TriageReport:
        return triage.report(outcomes, name)

    outcomes = _play(chosen, processes, None)
    beside = None
    if settings is not None:
        asked = _play(chosen, processes, settings)
        told = report(asked)
        named = next((one.model for one in asked if one.model != "none"), settings.model)
        beside = told, Asking(model=named, without_model=told.without_model)
    more = {"failing": failing(outcomes, name)}
    _show("triage", report(outcomes), source, pack.version, beside=beside, print_json=print_json, out=out, more=more)
    if cases == CORRECTIONS and not print_json:
        for line in verdicts(outcomes, name):
            print(line)
    if html:
        page = triage_page(
            report(outcomes), outcomes, title=f"Triage: {source.name}, pack {pack.version}", caveat=CAVEAT
        )
        html.write_text(page, encoding="utf-8")


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise SettingsError("--cases", f"{path} is not there")
    return path


@evaluations.command("departments")
def eval_departments(data: Data, *, print_json: AsJson = False, out: Out = None, model: WithModel = False) -> None:
    """The department from a first sentence alone."""
    rows = _read(lambda: list(read_rows(data, departments.Sentence)))
    _compare(
        "departments",
        lambda readings: departments.report(rows, readings.departments),
        data,
        (one.text for one in rows if one.routable),
        model=model,
        print_json=print_json,
        out=out,
    )


@evaluations.command("findings")
def eval_findings(data: Data, *, print_json: AsJson = False, out: Out = None, model: WithModel = False) -> None:
    """Symptoms said to be present or absent in dialogues."""
    rows = _read(lambda: list(read_rows(data, findings.Dialogue)))
    _compare(
        "findings",
        lambda readings: findings.report(rows, readings),
        data,
        (turn.text for one in rows for turn in one.turns if turn.role == "patient"),
        model=model,
        print_json=print_json,
        out=out,
    )


@evaluations.command("intents")
def eval_intents(data: Data, *, print_json: AsJson = False, out: Out = None, model: WithModel = False) -> None:
    """What patients want, from one message."""
    rows = _read(lambda: list(read_rows(data, intents.Wish)))
    _compare(
        "intents",
        lambda readings: intents.report(rows, readings.intents),
        data,
        (one.text for one in rows),
        model=model,
        print_json=print_json,
        out=out,
    )


@evaluations.command("screen")
def eval_screen(data: Data, *, print_json: AsJson = False, out: Out = None, model: WithModel = False) -> None:
    """What the emergency screen makes of first messages."""
    rows = _read(lambda: list(read_rows(data, screening.FirstMessage)))
    _compare(
        "screen",
        lambda readings: screening.report(rows, readings.screen, readings.resemblance),
        data,
        (one.text for one in rows),
        model=model,
        print_json=print_json,
        out=out,
    )


def _compare(
    name: str,
    report: Callable[[Readings], Any],
    source: Path,
    texts: Iterable[str],
    *,
    model: bool,
    print_json: bool,
    out: Path | None,
) -> None:
    """Measure the pack's reading of one-message data, and with `model` that of both, and show it."""
    settings = _model_settings() if model else None
    readings = open_readings(ON_DAY)
    beside = None
    if settings is not None:
        completed, asking = asyncio.run(with_model(readings, texts, settings))
        beside = report(completed), asking
    version = readings.knowledge.pack.version
    _show(name, report(readings), source, version, beside=beside, print_json=print_json, out=out)


def _play(cases: list[Case], processes: int, settings: Settings | None) -> list[Outcome]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("cases with the model" if settings else "cases", total=len(cases))
        try:
            return play_all(cases, processes=processes, done=lambda count: progress.advance(bar, count), model=settings)
        except Unavailable:
            _no_model()


def _model_settings() -> Settings:
    """The settings, where a host they name has a model that answers; else nothing is measured."""
    try:
        settings = read_settings()
        asyncio.run(_look(settings))
    except Unavailable:
        _no_model()
    except SettingsError as error:
        console.print(f"[red]banyi: {error}[/]")
        raise typer.Exit(1) from None
    return settings


def _no_model() -> NoReturn:
    console.print("[red]banyi: no host has a model that answers in time; see `banyi model check`[/]")
    raise typer.Exit(NO_MODEL) from None


async def _look(settings: Settings) -> None:
    async with open_answering(settings):
        return


def _read(work: Any) -> Any:
    """Do the work; a line that is no case is named and nothing is measured."""
    try:
        return work()
    except BanyiError as error:
        fields = getattr(error, "fields", {})
        console.print(f"[red]{'; '.join(f'{where}: {what}' for where, what in fields.items()) or error}[/]")
        raise typer.Exit(1) from None


def _show(
    name: str,
    report: Any,
    source: Path,
    version: str,
    *,
    beside: tuple[Any, Asking] | None,
    print_json: bool,
    out: Path | None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Print the figures, and beside them those with the model; the JSON has both and how often it was asked."""
    record = {
        "evaluation": name,
        "data": source.name,
        "pack": version,
        "model": beside[1].model if beside else "none",
        "date": datetime.now(UTC).date().isoformat(),
        "caveat": CAVEAT,
        "figures": as_json(report),
        **(more or {}),
    }
    if beside:
        record |= {"figures_with_model": as_json(beside[0]), "asking": as_json(beside[1])}
    text = json.dumps(record, ensure_ascii=False, indent=2)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    if print_json:
        print(text)
        return
    table = Table(title=f"{name}: {source.name}, pack {version}", caption=CAVEAT)
    table.add_column("figure")
    table.add_column("knowledge" if beside else "value", justify="right")
    if beside:
        table.add_column(f"with {beside[1].model}", justify="right")
    for key in record["figures"]:
        shown = [_shown(getattr(one, key)) for one in (report, *(beside[:1] if beside else ()))]
        if shown[0] is not None:
            table.add_row(
                key if not isinstance(getattr(report, key), findings.Scores) else f"{key} F1", *map(str, shown)
            )
    Console().print(table)
    if beside:
        print(f"answered without asking the model: {percent(beside[1].without_model)}")


def _shown(value: Any) -> str | None:
    """A figure as a cell; nothing for a list or a table."""
    if isinstance(value, Share):
        return percent(value)
    if isinstance(value, findings.Scores):
        return "–" if value.f1 is None else f"{value.f1:.3f}"
    return f"{value:g}" if isinstance(value, float | int) else None
