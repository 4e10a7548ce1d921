"""The cases nurses made of wrong turns, for `banyi eval triage --cases corrections`."""

from __future__ import annotations

from typing import Final

from app.staff_cli import opened_archive
from evals.case import Case

CORRECTIONS: Final = "corrections"


def corrected() -> list[Case]:
    """Every correction that has a case, also those that are closed: they must pass from then on."""
    found = opened_archive(lambda archive: archive.corrections.listed(open_only=False))
    return [Case.model_validate(one.case) for one in found if one.case is not None]
