"""What a nurse found wrong in a turn, and what would have been right. Nothing here changes the agent by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from domain.session import SessionId
from domain.staff import StaffId
from domain.turn import Json

CorrectionId = NewType("CorrectionId", str)


class Fault(StrEnum):
    """What was wrong."""

    URGENCY = "urgency"
    DEPARTMENT = "department"
    UNDERSTANDING = "understanding"
    WORDING = "wording"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A task for whoever keeps the knowledge.

    `content` says which rules and version were at work and what the nurse wrote; `case` is the same as a simulated
    patient without identity (`evals.case`), where one could be made.
    """

    id: CorrectionId
    session_id: SessionId
    by: StaffId
    fault: Fault
    at: datetime
    content: Mapping[str, Json]
    case: Mapping[str, Json] | None
    closed_at: datetime | None = None


class Corrections(Protocol):
    """What was found wrong; every step is in the audit chain. It outlives the session: nobody is named in it."""

    async def add(self, correction: Correction) -> None:
        """Keep one."""

    async def listed(self, *, open_only: bool = True) -> tuple[Correction, ...]:
        """Corrections, newest first; those that are closed only if asked for."""

    async def close(self, correction_id: CorrectionId, *, by: StaffId, now: datetime) -> None:
        """The knowledge was put right, or nothing is to be done; one that is closed is fine.

        Raises:
            Forbidden: `by` wrote it; a second person decides.
            NotFound: no such correction.
        """
