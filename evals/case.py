"""Simulated patients: what they say first, what they answer, and where they should end up.

One JSON object a line: `id`, `group`, `tags`, `opening` (one or two messages), `profile`, `facts` (`when`, a
regular expression over the agent's question, and `say`), `default_yes_no`, `default_open`, `gold`
{`disposition`, `acceptable`, `departments`, `no_triage`}.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.clinical import Disposition


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)


def _level(name: object) -> object:
    return Disposition[name] if isinstance(name, str) else name


Level = Annotated[Disposition, BeforeValidator(_level)]


class Fact(_Part):
    """What the patient says when a question matches."""

    when: re.Pattern[str]
    say: str


class Gold(_Part):
    """The right outcome; `no_triage` cases are no complaints and must raise no alarm."""

    disposition: Level | None = None
    acceptable: tuple[Level, ...] = ()
    departments: tuple[str, ...] = ()
    no_triage: bool = False


class Case(_Part):
    """One simulated patient."""

    id: str
    group: str
    tags: tuple[str, ...] = ()
    opening: tuple[str, ...] = Field(min_length=1)
    profile: dict[str, str | bool | None] = {}
    facts: tuple[Fact, ...] = ()
    default_yes_no: str
    default_open: str
    gold: Gold

    @property
    def emergency(self) -> bool:
        """Whether the case must reach an emergency department or an ambulance."""
        return self.gold.disposition is not None and self.gold.disposition >= Disposition.ED_NOW
