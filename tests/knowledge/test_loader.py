"""The pack that comes with the service: complete, signed by nobody yet, and quick to load."""

from __future__ import annotations

import pytest

from knowledge.loader import load_pack
from knowledge.pack import Pack

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The pack as it is shipped."""
    return load_pack()


def test_the_pack_holds_twenty_complaints_and_sixty_departments(pack: Pack) -> None:
    """Everything the clinical draft holds in full."""
    assert len(pack.complaints) == 20
    assert sorted(pack.departments) == [f"D{number:02}" for number in range(1, 61)]


def test_every_department_has_at_least_eight_names_of_its_own(pack: Pack) -> None:
    """Patients call a department by many names, and each name means one department."""
    assert all(len(department.aliases) >= 8 for department in pack.departments.values())


def test_nobody_has_signed_the_draft(pack: Pack) -> None:
    """The product says so until a hospital does."""
    assert pack.cover.reviewed_by is None


def test_every_complaint_opens_with_a_danger_question(pack: Pack) -> None:
    """The most dangerous question comes first, and the loader knows which ones are dangerous."""
    for complaint in pack.complaints.values():
        assert complaint.ask[0].id in complaint.danger, complaint.id


def test_questions_about_the_person_are_added_where_rules_need_them(pack: Pack) -> None:
    """Abdominal pain sends women elsewhere, and asks the sex only because of that."""
    assert pack.complaints["abdominal_pain"].ask[-1].id == "sex"
    assert "sex" not in pack.complaints["chest_pain"].by_id
