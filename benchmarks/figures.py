"""A measured figure, the target it is held to, and how figures are shown and kept."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number. `most` or `least` is the target; a figure with neither only informs."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; nothing when there is none."""
        if self.most is not None:
            return self.value <= self.most
        return None if self.least is None else self.value >= self.least

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"≤ {self.most:g}"
        return "" if self.least is None else f"≥ {self.least:g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def show(figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    table = Table("figure", "measured", "target", "", "how", title="banyi", title_justify="left")
    for one in figures:
        mark = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[one.met]
        table.add_row(one.name, f"{one.value:g} {one.unit}", one.target, mark, one.note)
    Console(width=150).print(table)


def keep(figures: Sequence[Figure], *, knowledge_version: str, load: tuple[float, float], path: Path = LATEST) -> None:
    """Write the figures with what they were measured on; `load` is the machine's load before and after."""
    report: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "kind": f"{platform.system()} {platform.machine()}",
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "python": platform.python_version(),
            "load_average_before_and_after": [round(one, 1) for one in load],
        },
        "knowledge_version": knowledge_version,
        "figures": [
            {
                "name": one.name,
                "value": one.value,
                "unit": one.unit,
                "target": one.target,
                "met": one.met,
                "note": one.note,
            }
            for one in figures
        ],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
