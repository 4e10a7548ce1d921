"""What keeps a follow-up plan from being loaded, each with the file and line of the mistake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.follow_up_loading import follow_up_problems, load_follow_up
from knowledge.loader import DIRECTORY
from knowledge.pack import Cover
from knowledge.strict import load

pytestmark = pytest.mark.unit

MISTAKES = [
    pytest.param("instruments/cat.yaml", "enabled: false", "enabled: true", "没有许可", id="no licence"),
    pytest.param("instruments/phq9.yaml", "kind: free,", "kind: unconfirmed,", "没有许可", id="licence not confirmed"),
    pytest.param("instruments/mmrc.yaml", "citation: ", "holders: ", "没有 holders 这一项", id="unknown key"),
    pytest.param("copd.yaml", "{id: mmrc}", "{id: mmrk}", "没有量表 mmrk", id="unknown instrument"),
    pytest.param("postop_d3.yaml", "nrs>=7 and not eased", "nsr>=7", "没有这个名字：nsr", id="unknown name"),
    pytest.param("postop_d3.yaml", "if: 'nrs>=7'", "if: 'missed'", "后面才知道", id="asked too early"),
    pytest.param("joint.yaml", "nrs_rise>=3", "nrs>=8 and nrs<7", "永远轮不到", id="unreachable"),
    pytest.param("stroke.yaml", "src: [ZF120, CN18]", "src: [NOBODY]", "没有来源 NOBODY", id="no source"),
    pytest.param("stroke.yaml", "anticoag: true", "anticoagg: true", "没有 anticoagg", id="unknown profile"),
    pytest.param("diabetes.yaml", "[<呕吐>]", "[<呕呕吐>]", "没有概念 <呕呕吐>", id="unknown concept"),
    pytest.param("chemotherapy.yaml", "level: red, within_hours: 0.2", "within_hours: 0.2", "一定是红色", id="not red"),
    pytest.param("readings/diary.yaml", "sbp<90", "spb<90", "没有这个名字：spb", id="diary"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES)
def test_a_mistake_is_refused_where_it_stands(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    """Loading or the check names the file, the line and what is wrong."""
    folder = tmp_path / "follow_up"
    shutil.copytree(DIRECTORY / "follow_up", folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, "the test's own example is gone from the pack"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    [first, *_] = _problems(folder)
    assert said in str(first)
    assert Path(first.file).name == path.name
    assert 1 <= first.line <= len(text.splitlines())


def test_the_shipped_plans_have_no_mistake() -> None:
    """Every plan, instrument and table of the pack."""
    assert _problems(DIRECTORY / "follow_up") == []


def _problems(folder: Path) -> list[KnowledgeError]:
    cover = load(DIRECTORY / "clinical" / "pack.yaml", Cover)
    try:
        book = load_follow_up(folder)
    except KnowledgeError as error:
        return [error]
    return list(
        follow_up_problems(
            book, cover, lambda used: tuple(term.text for term in used if not term.literal and term.text == "呕呕吐")
        )
    )
