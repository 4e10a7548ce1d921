"""The pack that comes with the service: complete, signed by nobody yet, and quick to load."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.loader import DIRECTORY, load_pack, survey
from knowledge.pack import Pack

pytestmark = pytest.mark.unit

FULL = {
    *("chest_pain", "headache", "abdominal_pain", "fever_child", "cough", "dizziness", "vaginal_bleeding"),
    *("low_back_pain", "rash", "low_mood", "unwell_child", "unwell_elder", "unspecified", "ingestion"),
    *("bite_sting", "head_injury", "eye_red_pain", "urinary", "pregnancy_check", "gastroenteritis"),
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The pack as it is shipped."""
    return load_pack()


def test_the_pack_holds_the_complaints_and_all_sixty_departments(pack: Pack) -> None:
    """The twenty full charts of the clinical draft are there, whatever else is."""
    assert pack.complaints.keys() >= FULL
    assert sorted(pack.departments) == [f"D{number:02}" for number in range(1, 61)]


def test_every_department_has_at_least_eight_names_of_its_own(pack: Pack) -> None:
    """Patients call a department by many names, and each name means one department."""
    assert all(len(department.aliases) >= 8 for department in pack.departments.values())


def test_nobody_has_signed_the_draft(pack: Pack) -> None:
    """The product says so until a hospital does."""
    assert pack.cover.reviewed_by is None


def test_danger_is_asked_about_first(pack: Pack) -> None:
    """Where a chart has danger questions, the first question is one; the loader knows which they are."""
    for complaint in pack.complaints.values():
        assert not complaint.danger or complaint.ask[0].id in complaint.danger, complaint.id
    assert all(pack.complaints[complaint_id].danger for complaint_id in FULL)


def test_questions_about_the_person_are_added_where_rules_need_them(pack: Pack) -> None:
    """Abdominal pain sends women elsewhere, and asks the sex only because of that."""
    assert pack.complaints["abdominal_pain"].ask[-1].id == "sex"
    assert "sex" not in pack.complaints["chest_pain"].by_id


def test_every_mistake_of_a_pack_is_gathered(tmp_path: Path) -> None:
    """Not the first one only: two charts, a red flag and a routing rule, each with its own file and line."""
    shutil.copytree(DIRECTORY, tmp_path / "pack", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    clinical = tmp_path / "pack" / "clinical"
    for file, old, new in (
        ("complaints/cough.yaml", "to: D01", "to: D77"),
        ("complaints/headache.yaml", "src: [", "src: [WIKI, "),
        ("routing.yaml", "when: immuno", "when: imuno"),
    ):
        text = (clinical / file).read_text(encoding="utf-8")
        assert old in text
        (clinical / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    pack, found = survey(tmp_path / "pack")
    assert pack is not None
    assert [Path(error.file).name for error in found] == ["cough.yaml", "headache.yaml", "routing.yaml"]
    assert all(error.line > 1 for error in found)
    with pytest.raises(KnowledgeError, match="D77"):
        load_pack(tmp_path / "pack")


def test_two_files_without_their_shape_are_both_named(tmp_path: Path) -> None:
    """What cannot be read keeps the pack from being judged, not the other files from being read."""
    shutil.copytree(DIRECTORY, tmp_path / "pack", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    clinical = tmp_path / "pack" / "clinical"
    (clinical / "vitals.yaml").write_text("rules: 3\n", encoding="utf-8")
    (clinical / "complaints" / "acne.yaml").write_text("id: [\n", encoding="utf-8")
    pack, found = survey(tmp_path / "pack")
    assert pack is None
    assert {Path(error.file).name for error in found} == {"vitals.yaml", "acne.yaml"}
