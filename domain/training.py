"""Exercises of new nurses with simulated patients, and how they went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.staff import StaffId
from domain.turn import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One exercise as somebody solved it. `steps` is how far their urgency was from the engine's: below 0, too mild."""

    by: StaffId
    at: datetime
    exercise: str
    steps: int
    department_right: bool
    content: Mapping[str, Json]


class Trainings(Protocol):
    """What was solved; no patient is in it. All methods raise `Unavailable` as a store does."""

    async def add(self, trained: Trained) -> None:
        """Keep one."""

    async def listed(self, by: StaffId | None = None) -> tuple[Trained, ...]:
        """The last thousand, newest first; of one person, or of everybody."""
