"""The cases nurses made of wrong turns, for `banyi eval triage --cases corrections`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.staff_cli import opened_archive
from evals.case import Case
from evals.play import Outcome

CORRECTIONS: Final = "corrections"


def corrected() -> list[Case]:
    """Every correction that has a case, also those that are closed: they must pass from then on."""
    found = opened_archive(lambda archive: archive.corrections.listed(open_only=False))
    return [Case.model_validate(one.case) for one in found if one.case is not None]


def verdicts(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """One line for each case: whether it passes, and if not, what was wanted and what came."""
    return tuple(_verdict(one) for one in outcomes)


def _verdict(one: Outcome) -> str:
    if one.acceptable:
        return f"passes  {one.case.id}"
    wanted = "/".join(level.name for level in one.case.gold.acceptable) or "no alarm"
    return f"FAILS   {one.case.id}: wanted {wanted}, got {one.disposition.name if one.disposition else 'nothing'}"
