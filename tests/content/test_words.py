"""The hospital's own words are complete and the same everywhere."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.guidebook import load_guide
from knowledge.texts import Texts
from knowledge.words import HospitalWords, load_words
from tools.hospital.sql.demo import load_demo

pytestmark = pytest.mark.unit

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
FILE = KNOWLEDGE / "hospital" / "words.yaml"


def test_name_and_phone_are_those_of_the_booking_system() -> None:
    """Patients hear one name and one phone number."""
    words, demo = load_words(FILE), load_demo(KNOWLEDGE / "hospital" / "demo.yaml")
    assert (words.hospital, words.phone) == (demo.hospital.name, demo.hospital.phone)


def test_desks_and_phones_stand_in_the_guide() -> None:
    """Where a fixed text sends people, the guide knows as well."""
    words = load_words(FILE)
    guide = "\n".join(section.text for entry in load_guide(KNOWLEDGE / "guide") for section in entry.sections)
    named = (words.desk, words.service_desk, words.complaint_phone, words.complaint_office, words.social_office)
    assert [word for word in named if word not in guide] == []


def test_every_word_is_used_by_a_fixed_text() -> None:
    """No value is kept for nothing."""
    texts = Texts.load(KNOWLEDGE / "fixed_texts.yaml")
    used = frozenset().union(*(texts.wording(text_id).parameters for text_id in texts))
    assert {field.name for field in fields(HospitalWords)} - used == set()


def test_a_missing_word_stops_the_start(tmp_path: Path) -> None:
    """The error names the file and what is missing."""
    path = tmp_path / "words.yaml"
    path.write_text(FILE.read_text(encoding="utf-8").replace("phone: 000-5550120\n", "", 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="缺少 phone"):
        load_words(path)
