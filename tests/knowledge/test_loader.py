"""The pack that comes with the service: complete, signed by nobody yet, and quick to load."""

from __future__ import annotations

import pytest

from knowledge.loader import load_pack
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
