"""`banyi eval triage --cases corrections` plays the nurses' cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.corrections import corrected, failing, verdicts
from app.staff_cli import opened_archive
from archive.opening import OpenArchive
from domain.clinical import Disposition
from domain.correction import Correction, CorrectionId, Fault
from domain.errors import Forbidden
from domain.session import SessionId
from domain.staff import Role
from evals.case import Case
from evals.play import Outcome
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.e2e

CASE: dict[str, Any] = {
    "id": "C-1",
    "group": "correction",
    "tags": ["correction"],
    "opening": ["手被生锈的铁片划破了"],
    "facts": [],
    "default_yes_no": "没有",
    "default_open": "不清楚",
    "gold": {"disposition": "VISIT_24H", "acceptable": ["VISIT_24H"], "departments": ["急诊科"]},
}


def test_corrections_with_a_case_are_played_also_once_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task without a case is none of the evaluation's."""
    monkeypatch.setenv("BANYI_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    async def correct(archive: OpenArchive) -> None:
        nurse = await archive.staff.add("lihua", "李护士", Role.NURSE, "a long password", second_factor=False)
        chief = await archive.staff.add("chief", "王护士长", Role.SUPERVISOR, "a long password", second_factor=False)
        for number, case in (("C-1", CASE), ("C-2", None)):
            await archive.corrections.add(
                Correction(
                    id=CorrectionId(number),
                    session_id=SessionId("s"),
                    by=nurse.staff.id,
                    fault=Fault.URGENCY,
                    at=MONDAY_MORNING,
                    content={"note": ""},
                    case=case,
                )
            )
        with pytest.raises(Forbidden):
            await archive.corrections.close(CorrectionId("C-1"), by=nurse.staff.id, now=MONDAY_MORNING)
        await archive.corrections.close(CorrectionId("C-1"), by=chief.staff.id, now=MONDAY_MORNING)
        assert [one.id for one in await archive.corrections.listed()] == ["C-2"]

    opened_archive(correct)
    assert [(one.id, one.opening) for one in corrected()] == [("C-1", ("手被生锈的铁片划破了",))]


def test_every_case_is_said_to_pass_or_why_not() -> None:
    """What was wanted beside what came."""
    case = Case.model_validate(CASE)
    outcomes = [Outcome(case=case, disposition=Disposition[level]) for level in ("VISIT_24H", "OPD")]
    assert verdicts(outcomes, str) == ("passes  C-1", "FAILS   C-1: wanted VISIT_24H, got OPD")
    assert failing(outcomes, str) == ("C-1",)


def test_a_case_of_a_wrong_department_passes_only_with_a_right_one() -> None:
    """However right the urgency is."""
    case = Case.model_validate(CASE | {"tags": ["correction", "department"]})
    outcomes = [
        Outcome(case=case, disposition=Disposition.VISIT_24H, departments=(name,)) for name in ("急诊科", "皮肤科")
    ]
    assert verdicts(outcomes, str) == (
        "passes  C-1",
        "FAILS   C-1: wanted VISIT_24H 急诊科, got VISIT_24H 皮肤科",
    )
