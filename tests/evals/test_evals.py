"""The evaluations count what they say they count."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.clinical import DepartmentId, Disposition
from domain.errors import InvalidFields
from evals import departments, triage
from evals.case import Case
from evals.patient import Question, answer
from evals.play import Outcome
from evals.rows import read_rows
from evals.statistics import Share, quantile

pytestmark = pytest.mark.unit
CASES = Path(__file__).parents[2] / "evals" / "cases"


def case(**changes: object) -> Case:
    """A patient with a fever who denies everything else."""
    row: dict[str, object] = {
        "id": "t1",
        "group": "emergency",
        "opening": ["发烧"],
        "facts": [{"when": "多大|几岁", "say": "30岁"}, {"when": "吐", "say": "吐了两次"}],
        "default_yes_no": "没有",
        "default_open": "说不清楚",
        "gold": {"disposition": "ED_NOW", "acceptable": ["ED_NOW", "CALL_120"], "departments": ["急诊科"]},
    }
    return Case.model_validate(row | changes)


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    """File and line, so that it can be mended."""
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(InvalidFields) as refused:
        list(read_rows(path, Case))
    assert list(refused.value.fields) == ["cases.jsonl:1"]


@pytest.mark.parametrize("name", ["first_half.jsonl", "second_half.jsonl"])
def test_the_projects_cases_are_all_readable_and_different(name: str) -> None:
    """No id twice."""
    ids = [one.id for one in read_rows(CASES / name, Case)]
    assert len(ids) == len(set(ids)) > 150


def test_a_patient_answers_from_the_facts_and_else_by_default() -> None:
    """A question, a card of signs, and what no fact speaks of."""
    assert answer(case(), Question(text="患者多大年龄？")) == "30岁"
    assert answer(case(), Question(text="有没有？", options=("吐血", "晕倒", "都没有"))) == "吐了两次"
    assert answer(case(), Question(text="头晕吗？")) == "没有"
    assert answer(case(), Question(text="怎么不舒服？")) == "说不清楚"


def test_a_missed_emergency_is_under_triage_and_lowers_recall() -> None:
    """One found, one sent home."""
    found = Outcome(case=case(), disposition=Disposition.CALL_120, departments=("D01",))
    missed = Outcome(case=case(id="t2"), disposition=Disposition.OPD)
    report = triage.report([found, missed], lambda one: {"D01": "急诊科"}.get(one, one))
    assert report.emergency_recall == Share(hits=1, total=2)
    assert report.under_triage == Share(hits=1, total=2)
    assert report.department_top1 == Share(hits=1, total=2)
    assert report.wrong == ("t2",)


def test_an_ambulance_for_no_complaint_is_a_false_alarm() -> None:
    """Only an emergency department or an ambulance alarms."""
    quiet = case(gold={"no_triage": True})
    outcomes = [Outcome(case=quiet, disposition=level) for level in (None, Disposition.OPD, Disposition.CALL_120)]
    assert triage.report(outcomes, str).false_alarms == Share(hits=1, total=3)


def test_departments_count_any_acceptable_one() -> None:
    """Top-1 and top-3 over the routable sentences only."""
    rows = [
        departments.Sentence(id="a", text="a", best="D05", acceptable=("D05", "D02")),
        departments.Sentence(id="b", text="b", best="D04", acceptable=("D04",)),
        departments.Sentence(id="c", text="c", routable=False),
    ]
    report = departments.report(rows, lambda _: (DepartmentId("D02"), DepartmentId("D04")))
    assert (report.top1, report.top3) == (Share(hits=1, total=2), Share(hits=2, total=2))


def test_the_interval_holds_the_share_and_narrows_with_cases() -> None:
    """Wilson: never outside 0 to 1, also for all or nothing."""
    small, large = Share(hits=9, total=10).interval, Share(hits=900, total=1000).interval
    assert small is not None
    assert large is not None
    assert small[0] < large[0] < 0.9 < large[1] < small[1]
    assert Share(hits=5, total=5).interval == pytest.approx((0.5655, 1.0), abs=1e-3)
    assert quantile([1, 2, 3, 10], 0.9) == 10
