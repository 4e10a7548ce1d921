"""The cases nurses made of wrong turns, for `banyi eval triage --cases corrections`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from app.staff_cli import opened_archive
from domain.correction import Fault
from evals.case import Case
from evals.play import Outcome

CORRECTIONS: Final = "corrections"
DEPARTMENT: Final = Fault.DEPARTMENT.value
"""The tag of a case made because the department was wrong."""


def corrected() -> list[Case]:
    """Every correction that has a case, also those that are closed: they must pass from then on."""
    found = opened_archive(lambda archive: archive.corrections.listed(open_only=False))
    return [Case.model_validate(one.case) for one in found if one.case is not None]


def failing(outcomes: Iterable[Outcome], names: Callable[[str], str]) -> tuple[str, ...]:
    """The cases that do not pass; `names` turns a department's id into the name the cases use."""
    return tuple(one.case.id for one in outcomes if not _passes(one, names))


def verdicts(outcomes: Iterable[Outcome], names: Callable[[str], str]) -> tuple[str, ...]:
    """One line for each case: whether it passes, and if not, what was wanted and what came."""
    return tuple(_verdict(one, names) for one in outcomes)


def _passes(one: Outcome, names: Callable[[str], str]) -> bool:
    """How urgent it is must be right, and where a nurse found the department wrong, one of the right ones named."""
    routed = any(names(department) in one.case.gold.departments for department in one.departments)
    return one.acceptable and (routed or DEPARTMENT not in one.case.tags)


def _verdict(one: Outcome, names: Callable[[str], str]) -> str:
    if _passes(one, names):
        return f"passes  {one.case.id}"
    wanted = "/".join(level.name for level in one.case.gold.acceptable) or "no alarm"
    came = one.disposition.name if one.disposition else "nothing"
    if DEPARTMENT in one.case.tags:
        wanted, came = (
            f"{wanted} {'、'.join(one.case.gold.departments)}",
            f"{came} {'、'.join(map(names, one.departments))}",
        )
    return f"FAILS   {one.case.id}: wanted {wanted}, got {came}"
