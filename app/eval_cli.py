"""`banyi eval …`: what a hospital runs before it changes its pack or its model."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.evaluating import open_readings, play_all
from domain.errors import BanyiError
from evals import departments, findings, intents, screening, triage
from evals.case import Case
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


@evaluations.command("triage")
def eval_triage(
    cases: Annotated[Path, typer.Option("--cases", exists=True, dir_okay=False, help="A JSON-lines file of cases.")],
    *,
    print_json: AsJson = False,
    out: Out = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write a page with plots here.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes to spread the cases over.")] = os.cpu_count() or 1,
) -> None:
    """Simulated patients over the real conversation."""
    chosen = _read(lambda: list(read_rows(cases, Case)))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("cases", total=len(chosen))
        outcomes = play_all(chosen, processes=processes, done=lambda count: progress.advance(bar, count))
    pack = load_pack()
    report = triage.report(outcomes, lambda one: pack.departments[one].name)  # type: ignore[index]
    _show("triage", report, cases, pack.version, print_json=print_json, out=out)
    if html:
        page = triage_page(report, outcomes, title=f"Triage: {cases.name}, pack {pack.version}", caveat=CAVEAT)
        html.write_text(page, encoding="utf-8")


@evaluations.command("departments")
def eval_departments(data: Data, *, print_json: AsJson = False, out: Out = None) -> None:
    """The department from a first sentence alone."""
    readings = open_readings(ON_DAY)
    report = _read(lambda: departments.report(read_rows(data, departments.Sentence), readings.departments))
    _show("departments", report, data, readings.knowledge.pack.version, print_json=print_json, out=out)


@evaluations.command("findings")
def eval_findings(data: Data, *, print_json: AsJson = False, out: Out = None) -> None:
    """Symptoms said to be present or absent in dialogues."""
    readings = open_readings(ON_DAY)
    report = _read(lambda: findings.report(read_rows(data, findings.Dialogue), readings))
    _show("findings", report, data, readings.knowledge.pack.version, print_json=print_json, out=out)


@evaluations.command("intents")
def eval_intents(data: Data, *, print_json: AsJson = False, out: Out = None) -> None:
    """What patients want, from one message."""
    readings = open_readings(ON_DAY)
    report = _read(lambda: intents.report(read_rows(data, intents.Wish), readings.intents))
    _show("intents", report, data, readings.knowledge.pack.version, print_json=print_json, out=out)


@evaluations.command("screen")
def eval_screen(data: Data, *, print_json: AsJson = False, out: Out = None) -> None:
    """What the emergency screen makes of first messages."""
    readings = open_readings(ON_DAY)
    screen = readings.knowledge.screen
    report = _read(lambda: screening.report(read_rows(data, screening.FirstMessage), screen, readings.resemblance))
    _show("screen", report, data, readings.knowledge.pack.version, print_json=print_json, out=out)


def _read(work: Any) -> Any:
    """Do the work; a line that is no case is named and nothing is measured."""
    try:
        return work()
    except BanyiError as error:
        fields = getattr(error, "fields", {})
        console.print(f"[red]{'; '.join(f'{where}: {what}' for where, what in fields.items()) or error}[/]")
        raise typer.Exit(1) from None


def _show(name: str, report: Any, source: Path, version: str, *, print_json: bool, out: Path | None) -> None:
    figures = as_json(report)
    record = {
        "evaluation": name,
        "data": source.name,
        "pack": version,
        "model": "none",
        "date": datetime.now(UTC).date().isoformat(),
        "caveat": CAVEAT,
        "figures": figures,
    }
    text = json.dumps(record, ensure_ascii=False, indent=2)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    if print_json:
        print(text)
        return
    table = Table(title=f"{name}: {source.name}, pack {version}", caption=CAVEAT)
    table.add_column("figure")
    table.add_column("value", justify="right")
    for key, value in figures.items():
        shown = getattr(report, key)
        if isinstance(shown, Share):
            table.add_row(key, percent(shown))
        elif isinstance(value, float | int):
            table.add_row(key, f"{value:g}")
        elif isinstance(value, dict) and "f1" in value:
            table.add_row(f"{key} F1", "–" if value["f1"] is None else f"{value['f1']:.3f}")
    Console().print(table)
