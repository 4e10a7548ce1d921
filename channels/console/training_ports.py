"""What the console's training pages need from outside themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.clinical import Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A simulated patient: who, what they say first, what may be asked (id, question), where they may be sent."""

    id: str
    person: str
    opening: str
    questions: tuple[tuple[str, str], ...]
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What the engine makes of the same patient, why, and the questions whose answers it needed."""

    disposition: Disposition
    departments: tuple[str, ...]
    reasons: tuple[str, ...]
    asked: tuple[str, ...]
    version: str


class Trainer(Protocol):
    """Simulated patients made from the charts of the pack at work, the same for the same id."""

    def drawn(self) -> str:
        """An exercise at random."""

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise.

        Raises:
            NotFound: no such exercise in the pack at work.
        """

    def reply(self, exercise_id: str, question_id: str) -> str:
        """What the patient answers.

        Raises:
            NotFound: no such exercise or question.
        """

    def solution(self, exercise_id: str, asked: Sequence[str]) -> Solution:
        """How the engine ends; of its questions only those that are not among `asked`, in words."""
