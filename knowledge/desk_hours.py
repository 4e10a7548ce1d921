"""Reads when people sit at the desk, and the texts a nurse may send with one tap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from domain.desk_hours import DAYS, DeskHours, Shift
from knowledge.strict import Mark, load

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """One row of `shifts`."""

    mark: Mark
    days: tuple[str, ...]
    begins: str
    ends: str

    def __post_init__(self) -> None:
        if not self.days or set(self.days) - set(DAYS):
            raise ValueError(f"days must be some of {' '.join(DAYS)}")
        if not (_TIME.fullmatch(self.begins) and _TIME.fullmatch(self.ends) and self.begins < self.ends):
            raise ValueError("begins and ends must be times, HH:MM, the first before the second")

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """One for each day."""
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        return tuple(Shift(weekday=DAYS.index(day), begins=begins, ends=ends) for day in self.days)

    @property
    def says(self) -> str:
        """The row in words: 周一至周五 08:00–20:00."""
        numbers = [DAYS.index(day) for day in self.days]
        row = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        days = f"{self.days[0]}至{self.days[-1]}" if row else "、".join(self.days)
        return f"{days} {self.begins}–{self.ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedReply:
    """A text a nurse may send with one tap."""

    mark: Mark
    id: str
    title: str
    text: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id) or not self.title or not self.text:
            raise ValueError("a canned reply has an id of small letters, a title and a text")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The shape of `desk.yaml`."""

    shifts: tuple[ShiftRow, ...]
    canned: tuple[CannedReply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPlan:
    """Everything `desk.yaml` says."""

    hours: DeskHours
    canned: tuple[CannedReply, ...]


def load_desk(path: Path) -> DeskPlan:
    """Read the plan.

    Raises:
        KnowledgeError: the file is not what its head describes; names the line.
    """
    file = load(path, _File)
    seen: set[str] = set()
    for one in file.canned:
        if one.id in seen:
            raise one.mark.error(f"the id {one.id} stands twice")
        seen.add(one.id)
    shifts = sorted((shift for row in file.shifts for shift in row.shifts), key=lambda one: (one.weekday, one.begins))
    hours = DeskHours(shifts=tuple(shifts), says="；".join(row.says for row in file.shifts))
    return DeskPlan(hours=hours, canned=file.canned)
