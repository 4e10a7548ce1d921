"""`banyi knowledge …`: what a hospital does with a pack before and while it is put to work."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.asking import ask_to_reload
from app.settings import read_settings
from domain.errors import BanyiError
from evals.pack.check import check_pack
from evals.pack.difference import Seen, gather, jobs
from evals.pack.remark import Remark, Weight
from knowledge.loader import DIRECTORY, load_pack
from knowledge.pack import Pack
from knowledge.strict import Mark
from tools.hospital.sql.demo import load_demo

KINDS = {
    "alias collision": "说法冲突",
    "idle question": "不起作用的问题",
    "idle sign": "不起作用的选项",
    "jargon": "行话",
    "long sentence": "长句",
    "rare characters": "生僻字",
    "shadowed": "多余的规则",
    "unsigned": "没有签字",
    "unused text": "没有用到的文字",
    "unverified source": "没有核对的来源",
}
"""What the kinds of warnings are called."""

OUTCOMES = {"applied": "已换上", "unchanged": "没有变化，仍是", "refused": "没有换，仍是"}

knowledge = typer.Typer(name="knowledge", help="Check, compare and reload the pack.", no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The pack's directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@knowledge.command("check")
def check(directory: Directory = DIRECTORY, *, print_json: AsJson = False) -> None:
    """Look for everything wrong or doubtful in a pack; exit 1 on errors."""
    remarks = check_pack(directory, _doctors(directory))
    errors = [remark for remark in remarks if remark.weight is Weight.ERROR]
    if print_json:
        print(json.dumps([dataclasses.asdict(remark) for remark in remarks], ensure_ascii=False, indent=2))
    else:
        _show(remarks, errors)
    if errors:
        raise typer.Exit(1)


@knowledge.command("diff")
def diff(before: Directory, after: Directory, *, print_json: AsJson = False) -> None:
    """What changes for patients between two packs, over generated cases; exit 1 when anything does."""
    packs = _loaded(before), _loaded(after)
    seen: list[Seen] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for job in progress.track(jobs(*packs, (before, after)), description="比较"):
            seen += job()
    changes = gather(iter(seen))
    if print_json:
        print(json.dumps([dataclasses.asdict(change) for change in changes], ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for change in changes:
            console.print("[bold red]‼ 变轻[/] " if change.lowered else "", end="")
            console.print(change.sentence, markup=False)
        lowered = sum(change.count for change in changes if change.lowered)
        versions = " → ".join(pack.version for pack in packs)
        console.print(f"{versions}：{len(changes)} 种变化" + (f"，其中 {lowered} 个情形变轻" if lowered else ""))
    if changes:
        raise typer.Exit(1)


@knowledge.command("reload")
def reload() -> None:
    """Have the service that runs on this data directory take up its changed pack; exit 1 when it is refused."""
    try:
        settings = read_settings()
        reloaded = ask_to_reload(settings.data_dir)
    except BanyiError as problem:
        print(f"banyi: {problem}", file=sys.stderr)
        raise typer.Exit(1) from None
    for line in reloaded.problems:
        print(line, file=sys.stderr)
    print(f"{OUTCOMES[reloaded.outcome]} {reloaded.version}")
    if reloaded.outcome == "refused":
        raise typer.Exit(1)


def _loaded(directory: Path) -> Pack:
    try:
        return load_pack(directory)
    except BanyiError as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(2) from None


def _doctors(directory: Path) -> list[tuple[str, Mark]]:
    """The doctors of the hospital that lies in the pack, with their places."""
    path = directory / "hospital" / "demo.yaml"
    try:
        return [(doctor.name, doctor.mark) for doctor in load_demo(path).doctors] if path.exists() else []
    except BanyiError as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None


def _show(remarks: tuple[Remark, ...], errors: list[Remark]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for remark in remarks:
        mark = "[red]错误[/]" if remark.weight is Weight.ERROR else "[yellow]提醒[/]"
        console.print(f"{mark} {remark.file}:{remark.line} ", end="")
        console.print(remark.text, markup=False)
    warnings = Counter(remark.kind for remark in remarks if remark.weight is Weight.WARNING)
    counted = "，".join(f"{KINDS.get(kind, kind)} {count}" for kind, count in sorted(warnings.items()))
    console.print(f"错误 {len(errors)} 处；提醒 {warnings.total()} 处" + (f"：{counted}" if counted else ""))
