"""The guide loads strictly, agrees with the demo hospital, and says nothing the policy forbids."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from agent.safety.policy import judge_reply
from domain.errors import KnowledgeError
from domain.scheduling import Title
from knowledge.booking_rules import load_booking_rules
from knowledge.guidebook import load_guide
from knowledge.texts import Texts
from tools.hospital.sql.demo import load_demo

pytestmark = pytest.mark.unit

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
ENTRIES = load_guide(KNOWLEDGE / "guide")
SECTIONS = [(entry, section) for entry in ENTRIES for section in entry.sections]
DEMO = load_demo(KNOWLEDGE / "hospital" / "demo.yaml")
RULES = load_booking_rules(KNOWLEDGE / "hospital" / "booking.yaml")
WHOLE = "\n".join(section.text for _, section in SECTIONS)

BUILDINGS = {"门诊楼", "医技楼", "急诊楼", "妇儿楼", "感染楼", "健康楼", "行政楼", "住院楼"}
EMERGENCY_AND_HELP_LINES = {"120", "110", "12356", "12320", "12338", "12349", "12348"}
ENTRY = """\
---
id: one
title: 一
topics: [甲, 乙]
effective: 2026-11-21
owner: 门诊部
clinical: none
reviewed_by: null
---

## 在哪里

门诊楼一层。
"""


def test_the_guide_covers_the_hospital() -> None:
    """There are entries enough, each with an owner, everyday topics and short titles."""
    assert len(ENTRIES) >= 60
    assert [entry.id for entry in ENTRIES if len(entry.topics) < 3 or len(entry.title) > 20] == []


def test_nothing_is_signed_yet() -> None:
    """Until the hospital signs, every entry says so, and what touches care is marked a draft."""
    assert [entry.id for entry in ENTRIES if entry.reviewed_by] == []
    care = re.compile(r"空腹|造影|清肠药|怀孕|过敏|狂犬|发烧又")
    unmarked = [
        (entry.id, section.heading)
        for entry, section in SECTIONS
        if entry.clinical == "none" and care.search(section.text)
    ]
    assert unmarked == []


@pytest.mark.parametrize(
    ("slip", "line", "message"),
    [
        (ENTRY.replace("owner:", "ownr:"), 6, "ownr"),
        (ENTRY.replace("owner: 门诊部\n", ""), 2, "owner"),
        (ENTRY.replace("id: one", "id: two"), 2, "编号是 two"),
        (ENTRY.replace("clinical: none", "clinical: maybe"), 7, "none、draft"),
        (ENTRY.replace("---\n", "", 1), 1, "开头缺少"),
        (ENTRY.replace("## 在哪里\n", ""), 10, "小标题"),
        (ENTRY.replace("门诊楼一层。", ""), 11, "是空的"),
        (ENTRY + "\n## 在哪里\n\n二层。\n", 11, "写了两次"),
        (ENTRY.replace("[甲, 乙]", "[甲, 120]"), 4, "加引号"),
    ],
)
def test_a_slip_in_an_entry_is_found_with_its_line(tmp_path: Path, slip: str, line: int, message: str) -> None:
    """The loader names the file, the line and what is wrong."""
    (tmp_path / "one.md").write_text(slip, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message) as caught:
        load_guide(tmp_path)
    assert caught.value.line == line
    assert caught.value.file.endswith("one.md")


def test_an_entry_loads_as_written(tmp_path: Path) -> None:
    """Front matter and sections arrive unchanged."""
    (tmp_path / "one.md").write_text(ENTRY, encoding="utf-8")
    (entry,) = load_guide(tmp_path)
    assert (entry.title, entry.topics, entry.reviewed_by) == ("一", ("甲", "乙"), None)
    assert [(section.heading, section.text) for section in entry.sections] == [("在哪里", "门诊楼一层。")]


def test_two_entries_may_not_share_a_title(tmp_path: Path) -> None:
    """A title leads to one entry."""
    (tmp_path / "one.md").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "two.md").write_text(ENTRY.replace("id: one", "id: two"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"one\.md"):
        load_guide(tmp_path)


def test_an_empty_guide_is_an_error(tmp_path: Path) -> None:
    """A hospital without a guide notices at start."""
    with pytest.raises(KnowledgeError, match="一篇也没有"):
        load_guide(tmp_path)


@pytest.mark.parametrize(("entry", "section"), SECTIONS, ids=lambda part: getattr(part, "id", None) or part.heading)
def test_a_section_may_be_said_to_a_patient(entry: object, section: object) -> None:
    """No section names a diagnosis, a dose or a promise, so quoting it needs no exemption."""
    text = getattr(section, "text", "")
    assert judge_reply(text) == (), entry


def test_sentences_are_short_enough_for_every_reader() -> None:
    """No sentence runs over 62 characters."""
    long = [
        (entry.id, sentence)
        for entry, section in SECTIONS
        for sentence in re.split(r"[。！？；\n]", section.text)
        if len(sentence) > 62
    ]
    assert long == []


def test_fees_agree_with_the_booking_system() -> None:
    """The guide names the fee of each title as it is charged."""
    (fees,) = [
        section.text for entry, section in SECTIONS if entry.id == "registration-fees" and "各级" in section.heading
    ]
    charged = {
        doctor.title: {other.fee_yuan for other in DEMO.doctors if other.title == doctor.title}
        for doctor in DEMO.doctors
    }
    assert set(charged) == set(Title)
    assert all(
        f"{title.value} {fee} 元" in fees for title, (fee,) in ((title, tuple(set_)) for title, set_ in charged.items())
    )


def test_booking_rules_agree_with_the_booking_system() -> None:
    """How late one can cancel and how far ahead one can book are the same everywhere."""
    by_id = {entry.id: " ".join(section.text for section in entry.sections) for entry in ENTRIES}
    assert f"就诊时间前 {RULES.cancel_before // timedelta(hours=1)} 小时" in by_id["cancel-change"]
    assert f"一共可以约 {RULES.days_ahead} 天" in by_id["release-time"]


def test_every_phone_number_is_the_hospitals_or_a_public_line() -> None:
    """All hospital numbers are fictional extensions of the switchboard's; no other number is given."""
    prefix = DEMO.hospital.phone[:-3]
    assert DEMO.hospital.phone in WHOLE
    assert {number for number in re.findall(r"\d{3}-\d{7}", WHOLE) if not number.startswith(prefix)} == set()
    lines = set(re.findall(r"(?<![\d-])1\d{2}(?:\d{2})?(?!\d| ?[元分小天])", WHOLE))
    assert lines <= EMERGENCY_AND_HELP_LINES


def test_every_place_exists() -> None:
    """Only buildings the hospital has are named, and the demo's departments stand in them."""
    assert set(re.findall(r"(?<![一-鿿])(?:门诊|医技|急诊|妇儿|感染|健康|行政|住院)楼", WHOLE)) <= BUILDINGS
    assert {department.building for department in DEMO.departments} <= BUILDINGS
    assert DEMO.hospital.address in WHOLE


def test_departments_stand_where_the_map_says() -> None:
    """The building map and the booking system send patients to the same floor."""
    (clinics,) = [
        section.text for entry, section in SECTIONS if entry.id == "building-map" and section.heading == "门诊楼"
    ]
    floors = dict(zip(("1层", "2层", "3层", "4层", "5层", "6层"), clinics.splitlines(), strict=True))
    shown = {
        "呼吸": "D03",
        "消化": "D04",
        "心血管": "D06",
        "内分泌": "D09",
        "神经": "D05",
        "肾病": "D08",
        "血液": "D07",
        "风湿": "D10",
        "老年": "D12",
        "全科": "D02",
        "眼科": "D36",
        "耳鼻喉": "D37",
        "口腔": "D38",
        "变态反应": "D11",
        "皮肤": "D39",
        "中医": "D57",
        "康复": "D49",
        "疼痛": "D50",
        "肿瘤": "D48",
        "心理": "D43",
        "骨科": "D19",
        "泌尿": "D20",
    }
    where = {str(department.id): department for department in DEMO.departments}
    assert [name for name, number in shown.items() if name not in floors[where[number].floor]] == []
    assert {where[number].building for number in shown.values()} == {"门诊楼"}


def test_the_demo_hospital_is_large_enough() -> None:
    """Departments, doctors, weekends and closed desks: enough to try every way of booking."""
    assert len(DEMO.departments) >= 25
    assert len(DEMO.doctors) >= 80
    assert len({doctor.name for doctor in DEMO.doctors}) == len(DEMO.doctors)
    assert {doctor.title for doctor in DEMO.doctors} == set(Title)
    assert any(not department.bookable for department in DEMO.departments)
    assert any("周六" in doctor.sessions or "周日" in doctor.sessions for doctor in DEMO.doctors)


def test_fixed_texts_name_places_the_guide_knows() -> None:
    """Offices the wordings send people to stand in the guide."""
    texts = Texts.load(KNOWLEDGE / "fixed_texts.yaml")
    assert "医患关系办公室" in texts.wording("refusal.legal").text
    assert "医患关系办公室" in WHOLE
