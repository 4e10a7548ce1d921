"""Who is ill, and what they live with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from domain.patient import Relation, Sex
from knowledge.people import load_people
from tests.understanding.readers import people_reader
from understanding import pregnancy
from understanding.reading import PersonReading

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 21)


def _read(text: str) -> PersonReading:
    return people_reader().read(text, TODAY)


@pytest.mark.parametrize(
    ("text", "relation", "sex"),
    [
        ("我妈胸口闷", Relation.PARENT, Sex.FEMALE),
        ("给我爸挂个号", Relation.PARENT, Sex.MALE),
        ("我婆婆头晕", Relation.PARENT, Sex.FEMALE),
        ("孩子发烧", Relation.CHILD, None),
        ("闺女肚子疼", Relation.CHILD, Sex.FEMALE),
        ("我儿子咳嗽", Relation.CHILD, Sex.MALE),
        ("老伴晕倒了", Relation.OTHER, None),
        ("我老公胸痛", Relation.OTHER, Sex.MALE),
        ("奶奶80了", Relation.OTHER, Sex.FEMALE),
        ("我同事抽过去了", Relation.OTHER, None),
        ("我头疼三天了", Relation.SELF, None),
        ("带孩子来的，我自己不舒服", Relation.SELF, None),
        ("我妈说我脸色不好，我头晕", Relation.SELF, None),
        ("听我妈说，孩子发烧", Relation.CHILD, None),
        ("不是我，是我爸", Relation.PARENT, Sex.MALE),
        ("我喂奶呢，发烧了", None, None),
        ("肿得老大了", None, None),
        ("大姐你好，我想问问", None, None),
    ],
)
def test_the_ill_person_is_told_from_those_only_mentioned(
    text: str, relation: Relation | None, sex: Sex | None
) -> None:
    """Who speaks, who is quoted and who is addressed is not who is ill."""
    person = _read(text)
    assert (person.relation, person.sex) == (relation, sex)


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("男，45岁，胸痛", Sex.MALE),
        ("女 28 月经推迟", Sex.FEMALE),
        ("前列腺疼", Sex.MALE),
        ("痛经", Sex.FEMALE),
        ("我想看女医生", None),
        ("找男医生看", None),
        ("头疼", None),
    ],
)
def test_a_sex_is_read_from_words_of_sex_and_body(text: str, sex: Sex | None) -> None:
    """The doctor's sex is not the patient's."""
    assert _read(text).sex == sex


@pytest.mark.parametrize(
    ("text", "pregnant", "weeks", "postpartum"),
    [
        ("怀孕8周，肚子疼", True, 8, None),
        ("怀孕三个月出血", True, 12, None),
        ("怀孕五个半月", True, 22, None),
        ("孕28周", True, 28, None),
        ("两道杠", True, None, None),
        ("35周，脚肿得穿不进鞋", True, 35, None),
        ("疼了35周", None, None, None),
        ("预产期12月3日，肚子疼", True, 38.3, None),
        ("我没怀孕", False, None, None),
        ("是不是怀孕了", None, None, None),
        ("备孕中", None, None, None),
        ("停经40天肚子疼", None, None, None),
        ("产后20天发烧", False, None, True),
        ("剖腹产后第5天", False, None, True),
        ("月子里发烧", False, None, True),
        ("刚生完孩子", False, None, True),
        ("出月子了", None, None, False),
        ("产后半年", None, None, False),
        ("头疼", None, None, None),
    ],
)
def test_pregnancy_and_delivery_are_read(
    text: str, *, pregnant: bool | None, weeks: float | None, postpartum: bool | None
) -> None:
    """Months count four weeks; a wish, a fear or a late period is not a pregnancy."""
    state = pregnancy.read(text, TODAY)
    assert (state.pregnant, state.weeks, state.postpartum) == (pregnant, weeks, postpartum)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("我有糖尿病高血压", {"diabetes": True, "hypertension": True}),
        ("没有糖尿病，有高血压", {"diabetes": False, "hypertension": True}),
        ("没有高血压、糖尿病、冠心病", {"hypertension": False, "diabetes": False, "heart_hx": False}),
        ("没有高血压，糖尿病，冠心病", {"hypertension": False, "diabetes": False, "heart_hx": False}),
        ("没有高血压，糖尿病十年了", {"hypertension": False, "diabetes": True}),
        ("吃着华法林", {"anticoag": True}),
        ("没吃抗凝药", {"anticoag": False}),
        ("没在吃阿司匹林", {"anticoag": False}),
        ("也没有服用华法林", {"anticoag": False}),
        ("没用过利伐沙班", {"anticoag": False}),
        ("化疗后发烧", {"immuno": True}),
        ("长期吃激素", {"immuno": True}),
        ("心脏放过支架", {"heart_hx": True}),
        ("去年心梗过", {"heart_hx": True}),
        ("有哮喘", {"lung_hx": True}),
        ("得过乳腺癌", {"cancer": True}),
        ("我爸透析三年了", {"dialysis": True}),
        ("刚做完手术一周", {"recent_op": True}),
        ("术后三年", {}),
        ("担心是糖尿病", {}),
        ("我妈也有高血压，我最近头晕", {}),
        ("糖尿病有什么症状", {}),
    ],
)
def test_conditions_hold_or_do_not_or_are_not_said(text: str, conditions: dict[str, bool]) -> None:
    """A denial is kept, a fear, a question and a relative's illness are not taken over."""
    assert _read(text).conditions == conditions


def test_an_unknown_condition_in_the_file_is_an_error_with_its_place(tmp_path: Path) -> None:
    """A slip in the people file is found when it is loaded."""
    path = tmp_path / "people.yaml"
    path.write_text(
        "version: t\nrelations:\n  - {relation: parent, forms: [妈妈]}\nconditions:\n  gout: [痛风]\n", encoding="utf-8"
    )
    with pytest.raises(KnowledgeError, match="gout"):
        load_people(path)
