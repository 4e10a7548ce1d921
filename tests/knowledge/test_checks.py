"""A pack that contradicts itself does not load; the error names the file and the line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.loader import DIRECTORY, load_pack

pytestmark = pytest.mark.unit

Alter = Callable[[str, str, str], KnowledgeError]


@pytest.fixture
def refused(tmp_path: Path) -> Alter:
    """Load the shipped pack with one text of one file replaced, and give the error."""
    shutil.copytree(DIRECTORY / "clinical", tmp_path / "clinical")
    for name in ("lexicon", "fixed_texts.yaml", "intents.yaml", "people.yaml"):
        (tmp_path / name).symlink_to(DIRECTORY / name)

    def alter(file: str, old: str, new: str) -> KnowledgeError:
        path = tmp_path / "clinical" / file
        text = path.read_text(encoding="utf-8")
        assert old in text, "the test's own example is gone from the pack"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(KnowledgeError) as caught:
            load_pack(tmp_path)
        assert Path(caught.value.file).name == Path(file).name
        lines = path.read_text(encoding="utf-8").splitlines()
        assert 1 <= caught.value.line <= len(lines)
        return caught.value

    return alter


COUGH = "complaints/cough.yaml"
SNAKE = "complaints/bite_sting.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (COUGH, "default_d: OPD", "default_d: OPD\ncolour: red", "unknown field colour"),
        (COUGH, "default_d: OPD\n", "", "missing field default_d"),
        (COUGH, "'high and immuno'", "'high and imuno'", "unknown name imuno"),
        (COUGH, "'high and immuno'", "'high and'", "a name expected"),
        (COUGH, "'high and immuno'", "'high and days'", "days is a choice"),
        (COUGH, "'high and immuno'", "'high>=39 and immuno'", "cannot be compared so"),
        (COUGH, 'days=="两周以内"', 'days=="两周内"', "no option 「两周内」"),
        (COUGH, "      - 两周以内\n", "      - 两周以内\n      - 三天以内\n      - 一天以内\n", "dead option"),
        (COUGH, "      blue: 嘴唇", "      hoarse: 嗓子哑\n      blue: 嘴唇", "1 to 5 signs"),
        (COUGH, "      tb: 盗汗", "      teeth: 盗汗", "nothing here is called tb"),
        (COUGH, "'high and immuno'", "'high and not high'", "unreachable rule"),
        (COUGH, "'high and immuno'", "'blue and immuno'", "unreachable rule"),
        (COUGH, "src: [CN18-Ⅱ, IITT]", "src: []", "missing source"),
        (COUGH, "src: [CN18-Ⅱ, IITT]", "src: [WIKI]", "unknown source WIKI"),
        (COUGH, "to: D01", "to: D77", "unknown department D77"),
        (COUGH, "to: D01", "to: D51", "does not see patients directly"),
        (COUGH, "when: 'true'", "when: 'tb or high'", "unreachable department rule"),
        (COUGH, "RF-016", "RF-999", "unknown red flag RF-999"),
        (COUGH, "<咯血>", "<咳血血>", "unknown concept <咳血血>"),
        (COUGH, "id: cough", "id: coughs", "must be called coughs.yaml"),
        (COUGH, "id: R02", "id: R01", "two rules are called R01"),
        (COUGH, "    text: 咳嗽多久了？", "    text: 咳" + "啊" * 40, "at most 40 characters"),
        (SNAKE, "  - id: where\n", "  - id: by\n", "asked by two questions"),
        (SNAKE, '\'fever and by in ["蜱虫",', '\'fever and by=="蛇" and by in ["蛇",', "unreachable rule"),
        ("departments.yaml", "id: D02", "id: D01", "the same id"),
        ("departments.yaml", "急诊室", "内科", "already means"),
        ("departments.yaml", "instead: [D30, D02]", "instead: [D99]", "unknown department D99"),
        ("routing.yaml", "when: immuno", "when: imuno", "unknown name imuno"),
        ("routing.yaml", "concepts: [狗咬]", "concepts: [狗狗咬]", "unknown concept 狗狗咬"),
        ("routing.yaml", "complaints: [cough]", "complaints: [coughing]", "unknown complaint coughing"),
        ("vitals.yaml", "spo2<90", "spo3<90", "unknown name spo3"),
        ("vitals.yaml", "id: V02", "id: V01", "two rules are called V01"),
        ("pack.yaml", "general: [unwell_child, unwell_elder, ", "general: [", "exactly the charts marked general"),
        ("pack.yaml", "unwell_elder, unspecified]", "unspecified, unwell_elder]", "must take everybody"),
        ("pack.yaml", "  unsettled:", "  unclear:", "must hold unsettled"),
    ],
)
def test_a_contradiction_is_refused(refused: Alter, file: str, old: str, new: str, message: str) -> None:
    """Unknown names, dead options, unreachable rules, missing sources, unknown references."""
    assert message in refused(file, old, new).message


def test_the_error_points_at_the_rule_itself(refused: Alter, tmp_path: Path) -> None:
    """The line is the rule's, so that a nurse finds it."""
    error = refused(COUGH, "'high and immuno'", "'high and imuno'")
    lines = (tmp_path / "clinical" / COUGH).read_text(encoding="utf-8").splitlines()
    assert "R06" in lines[error.line - 1]
